"""Masked pixels in functions that can't leave them out; ``compute._masks`` makes them NaN before."""

from __future__ import annotations

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

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
LEAVING_OUT = frozenset(
    {
        *("average_profile", "histogram", "label_regions", "region_properties"),
        *("replace_special_values", "stats", "watershed_split"),
    }
)
"""What leaves NaN out, or is there to replace it."""
_HONOURING = PIXELWISE | MOVING | LEAVING_OUT


def _mask_note(computed: Computed) -> Note | None:
    """Say that a function can't honour the masks of objects, where it can't."""
    function, masked = computed.function, computed.masked
    if function in _HONOURING:
        return None
    text = (
        f"{function} can't leave out masked pixels: those of {', '.join(map(repr, masked))} "
        "were NaN to it, which its result may have more of, or be wrong by."
    )
    return Note(text, "calc('replace_special_values', …) gives them values before.")


BEHAVIOURS = (
    Behaviour(
        title="Masked pixels",
        does="Sigima doesn't know masks: masked pixels are NaN to its functions. What computes "
        "pixel by pixel, moves pixels or leaves NaN out of its sums honours a mask so.",
        misleads="Every other function gives more NaN around them, or counts them.",
        advice="`replace_special_values` before.",
        make=_mask_note,
        of_masks=True,
    ),
)
