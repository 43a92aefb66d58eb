"""Frames of a shelf's objects and of their results, and tables that become results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.objects._attaching import as_result
from datalab_kernel.objects._results import results_frame
from datalab_kernel.objects._to_tables import to_dataframe

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["attach", "overview", "results"]


def overview(shelf: Shelf, metadata: str | Iterable[str]) -> pd.DataFrame:
    """List the objects as a frame, with entries of their metadata as columns."""
    keys = [metadata] if isinstance(metadata, str) else [*metadata]
    with shelf.lock:
        infos = [*shelf.backend.describe().values()]
        found = [shelf.texts(info.name).metadata if keys else {} for info in infos]
    return to_dataframe(infos, found, keys)


def results(shelf: Shelf, what: Any, function: str | None, *, with_units: bool) -> pd.DataFrame:
    """Return the tables and geometry that were computed of objects, as one frame."""
    from datalab_kernel.compute import filed_as

    with shelf.lock:
        views = [shelf.texts(name) for name in shelf.find(what)]
    names = None if function is None else filed_as(function)
    return results_frame(views, names, has_units=with_units)


def attach(shelf: Shelf, name: str, title: str, table: Any) -> None:
    """Put a table among an object's results."""
    key, value = as_result(title, table)
    with shelf.edit(name) as obj:
        obj.metadata[key] = value
