"""What a function of ours gives, made as Sigima makes its own, in a tenth of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sigima.proc.title_formatting import get_default_title_formatter

from datalab_kernel.objects._fields import signal_with

if TYPE_CHECKING:
    from sigima.objects import SignalObj

Array = np.ndarray[Any, Any]

__all__ = ["signal_like"]


def signal_like(src: SignalObj, function: str, suffix: str, rows: Array) -> SignalObj:
    """Return a signal with the labels, units, regions and metadata of another.

    Parameters
    ----------
    src
        The other.
    function, suffix
        For its title, which Sigima's formatter writes.
    rows
        x, y and, if there are any, their error bars; they become its own.
    """
    title = get_default_title_formatter().format_1_to_1_title(function, suffix)
    return signal_with(src, rows, title)
