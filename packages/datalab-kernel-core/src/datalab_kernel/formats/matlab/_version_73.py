"""Variables of MATLAB's files of version 7.3, which are HDF5: read by h5py.

MATLAB stores its columns one after the other, so arrays lie there transposed.

References
----------
MathWorks, "MAT-File Versions"; the attributes ``MATLAB_class``, ``MATLAB_empty``,
``MATLAB_sparse`` and ``MATLAB_int_decode`` as MATLAB writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats.matlab._sparse import written_out
from datalab_kernel.formats.matlab._variables import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

_NUMBERS = {
    "double",
    "single",
    "logical",
    *(f"{s}int{n}" for s in ("", "u") for n in (8, 16, 32, 64)),
}
_DEEPEST = 20


def read_variables(path: Path) -> dict[str, Any]:
    """Read the variables of a file, as :meth:`Variables.add` takes them."""
    import h5py

    with h5py.File(path, "r") as file:
        return {name: _value(file[name], 0) for name in file if not name.startswith("#")}


def _value(one: h5py.Group | h5py.Dataset, depth: int) -> Any:  # noqa: PLR0911 - one per kind
    import h5py

    if depth > _DEEPEST:
        return Unreadable(f"nested deeper than {_DEEPEST} levels")
    if isinstance(one, h5py.Group):
        return _sparse(one) if "MATLAB_sparse" in one.attrs else _struct(one, depth)
    kind = _class(one)
    if one.attrs.get("MATLAB_empty"):
        return "" if kind == "char" else np.empty(0)
    if kind == "cell" or one.dtype == h5py.ref_dtype:
        return [_value(one.file[reference], depth + 1) for reference in np.ravel(one[()])]
    if kind == "char":
        return _text(one[()])
    if kind not in _NUMBERS:
        return Unreadable(f"of the class {kind or 'that the file does not name'}")
    return _numbers(one, kind)


def _class(one: h5py.Dataset) -> str:
    value = one.attrs.get("MATLAB_class", b"")
    return value.decode() if isinstance(value, bytes) else str(value)


def _struct(group: h5py.Group, depth: int) -> Any:
    """Return a struct; an array of structs has an array of references for each field."""
    import h5py

    fields = {name: group[name] for name in group}
    is_array = bool(fields) and all(
        isinstance(one, h5py.Dataset) and one.dtype == h5py.ref_dtype and not _class(one)
        for one in fields.values()
    )
    if not is_array:
        return {name: _value(one, depth + 1) for name, one in fields.items()}
    values = {name: _value(one, depth + 1) for name, one in fields.items()}
    count = min(len(items) for items in values.values())
    return [{name: items[place] for name, items in values.items()} for place in range(count)]


def _numbers(one: h5py.Dataset, kind: str) -> Any:
    values = np.asarray(one[()])
    if values.dtype.names == ("real", "imag"):
        values = values["real"] + 1j * values["imag"]
    return values.T.astype(bool) if kind == "logical" else values.T


def _text(codes: Any) -> str:
    rows = np.atleast_2d(codes).T  # a character each; rows of a matrix of characters
    texts = ["".join(map(chr, row)) for row in rows]
    return "\n".join(texts)


def _sparse(group: h5py.Group) -> Any:
    rows = int(group.attrs["MATLAB_sparse"])
    starts = np.asarray(group["jc"][()])
    shape = (rows, len(starts) - 1)
    has_values = "data" in group
    values = group["data"][()] if has_values else np.empty(0)
    places = group["ir"][()] if has_values else np.empty(0, np.int64)
    return written_out(values, places, starts, shape)
