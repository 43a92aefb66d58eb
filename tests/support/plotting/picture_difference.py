"""How different two pictures look: small shifts of text don't count, a moved line does."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from PIL import Image

from datalab_kernel.plot._matplotlib import MatplotlibRenderer

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.plot import FigureSpec

    Array = np.ndarray[Any, Any]

SHRINK = 0.27
"""Size of a reference picture by what a notebook gets: 54 dots per inch."""
STEPS = 8
"""Of 256 levels, those that a reference keeps apart, so that its file is small."""
REACH = 2
"""Pixels by which something may be elsewhere: other versions set text a little differently."""
BLOCK = 12
LARGEST = 14.0
"""The largest difference of a block, of 255, at which pictures count as the same."""


def drawn(spec: FigureSpec) -> Image.Image:
    """Draw as a notebook shows it, with matplotlib's own settings, and make it smaller."""
    with mpl.rc_context():
        mpl.rcdefaults()
        png = MatplotlibRenderer().render(spec).png()
    large = Image.open(io.BytesIO(png)).convert("RGB")
    size = round(large.width * SHRINK), round(large.height * SHRINK)
    return large.resize(size, Image.Resampling.BOX)


def write(picture: Image.Image, path: Path) -> None:
    """Write a picture with a few levels of each colour, so that its file is small."""
    levels = np.asarray(picture, dtype=float) / STEPS
    few = np.minimum(STEPS * levels.round(), 255).astype(np.uint8)
    Image.fromarray(few).quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def difference(actual: Image.Image, expected: Image.Image) -> float:
    """Return the mean difference of the block of pixels that differs most, of 255.

    A pixel differs by how far its colour is from all colours that the other picture has
    within a reach of two pixels. Another size: as much as can be, unless it is by a few
    pixels only.
    """
    sizes = np.array([actual.size, expected.size], dtype=float)
    if (np.abs(sizes[0] / sizes[1] - 1) > 0.03).any():
        return 255.0
    first = np.asarray(actual.resize(expected.size).convert("RGB"), dtype=float)
    second = np.asarray(expected.convert("RGB"), dtype=float)
    distance = np.maximum(_outside(first, second), _outside(second, first)).max(axis=-1)
    return float(_block_means(distance).max())


def _outside(picture: Array, other: Array) -> Array:
    """Return how far values are outside of what is near their place in the other picture."""
    low, high = other.copy(), other.copy()
    padded = np.pad(other, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="edge")
    height, width = other.shape[:2]
    for down in range(2 * REACH + 1):
        for right in range(2 * REACH + 1):
            moved = padded[down : down + height, right : right + width]
            np.minimum(low, moved, out=low)
            np.maximum(high, moved, out=high)
    return np.maximum(0, np.maximum(picture - high, low - picture))


def _block_means(values: Array) -> Array:
    height, width = (size // BLOCK * BLOCK for size in values.shape)
    blocks = values[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    means: Array = blocks.mean(axis=(1, 3))
    return means
