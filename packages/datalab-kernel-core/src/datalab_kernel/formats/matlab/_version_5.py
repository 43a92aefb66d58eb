"""Variables of MATLAB's files up to version 7.2, which SciPy reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._table import wrong
from datalab_kernel.formats.matlab._variables import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST_SPARSE = 1 << 26
"""How many values a sparse matrix may have written out."""


def read_variables(path: Path) -> dict[str, Any]:
    """Read the variables of a file, as :meth:`Variables.add` takes them.

    Raises
    ------
    FileFormatError
        If SciPy finds it damaged.
    """
    import scipy.io

    try:
        found = scipy.io.loadmat(path)
    except scipy.io.matlab.MatReadError as error:
        raise wrong(path, f"it is damaged ({error})", hint="") from error
    return {name: _plain(value) for name, value in found.items() if not name.startswith("__")}


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one line per kind
    """Return a value of SciPy's as a plain one; shapes stay as MATLAB has them."""
    import scipy.io
    import scipy.sparse

    if scipy.sparse.issparse(value):
        is_small = value.shape[0] * value.shape[1] <= _LARGEST_SPARSE
        return value.toarray() if is_small else Unreadable(f"a sparse matrix of {value.shape}")
    if isinstance(value, scipy.io.matlab.MatlabFunction):
        return Unreadable("a function")
    if isinstance(value, scipy.io.matlab.MatlabOpaque | scipy.io.matlab.MatlabObject):
        return Unreadable("an object of a class")
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.names is not None:
        structs = [{key: _plain(one[key]) for key in value.dtype.names} for one in value.ravel("F")]
        return structs[0] if len(structs) == 1 else structs
    if value.dtype == object:
        return [_plain(item) for item in value.ravel("F")]
    if value.dtype.kind == "U":
        texts = [str(text) for text in value.ravel()]
        return texts[0] if len(texts) == 1 else "\n".join(texts)
    return value
