"""The centroid of a spot on a background."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._arrays import has_region
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from datalab_kernel.compute.notes._arrays import Array

TOLERANCE_PX = 0.25
"""So far a background may pull a centroid."""


@np.errstate(all="ignore")
def _centre_note(computed: Computed) -> Note | None:
    image, result = computed.inputs[0], computed.value
    if result is None or not image.is_uniform_coords or has_region(image):
        return None
    data = image.data
    if data.dtype.kind == "c" or min(data.shape) < 3:  # noqa: PLR2004 - it is all edge
        return None
    column = (float(result.coords[0][0]) - image.x0) / image.dx
    row = (float(result.coords[0][1]) - image.y0) / image.dy
    background = _background(data)
    if not background or _is_dark_beside(data, background, row, column):
        return None
    off = _error_px(data, background, row, column)
    if off is None or off <= TOLERANCE_PX:
        return None
    size = f"{off:.0f}" if off >= 1 else f"{off:.1g}"
    far = f"by some {size} pixels" if off < max(data.shape) else "by any distance"
    text = (
        f"centroid counts the background (about {background:.4g} at the edges), which shifts "
        f"the result {far}."
    )
    advice = f"calc('difference_constant', value={background:.4g}) before takes it away."
    return Note(text, advice)


def _is_dark_beside(data: Array, background: float, row: float, column: float) -> bool:
    """Say whether a background is nothing beside what is at the centroid."""
    if not (0 <= row < data.shape[0] and 0 <= column < data.shape[1]):
        return False
    here = abs(float(data[int(row), int(column)]))
    return abs(background) * float(data.size) < 1e-3 * here


def _background(data: Array) -> float:
    """Return the middle of the values at the edges; 0 where they are only noise around it."""
    lines = (data[0], data[-1], data[1:-1, 0], data[1:-1, -1])
    edges = np.concatenate([line[:: 1 + len(line) // 128] for line in lines]).astype(np.float64)
    middle = float(np.median(edges))
    spread = 1.4826 * float(np.median(np.abs(edges - middle)))
    doubt = 4 * 1.25 * spread / math.sqrt(len(edges))
    return middle if math.isfinite(middle) and abs(middle) > doubt else 0.0


def _error_px(data: Array, background: float, row: float, column: float) -> float | None:
    """Return how far a background pulled Sigima's centroid, in pixels; None if that isn't known.

    Sigima takes either the mean of the pixels' places or the phase of the first harmonic,
    whichever lies nearer to the medians of the projections. One projection tells which it was.
    """
    rows, columns = data.shape
    profile = np.einsum("ij->i", data, dtype=np.float64, casting="unsafe")  # quicker than sum
    total = float(profile.sum())
    spot = total - background * data.size
    if not math.isfinite(total) or not total:
        return None
    if spot * total <= 0 or abs(spot) < 0.01 * abs(total):
        return math.inf
    mean = float(profile @ np.arange(rows)) / total
    if abs(mean - row) < 1e-6 * rows:
        pull = background * data.size / spot
        return math.hypot(pull * (row - (rows - 1) / 2), pull * (column - (columns - 1) / 2))
    return math.hypot(
        _harmonic_shift(row, rows, background * columns / spot),
        _harmonic_shift(column, columns, background * rows / spot),
    )


def _harmonic_shift(place: float, length: int, weight: float) -> float:
    """Return how far a constant moved the first harmonic of a narrow spot.

    The harmonic runs over ``length - 1`` points, so that a constant adds that of one point;
    spot, constant and their sum are the sides of a triangle.
    """
    turn = 2 * math.pi / (length - 1)
    sine = weight * math.sin((place - 1) * turn + turn)
    return math.asin(sine) / turn if abs(sine) <= 1 else math.inf


BEHAVIOURS = (
    Behaviour(
        title="The centroid of a spot on a background",
        functions=frozenset({("image", "centroid")}),
        does="The phase of the first harmonic (Weisshaar), or the mean of the pixels' places if "
        "that lies nearer to the projected medians. A spot of amplitude 100 at (60, 12) of "
        "80 x 50 pixels is at (60.07, 11.94) on a background of 1, at (60.65, 11.30) on 10 and "
        "at (65.90, 6.37) on 100.",
        misleads="There is a background, such as a camera's offset, and the spot isn't in the "
        "middle.",
        advice="`difference_constant` with the background, or `offset_correction`, before.",
        make=_centre_note,
    ),
)
