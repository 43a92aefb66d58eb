"""Sums of integers that are kept in a type which can't hold them."""

from __future__ import annotations

from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from datalab_kernel.compute.notes._arrays import values_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note
from datalab_kernel.objects._fields import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel.compute.notes._arrays import Array

LINES = 32
"""Of so many lines of pixels the extremes are taken at once: of each line takes twice as long."""
FEW = 8
"""So many pixels that are great enough for an overflow are looked at one by one."""
ROWS = 8
"""Of so many rows with more of them all bins are looked at."""


class Bins(NamedTuple):
    """Pixels of shape ``(rows * height, columns * width)`` and the bins that they became."""

    used: Array
    binned: Array
    width: int
    height: int

    def harmless(self) -> tuple[float, int]:
        """Return the least and the greatest pixel that a bin can be full of."""
        least, greatest = _limits(self.binned.dtype)
        return least / (self.width * self.height), greatest // (self.width * self.height)

    def place_of(self, pixel: int) -> tuple[int, int]:
        """Return the row and the column of the bin that a pixel is in."""
        line, column = divmod(pixel, self.used.shape[1])
        return line // self.height, column // self.width

    def sum_of(self, row: int, column: int) -> float:
        """Return the right sum of one bin, which Python adds quicker than numpy."""
        lines = self.used[row * self.height : (row + 1) * self.height]
        return sum(map(sum, lines[:, column * self.width : (column + 1) * self.width].tolist()))

    def sums_of(self, row: int) -> list[float]:
        """Return the right sums of one row of bins."""
        lines = self.used[row * self.height : (row + 1) * self.height]
        sums: list[float] = (
            lines.sum(axis=0, dtype=np.float64).reshape(-1, self.width).sum(axis=1).tolist()
        )
        return sums


def _binning_note(computed: Computed) -> Note | None:
    binned, param = values_of(computed.value), computed.parameters
    is_sum = str(value_of(param, "operation")).lower() == "sum"  # guidata keeps the choice's name
    if not is_sum or binned.dtype.kind not in "iu" or not binned.size:
        return None
    used, width, height = (
        values_of(computed.inputs[0]),
        value_of(param, "sx"),
        value_of(param, "sy"),
    )
    shape = (binned.shape[0] * height, binned.shape[1] * width)
    if shape != used.shape:
        used = used[: shape[0], : shape[1]]
    bins = Bins(used, binned, width, height)
    for number, (row, column) in enumerate(_bins_to_look_at(bins)):
        if note := _note_of_bin(bins, row, column, bins.sum_of(row, column)):
            return note
        if number == FEW:
            return _note_of_many(bins)
    return None


def _bins_to_look_at(bins: Bins) -> Iterator[tuple[int, int]]:
    """Give the first bin, which often tells, and rows and columns of all with pixels beyond the harmless."""
    yield 0, 0
    least, greatest = bins.harmless()
    lines = max(1, LINES // bins.height) * bins.height
    for number, (high, low) in enumerate(_extremes_of_blocks(bins.used, lines)):
        if high <= greatest and low >= least:  # so said, NaN doesn't hide what lies beside it
            continue
        block = bins.used[number * lines : (number + 1) * lines]
        is_beyond = block > greatest
        if block.dtype.kind != "u":
            is_beyond |= block < least
        flat, at = is_beyond.ravel(), 0
        while at < flat.size and flat.item(at := at + int(flat[at:].argmax())):
            yield bins.place_of(number * lines * block.shape[1] + at)
            at += 1


def _extremes_of_blocks(used: Array, lines: int) -> list[tuple[float, float]]:
    """Return the greatest and the least value of each so many lines; the last may be fewer."""
    whole = len(used) // lines * lines
    found = _extremes(used[:whole].reshape(-1, lines, used.shape[1]))
    return found if whole == len(used) else found + _extremes(used[None, whole:])


def _extremes(blocks: Array) -> list[tuple[float, float]]:
    """Return the greatest and the least value of each block; 0 stands for the least of unsigned ones."""
    highest = np.maximum.reduce(blocks, axis=(1, 2)).tolist()
    is_unsigned = blocks.dtype.kind == "u"
    lowest = repeat(0) if is_unsigned else np.minimum.reduce(blocks, axis=(1, 2)).tolist()
    return [*zip(highest, lowest, strict=False)]


@np.errstate(all="ignore")
def _note_of_many(bins: Bins) -> Note | None:
    """Look at some of the rows that have a pixel beyond the harmless."""
    least, greatest = bins.harmless()
    is_beyond = bins.used.max(axis=1) > greatest
    if bins.used.dtype.kind != "u":
        is_beyond |= bins.used.min(axis=1) < least
    rows = [*dict.fromkeys((np.flatnonzero(is_beyond) // bins.height).tolist())]
    for row in rows[:: 1 + len(rows) // ROWS]:
        for column, right in enumerate(bins.sums_of(row)):
            if note := _note_of_bin(bins, row, column, right):
                return note
    return _note_of_total(bins) if len(rows) >= ROWS else None


def _note_of_bin(bins: Bins, row: int, column: int, right: float) -> Note | None:
    least, greatest = _limits(bins.binned.dtype)
    if not (right < least or right > greatest):  # NaN isn't beyond
        return None
    found = float(bins.binned[row, column])
    return _overflow_note("binning", bins.binned, f"a sum of {right:,.15g}", found)


@cache
def _limits(dtype: Any) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


@cache
def _described(dtype: Any) -> str:
    least, greatest = _limits(dtype)
    return f"{dtype}, which holds {least:,} to {greatest:,}"


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
    text = (
        f"{function} kept its sums in {_described(array.dtype)}: beyond, they wrapped around "
        f"({right} became {found:,.15g})."
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
