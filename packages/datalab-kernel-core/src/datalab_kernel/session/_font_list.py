"""Whether matplotlib has been used on this machine before, told without importing it."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["has_font_list"]


def has_font_list() -> bool:
    """Say whether importing matplotlib is quick and quiet here.

    The first import on a machine looks for all fonts, which takes seconds, and one that can't
    write its folder says so: neither belongs under a cell that draws nothing.
    """
    return any(map(_has_list, _places()))


def _places() -> list[Path]:
    if given := os.environ.get("MPLCONFIGDIR"):
        return [Path(given)]
    home = Path.home()
    cache = os.environ.get("XDG_CACHE_HOME")
    return [Path(cache or home / ".cache") / "matplotlib", home / ".matplotlib"]


def _has_list(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and any(folder.glob("fontlist-*.json"))
