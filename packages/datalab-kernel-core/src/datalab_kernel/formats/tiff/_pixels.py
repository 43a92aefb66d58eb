"""What the pixels of a series of TIFF pages consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.formats import _colours
from datalab_kernel.formats._samples import PALETTE, Pixels

if TYPE_CHECKING:
    import tifffile

_ALPHA = {1, 2}  # of the tag ExtraSamples: associated with the colours, or not
_JPEG = {6, 7, 34892}  # of the tag Compression; decoded, its YCbCr is red, green and blue
_WHITE_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 2, 3, 6  # of the tag PhotometricInterpretation


def pixels_of(series: tifffile.TiffPageSeries) -> Pixels:
    """Read what the pixels of a series consist of, from its first page."""
    page = series.keyframe
    photometric, samples = int(page.photometric), int(page.samplesperpixel)
    extras = [int(extra) for extra in page.extrasamples]
    is_colour = samples >= len(_colours.COLOURS) and (
        photometric == _RGB or (photometric == _YCBCR and int(page.compression) in _JPEG)
    )
    named = [*_colours.COLOURS] if is_colour else ["grey"]
    has_alpha = samples == len(named) + 1 and extras[-1:] and extras[-1] in _ALPHA
    if has_alpha:
        named.append("alpha")
    is_named = samples > 1 and samples == len(named) and "S" in series.axes
    return Pixels(
        channels=named if is_named or is_colour else (),
        is_colour=is_colour,
        is_white_zero=photometric == _WHITE_IS_ZERO,
        notes=[PALETTE] if photometric == _PALETTE else [],
    )
