"""Masked pixels in computing: Sigima doesn't know masks, but for it NaN is no value.

What computes pixel by pixel, moves pixels, or leaves NaN out of its sums, honours a mask then; of
every other function the result says that it doesn't (``compute.notes``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject


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
