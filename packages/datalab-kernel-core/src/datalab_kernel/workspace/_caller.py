"""The person's line, where a warning belongs, however deep in this package it is seen."""

from __future__ import annotations

import sys

_PACKAGE = __name__.partition(".")[0]


def level_of_caller() -> int:
    """Return the stacklevel, for our caller, of the first frame that isn't this package's."""
    level, frame = 0, sys._getframe(1)  # noqa: SLF001 - what warnings.warn itself goes by
    while frame.f_back is not None and _is_ours(str(frame.f_globals.get("__name__", ""))):
        level, frame = level + 1, frame.f_back
    return level + 1


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
