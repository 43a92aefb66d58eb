"""How a local worker gets memory from the system."""

from __future__ import annotations

import ctypes
import os

__all__ = ["keep_blocks"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)
_LARGEST_BLOCK = 32 << 20


def keep_blocks() -> None:
    """Let the C library use the memory of one image for the next.

    Dask has its workers give back each array at once (MALLOC_TRIM_THRESHOLD_), so that every
    array is made in pages that the system must clear first: a fifth of the time of a filter. With
    these values, glibc's own where nothing is said, at most twice the largest block is kept. Other
    C libraries have no such function.
    """
    if os.name != "posix":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGEST_BLOCK)
        mallopt(_TRIM_THRESHOLD, 2 * _LARGEST_BLOCK)
