"""Masked pixels in computing: Sigima doesn't know masks, but for it NaN is no value.

What computes pixel by pixel, moves pixels, or leaves NaN out of its sums, honours a mask then; of
every other function the result says that it doesn't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import DataObject

PIXELWISE = frozenset(
    {
        *("absolute", "add_gaussian_noise", "add_poisson_noise", "add_uniform_noise", "addition"),
        *("addition_constant", "adjust_brightness_contrast", "adjust_gamma", "adjust_log"),
        *("adjust_sigmoid", "arithmetic", "average", "calibration", "clip"),
        *("complex_from_magnitude_phase", "complex_from_real_imag", "difference"),
        *("difference_constant", "division", "division_constant", "exp", "flatfield", "inverse"),
        *("log10", "log10_z_plus_n", "normalize", "product", "product_constant"),
        *("quadratic_difference", "real", "set_uniform_coords", "standard_deviation"),
    }
)
"""What gives each pixel of its own, of masked ones NaN, and doesn't look at these for the others."""
MOVING = frozenset({"extract_roi", "fliph", "flipv", "rotate270", "rotate90", "transpose"})
"""What puts pixels elsewhere, or leaves some out."""
LEAVING_OUT = frozenset({"average_profile", "histogram", "replace_special_values", "stats"})
"""What leaves NaN out, or is there to replace it."""
_HONOURING = PIXELWISE | MOVING | LEAVING_OUT


def fill_masked(obj: DataObject) -> str:
    """Put NaN in place of the masked pixels of an image.

    Returns
    -------
    str
        From what to what, such as ``"uint8 with 3 masked pixels to float64 with NaN"``; empty
        if no pixel is masked.
    """
    data: Any = vars(obj).get("_data")
    if not np.ma.isMaskedArray(data):
        return ""
    mask = np.ma.getmaskarray(data)
    count = int(mask.sum())
    plain = np.asarray(np.ma.getdata(data))
    if not count:
        vars(obj)["_data"] = plain
        return ""
    filled = plain.astype(plain.dtype if plain.dtype.kind in "fc" else np.float64)
    filled[mask] = np.nan
    vars(obj)["_data"] = filled
    pixels = "pixel" if count == 1 else "pixels"
    return f"{data.dtype} with {count:,} masked {pixels} to {filled.dtype} with NaN"


def mask_notes(function: str, masked: Sequence[str]) -> tuple[Note, ...]:
    """Say that a function can't honour the masks of objects, where there are any and it can't."""
    if not masked or function in _HONOURING:
        return ()
    text = (
        f"{function} can't leave out masked pixels: those of {', '.join(map(repr, masked))} "
        "were NaN to it, which its result may have more of, or be wrong by."
    )
    return (Note(text, "calc('replace_special_values', …) gives them values before."),)
