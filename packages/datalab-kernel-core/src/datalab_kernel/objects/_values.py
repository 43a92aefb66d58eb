"""Which numbers are kept, and as what they are written: one table for memory, files and DataLab.

DataLab takes few types; the others are widened without loss on the way out, and
restored on the way back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from datalab_kernel.errors import UnsupportedDtypeError

Array = np.ndarray[Any, Any]

DATALAB_DTYPES = frozenset(
    {"uint8", "uint16", "int16", "int32", "float32", "float64", "complex128"}
)
_NATIVE = frozenset(np.dtype(name) for name in DATALAB_DTYPES)
_SIGNAL_DTYPES = frozenset(map(np.dtype, ("float32", "float64", "complex128")))
WIDER = {
    "bool": "uint8",
    "int8": "int16",
    "uint32": "float64",
    "int64": "float64",
    "uint64": "float64",
    "float16": "float32",
    "complex64": "complex128",
}


def check_dtype(array: Array) -> None:
    """Check that every value of an array can be kept exactly.

    Raises
    ------
    UnsupportedDtypeError
        If the type is neither one of DataLab's nor one that can be widened without
        loss; for 64-bit integers, if one of the values can't.
    """
    if array.dtype in _NATIVE:
        return
    name = array.dtype.newbyteorder("=").name
    if name in DATALAB_DTYPES:
        return
    if name not in WIDER:
        message = (
            f"Values of dtype {array.dtype} can't be kept. Convert them first, for instance by "
            f"astype(float). Kept are {', '.join(sorted({*DATALAB_DTYPES, *WIDER}))}."
        )
        raise UnsupportedDtypeError(message, dtype=str(array.dtype))
    if array.dtype.itemsize == 8 and array.dtype.kind in "iu" and not _fits_float64(array):  # noqa: PLR2004
        message = (
            f"Some values of this {array.dtype} array are beyond ±2**53 and would not be kept "
            "exactly by DataLab, which has no 64-bit integers. Convert it by astype(float) if "
            "that is good enough."
        )
        raise UnsupportedDtypeError(message, dtype=str(array.dtype))


def _fits_float64(array: Array) -> bool:
    values = np.ma.getdata(array)
    if values.size == 0 or (values.min() >= -(2**53) and values.max() <= 2**53):
        return True
    wide = values.astype(np.float64)
    limit = float(np.iinfo(values.dtype).max)  # rounds up to a power of two, out of range
    return bool((wide < limit).all() and (wide.astype(values.dtype) == values).all())


def widen(array: Array, *, for_signal: bool = False) -> tuple[Array, str | None]:
    """Convert an array to a type that DataLab takes, without loss.

    Parameters
    ----------
    array
        Of any shape; also masked.
    for_signal
        Whether integers are widened too: DataLab's signals are of floating point.

    Returns
    -------
    array, dtype
        The array (itself if it needs no conversion), and numpy's text of its original
        type, such as ``">u2"``, or None if it was DataLab's.

    Raises
    ------
    UnsupportedDtypeError
        As :func:`check_dtype`.

    Examples
    --------
    >>> wide, original = widen(np.array([True, False]))
    >>> wide.dtype, original
    (dtype('uint8'), '|b1')
    """
    is_taken = not for_signal or array.dtype in _SIGNAL_DTYPES
    if is_taken and array.dtype in _NATIVE and array.dtype.isnative:
        return array, None
    check_dtype(array)
    native = array.dtype.newbyteorder("=")
    wanted = np.dtype(WIDER.get(native.name, native))
    if for_signal and wanted not in _SIGNAL_DTYPES:
        wanted = np.dtype("f8")
    if array.dtype == wanted:
        return array, None
    return array.astype(wanted), array.dtype.str


def restore(array: Array, dtype: str) -> Array:
    """Undo :func:`widen`, unless the values were changed so that they no longer fit.

    Examples
    --------
    >>> restore(np.array([1, 0], "uint8"), "|b1")
    array([ True, False])
    >>> restore(np.array([7, 0], "uint8"), "|b1")
    array([7, 0], dtype=uint8)

    Raises
    ------
    ValueError
        If ``dtype`` isn't one that :func:`widen` gives.
    """
    original = np.dtype(dtype)
    if original.newbyteorder("=").name not in {*DATALAB_DTYPES, *WIDER}:
        raise ValueError(f"{dtype!r} is not a dtype that is kept")
    with np.errstate(all="ignore"):
        narrow = array.astype(original)
        back = narrow.astype(array.dtype)
    return narrow if _same_values(np.ma.getdata(back), np.ma.getdata(array)) else array


def _same_values(left: Array, right: Array) -> bool:
    if left.dtype.kind == "c":
        return _same_values(left.real, right.real) and _same_values(left.imag, right.imag)
    same = left == right
    if left.dtype.kind == "f" and not same.all():
        same |= np.isnan(left) & np.isnan(right)
    return bool(same.all())
