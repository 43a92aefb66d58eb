"""Show now what was written to the streams."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__all__ = ["flush", "flush_streams"]


def flush_streams() -> None:
    """Show what was written so far, on both streams."""
    sys.stdout.flush()
    sys.stderr.flush()


def flush(streams: tuple[Any, ...]) -> None:
    """Show what was written so far, also by the names that Python keeps for the descriptors."""
    for stream in (*streams, sys.__stdout__, sys.__stderr__):
        with suppress(OSError, ValueError):  # a descriptor that a cell has closed
            if stream is not None:
                stream.flush()
