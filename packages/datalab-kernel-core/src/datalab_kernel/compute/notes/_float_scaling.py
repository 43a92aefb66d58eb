"""Integer images that scikit-image takes for fractions of their type's range."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import has_nonzero
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

DIRECTED = ("farid", "prewitt", "scharr", "sobel")
SCALING = frozenset(
    {
        *DIRECTED,
        *(f"{name}_{direction}" for name in DIRECTED for direction in "hv"),
        *("denoise_bilateral", "denoise_tv", "denoise_wavelet", "laplace", "roberts"),
    }
)
"""What divides integers by the greatest value of their type, as ``skimage.img_as_float`` does."""


def _scaling_note(computed: Computed) -> Note | None:
    dtype = computed.inputs[0].data.dtype
    value = computed.value.data
    if dtype.kind not in "iu" or value.dtype.kind != "f" or not has_nonzero(value):
        return None
    factor = np.iinfo(dtype).max
    strength = " and smooths as if they were" if computed.function.startswith("denoise") else ""
    text = (
        f"{computed.function} takes {dtype} values for fractions of {factor:,}: what it gives "
        f"is {factor:,} times smaller than of the same values as floats{strength}."
    )
    return Note(text, "calc('astype', dtype_str='float64') before keeps the values as they are.")


BEHAVIOURS = (
    Behaviour(
        title="Images of integers as fractions",
        functions=frozenset(("image", name) for name in SCALING),
        does="These functions of scikit-image divide integers by the greatest value of their "
        "dtype: 255, 32,767, 65,535 or 2,147,483,647. Images of floats are taken as they are.",
        misleads="Gradients of a uint16 image are 65,535 times too small for its unit, and a "
        "denoising strength means something else.",
        advice='`calc("astype", dtype_str="float64")` before.',
        make=_scaling_note,
    ),
)
