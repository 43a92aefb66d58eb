"""What can go wrong here, in words for the person who reads CI's log."""

from __future__ import annotations

__all__ = ["CondaToolError"]


class CondaToolError(Exception):
    """A channel, package or prefix could not be made; the message says what to do."""
