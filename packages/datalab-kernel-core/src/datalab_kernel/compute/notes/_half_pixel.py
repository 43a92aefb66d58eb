"""Image resampling, which takes values half a pixel from where it says they are."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import sample_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note


def _half_pixel_note(computed: Computed) -> Note | None:
    image = computed.value
    rows, columns = image.data.shape
    shifts = {"x": image.dx / 2 if columns > 1 else 0.0, "y": image.dy / 2 if rows > 1 else 0.0}
    values = sample_of(image.data)
    values = values[np.isfinite(values)]
    if not any(shifts.values()) or not len(values) or values.min() == values.max():
        return None
    shift = " and ".join(f"{axis} by {by:.6g}" for axis, by in shifts.items() if by)
    lost = int(np.isnan(image.data[-1]).sum() + np.isnan(image.data[:-1, -1]).sum())
    edge = f" {lost:,} pixels of the last row and column are NaN for that." if lost else ""
    text = (
        "resampling took its values half a new pixel further than it says they are: the image "
        f"is shifted in {shift}.{edge}"
    )
    return Note(text, "Edit the result: image.x0 += image.dx / 2; image.y0 += image.dy / 2.")


BEHAVIOURS = (
    Behaviour(
        title="Half a pixel in image resampling",
        functions=frozenset({("image", "resampling")}),
        does="Values are taken at the middle of each new pixel, counted from `xmin`, and said to "
        "be at its beginning: with its defaults, `resampling` isn't the identity.",
        misleads="Positions in the result are half a (new) pixel too small, and the last row and "
        "column can be NaN.",
        advice="`image.x0 += image.dx / 2; image.y0 += image.dy / 2` in the result.",
        make=_half_pixel_note,
    ),
)
