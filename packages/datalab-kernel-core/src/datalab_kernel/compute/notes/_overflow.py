"""Sums of integers that are kept in a type which can't hold them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array

FIRST = 64
"""So many pixels are looked at before all others, as they often tell."""
ROWS = 8
"""Of so many rows with pixels that are great enough for an overflow all bins are looked at."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Pixels of shape ``(rows * height, columns * width)`` and the bins that they became."""

    used: Array
    binned: Array
    width: int
    height: int

    @property
    def count(self) -> int:
        """How many pixels make a bin."""
        return self.width * self.height

    def sums(self, row: int) -> Array:
        """Return the right sums of one row of bins."""
        lines = self.used[row * self.height : (row + 1) * self.height]
        return lines.sum(axis=0, dtype=np.float64).reshape(-1, self.width).sum(axis=1)

    def first_sums(self) -> list[float]:
        """Return those of some bins in a corner, which Python adds quicker than numpy."""
        lines = self.used[: self.height, : FIRST // self.count * self.width].tolist()
        columns = range(0, len(lines[0]), self.width)
        return [sum(sum(line[at : at + self.width]) for line in lines) for at in columns]


@np.errstate(all="ignore")
def _binning_note(computed: Computed) -> Note | None:
    data, binned, param = computed.inputs[0].data, computed.value.data, computed.parameters
    is_sum = getattr(param.operation, "value", param.operation) == "sum"
    if binned.dtype.kind not in "iu" or not is_sum or not binned.size:
        return None
    width, height = param.sx, param.sy
    bins = Bins(data[: binned.shape[0] * height, : binned.shape[1] * width], binned, width, height)
    if note := _note_of_row(bins, 0, bins.first_sums()):
        return note
    if _fits(bins):
        return None
    rows = _rows_to_look_at(bins)
    for row in rows[:: 1 + len(rows) // ROWS]:
        if note := _note_of_row(bins, row, bins.sums(row).tolist()):
            return note
    return _note_of_total(bins) if len(rows) >= ROWS else None


@cache
def _limits(dtype: Any) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _note_of_row(bins: Bins, row: int, sums: list[float]) -> Note | None:
    """Return a note if one of the first bins of a row can't hold its sum."""
    least, greatest = _limits(bins.binned.dtype)
    if not sums or (min(sums) >= least and max(sums) <= greatest):
        return None
    column = next(at for at, right in enumerate(sums) if not least <= right <= greatest)
    found = float(bins.binned[row, column])
    return _overflow_note("binning", bins.binned, f"a sum of {sums[column]:,.15g}", found)


def _fits(bins: Bins) -> bool:
    """Say whether no bin can overflow, by the greatest and the least pixel."""
    least, greatest = _limits(bins.binned.dtype)
    if float(bins.used.max()) * bins.count > greatest:
        return False
    return bins.used.dtype.kind == "u" or float(bins.used.min()) * bins.count >= least


def _rows_to_look_at(bins: Bins) -> list[int]:
    """Return the rows of bins with a pixel so great, or so small, that a bin can overflow."""
    least, greatest = _limits(bins.binned.dtype)
    is_wanted = bins.used.max(axis=1) > greatest // bins.count
    if bins.used.dtype.kind != "u":
        is_wanted |= bins.used.min(axis=1) < least / bins.count
    rows = np.flatnonzero(is_wanted) // bins.height
    return [*dict.fromkeys(rows.tolist())]


def _note_of_total(bins: Bins) -> Note | None:
    """Look at all bins: of unsigned integers, one that wrapped around changes the total.

    These are added in 32 bits, which is quickest, and tells unless 2**24 bins or more did.
    """
    used, binned = bins.used, bins.binned
    is_unsigned = used.dtype.kind == "u" and binned.dtype.kind == "u"
    if is_unsigned and used.sum(dtype=np.uint32) == binned.sum(dtype=np.uint32):
        return None
    total, found = float(used.sum(dtype=np.float64)), float(binned.sum(dtype=np.float64))
    least, greatest = _limits(binned.dtype)
    if abs(total - found) > max((greatest - least) / 2, binned.size * (used.dtype.kind == "f")):
        return _overflow_note("binning", binned, f"a total of {total:,.15g}", found)
    return None


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
