"""A table of somebody's own in the form in which Sigima and DataLab keep results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_KINDS = "a pandas DataFrame, a dict of columns or of single values, or what lmfit gives"
_ROI_COLUMNS = ("roi_index", "roi")


def as_result(title: str, table: Any) -> tuple[str, dict[str, Any]]:
    """Return the metadata key and value of a table.

    Raises
    ------
    TypeError
        If it isn't a table, or has a value that isn't a number, a text or a truth.
    ValueError
        If the columns aren't of the same length, there are none, or the title is blank.
    """
    from sigima.objects import NO_ROI, TableResult

    from datalab_kernel.objects._results import result_key

    if not isinstance(title, str):
        message = f"A table's title must be text, not {type(title).__name__}."
        raise TypeError(message)
    function = re.sub(r"\W+", "_", title).strip("_")
    if not function:
        message = f"A table's title must have a letter or digit in it, not {title!r}."
        raise ValueError(message)
    frame = _as_frame(table)
    rois = [NO_ROI] * len(frame)  # DataLab doesn't show a table without
    for column in _ROI_COLUMNS:
        if column in frame:
            rois = [int(value) for value in frame.pop(column).fillna(NO_ROI)]
            break
    result = TableResult(
        title=title,
        headers=[str(column) for column in frame],
        data=[[_plain(value) for value in row] for row in frame.itertuples(index=False)],
        roi_indices=rois,
        func_name=function,
    )
    return result_key(result), result.to_dict()


def _as_frame(table: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        is_counted = isinstance(table.index, pd.RangeIndex) and table.index.name is None
        frame = table.copy() if is_counted else table.reset_index()
    else:
        parameters = getattr(table, "params", table)  # lmfit's result has them there
        if not isinstance(parameters, Mapping):
            message = f"Can't attach a {type(table).__name__}. Give {_KINDS}."
            raise TypeError(message)
        frame = _of_mapping(parameters)
    if frame.shape[1] == 0:
        message = f"Can't attach a table without columns. Give {_KINDS}."
        raise ValueError(message)
    return frame


def _of_mapping(table: Mapping[Any, Any]) -> pd.DataFrame:
    import pandas as pd

    values = [*table.values()]
    if values and all(hasattr(value, "value") and hasattr(value, "stderr") for value in values):
        rows = [
            [name, one.value, one.stderr, bool(getattr(one, "vary", True))]
            for name, one in table.items()
        ]
        return pd.DataFrame(rows, columns=["parameter", "value", "stderr", "vary"])
    is_column = [isinstance(value, (Sequence, np.ndarray, pd.Series)) for value in values]
    columns = {
        name: value if one and not isinstance(value, str) else [value]
        for (name, value), one in zip(table.items(), is_column, strict=True)
    }
    lengths = {str(name): len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} {length}" for name, length in lengths.items())
        message = f"The columns of a table must be of the same length; these have: {told}."
        raise ValueError(message)
    return pd.DataFrame({name: [*column] for name, column in columns.items()})


def _plain(value: Any) -> str | bool | int | float:
    """Return a cell as what DataLab's files hold; a missing one is NaN."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return float("nan")
    if not isinstance(value, (str, bool, int, float)):
        message = (
            f"Can't attach a table with a {type(value).__name__} in it: numbers, texts and truths "
            "can be kept. Convert it first, for instance by str."
        )
        raise TypeError(message)
    return value
