"""Names under which DataLab runs several functions, or one with more around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel.objects import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """What DataLab runs under one name.

    ``functions`` all run on each object. ``shares_parameters`` says whether they take one
    set of parameters together; otherwise each has its own. ``has_defaults`` says whether
    DataLab then gives each of them a set of defaults, or none at all.
    """

    kinds: tuple[Kind, ...]
    summary: str
    functions: tuple[str, ...]
    shares_parameters: bool = False
    has_defaults: bool = False


SEVERAL: dict[str, Several] = {
    "all_stability": Several(
        kinds=("signal",),
        summary="Run all stability analyses",
        functions=(
            "allan_variance",
            "allan_deviation",
            "overlapping_allan_variance",
            "modified_allan_variance",
            "hadamard_variance",
            "total_variance",
            "time_deviation",
        ),
        shares_parameters=True,
    ),
    "all_threshold": Several(
        kinds=("image",),
        summary="Run all threshold algorithms",
        functions=(
            "threshold_isodata",
            "threshold_li",
            "threshold_mean",
            "threshold_minimum",
            "threshold_otsu",
            "threshold_triangle",
            "threshold_yen",
        ),
    ),
    "all_denoise": Several(
        kinds=("image",),
        summary="Run all denoising filters",
        functions=("denoise_tv", "denoise_bilateral", "denoise_wavelet", "denoise_tophat"),
        has_defaults=True,
    ),
    "all_morphology": Several(
        kinds=("image",),
        summary="Run all morphology filters",
        functions=("white_tophat", "black_tophat", "erosion", "dilation", "opening", "closing"),
        shares_parameters=True,
    ),
    "all_edges": Several(
        kinds=("image",),
        summary="Run all edge detection algorithms",
        functions=(
            "canny",
            "farid",
            "farid_h",
            "farid_v",
            "laplace",
            "prewitt",
            "prewitt_h",
            "prewitt_v",
            "roberts",
            "scharr",
            "scharr_h",
            "scharr_v",
            "sobel",
            "sobel_h",
            "sobel_v",
        ),
    ),
}
"""By name, in DataLab's order."""

ROI_EXTRACTION = "roi_extraction"
MARKERS_TO_SIGNAL = "markers_to_signal"
