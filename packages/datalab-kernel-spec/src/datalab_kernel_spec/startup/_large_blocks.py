"""Let the C library keep the memory of large messages for the next ones."""

from __future__ import annotations

__all__ = ["keep_large_blocks"]

LARGE_BYTES = 9 << 20
"""Larger than a frame of a channel, which has 8 MiB at most."""


def keep_large_blocks() -> None:
    """Free one large block, after which glibc asks the system for no smaller one again.

    glibc gets large blocks from the system, and gives them back, one by one. So each copy of a
    message of some MB was made in pages that the system had to clear first: three quarters of the
    time that sending took. It stops doing so for what is smaller than the largest block that was
    freed (mallopt(3), M_MMAP_THRESHOLD), and keeps up to twice as much for the next ones. Other C libraries
    take no notice.
    """
    bytes(LARGE_BYTES)  # never touched, so it costs no memory
