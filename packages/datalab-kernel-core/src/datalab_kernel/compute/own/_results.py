"""What a function of ours gives, made as Sigima makes its own, in a tenth of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects import share_object
from datalab_kernel.objects._fields import ROI_KEY

if TYPE_CHECKING:
    from sigima.objects import SignalObj

Array = np.ndarray[Any, Any]

__all__ = ["signal_like"]


def signal_like(
    src: SignalObj,
    function: str,
    suffix: str,
    rows: tuple[Array, Array, Array | None, Array | None],
) -> SignalObj:
    """Return a signal with the labels, units, regions and metadata of another.

    Parameters
    ----------
    src
        The other.
    function, suffix
        For its title, which Sigima's formatter writes.
    rows
        x, y and their error bars; these are None if there are none.
    """
    from sigima.proc.title_formatting import get_default_title_formatter

    title = get_default_title_formatter().format_1_to_1_title(function, suffix)
    dst: SignalObj = share_object(src, title=title)
    metadata = dst.metadata
    for key in [key for key in metadata if key.startswith("_") and key != ROI_KEY]:
        del metadata[key]  # private ones are the other's own
    x, y, dx, dy = rows
    bars = [] if dx is None and dy is None else [_bar(dx, len(x)), _bar(dy, len(x))]
    vars(dst)["_xydata"] = np.array([x, y, *bars])
    return dst


def _bar(values: Array | None, count: int) -> Array:
    return np.zeros(count) if values is None else values
