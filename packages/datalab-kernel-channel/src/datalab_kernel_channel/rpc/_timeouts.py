"""How long a call waits: given, the channel's own, or for ever."""

from __future__ import annotations

from typing import Final

__all__ = ["DEFAULT", "Default", "checked_timeout"]


class Default:
    """The type of :data:`DEFAULT`."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Final = Default()
"""A call's time-out unless another is given: ``channel.call_timeout_s``."""


def checked_timeout(timeout_s: float | None) -> float | None:
    """Return a time-out that can be kept.

    Raises
    ------
    ValueError
        If it is 0 or below.
    """
    if timeout_s is not None and not timeout_s > 0:
        raise ValueError(f"A time-out is above 0 s, or None to wait for ever; got {timeout_s}.")
    return timeout_s
