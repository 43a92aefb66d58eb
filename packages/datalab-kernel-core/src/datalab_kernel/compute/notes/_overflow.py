"""Sums of integers that are kept in a type which can't hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array


FIRST = 64
"""So many bins are looked at first."""
ROWS = 8
"""Then so many rows of bins."""


@np.errstate(all="ignore")
def _binning_note(computed: Computed) -> Note | None:
    data, binned, param = computed.inputs[0].data, computed.value.data, computed.parameters
    is_sum = getattr(param.operation, "value", param.operation) == "sum"
    if binned.dtype.kind not in "iu" or not is_sum or not binned.size:
        return None
    used = data[: binned.shape[0] * param.sy, : binned.shape[1] * param.sx]
    if note := _note_of_row(used[:, : FIRST * param.sx], binned[:, :FIRST], 0):  # it often tells
        return note
    limits = np.iinfo(binned.dtype)
    extremes = [float(used.max()), float(used.min()) if data.dtype.kind != "u" else 0.0]
    if all(limits.min <= extreme * param.sx * param.sy <= limits.max for extreme in extremes):
        return None
    rows = [*range(0, binned.shape[0], 1 + binned.shape[0] // ROWS)]
    if data.dtype.kind != "u":  # sums that are too great and too small can make up for each other
        places = (find() for find in (used.argmax, used.argmin))
        rows += [int(place) // used.shape[1] // param.sy for place in places]
    for row in rows:
        if note := _note_of_row(used, binned, row):
            return note
    total, found = float(used.sum(dtype=np.float64)), float(binned.sum(dtype=np.float64))
    span = float(limits.max) - float(limits.min)
    if abs(total - found) > max(span / 2, binned.size if data.dtype.kind == "f" else 0):
        return _overflow_note("binning", binned, f"a total of {total:,.15g}", found)
    return None


def _note_of_row(used: Array, binned: Array, row: int) -> Note | None:
    """Look at one row of bins."""
    sx, sy = (
        whole // part for whole, part in zip(used.shape[::-1], binned.shape[::-1], strict=True)
    )
    lines = used[row * sy : (row + 1) * sy]
    sums = lines.sum(axis=0, dtype=np.float64).reshape(-1, sx).sum(axis=1)
    limits = np.iinfo(binned.dtype)
    wrong = np.flatnonzero((sums < limits.min) | (sums > limits.max))
    if not len(wrong):
        return None
    place = wrong[0]
    return _overflow_note("binning", binned, f"a sum of {sums[place]:,.15g}", binned[row, place])


def _convolution_note(computed: Computed) -> Note | None:
    data, kernel, value = *(obj.data for obj in computed.inputs), computed.value.data
    if value.dtype.kind not in "iu" or not data.size:
        return None
    limits = np.iinfo(value.dtype)
    weight = float(np.abs(kernel.astype(np.float64)).sum())
    row, column = np.unravel_index(int(data.argmax()), data.shape)
    if float(data[row, column]) * weight <= limits.max:
        return None
    right = _convolved_at(data, kernel, int(row), int(column))
    if limits.min <= right <= limits.max:
        return None
    return _overflow_note("convolution", value, f"a sum of {right:,.15g}", value[row, column])


def _convolved_at(data: Array, kernel: Array, row: int, column: int) -> float:
    """Return what the convolution (``mode="same"``) of two arrays is at one place."""
    total = 0.0
    up, left = ((size - 1) // 2 for size in kernel.shape)
    for (i, j), weight in np.ndenumerate(kernel):
        y, x = row + up - i, column + left - j
        if 0 <= y < data.shape[0] and 0 <= x < data.shape[1]:
            total += float(weight) * float(data[y, x])
    return total


def _overflow_note(function: str, array: Array, right: str, found: float) -> Note:
    limits = np.iinfo(array.dtype)
    text = (
        f"{function} kept its sums in {array.dtype}, which holds {limits.min:,} to "
        f"{limits.max:,}: beyond, they wrapped around ({right} became {found:,.15g})."
    )
    advice = (
        "dtype_str='float64' (or another dtype that is wide enough) keeps them."
        if function == "binning"
        else "calc('astype', dtype_str='float64') of both before keeps them."
    )
    return Note(text, advice)


BEHAVIOURS = (
    Behaviour(
        title="Sums in the type of the input",
        functions=frozenset({("image", "binning")}),
        does="`binning` gives the dtype of its input, also to sums, unless `dtype_str` says another.",
        misleads="Sums beyond what the dtype holds wrap around: 2 x 2 pixels of 200 in uint8 "
        "give 32 instead of 800.",
        advice='`calc("binning", …, dtype_str="float64")`.',
        make=_binning_note,
    ),
    Behaviour(
        title="Convolution of integers",
        functions=frozenset({("image", "convolution")}),
        does="The convolution of two images of integers has their dtype.",
        misleads="Sums beyond what the dtype holds wrap around.",
        advice='`calc("astype", dtype_str="float64")` of both before.',
        make=_convolution_note,
    ),
)
