"""What other packages offer by entry points: looked for once, as long as nothing is installed."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint, EntryPoints

__all__ = ["Installation", "installation", "offered"]

Installation = tuple[tuple[str, int], ...]
"""The folders of ``sys.path``, with the times at which something was last added to or removed from them."""


def offered(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group in the order of their names; nothing is imported.

    Parameters
    ----------
    group
        Such as ``datalab_kernel.backends``.

    Examples
    --------
    >>> offered("datalab_kernel.nobody_offers_this")
    ()
    """
    return tuple(sorted(_known(installation())(group=group)))


def installation() -> Installation:
    """Return what changes when a package is installed or removed."""
    folders = [(entry, Path(entry or ".")) for entry in sys.path]
    return tuple((entry, path.stat().st_mtime_ns) for entry, path in folders if path.exists())


@lru_cache(maxsize=1)
def _known(_: Installation) -> Callable[..., EntryPoints]:
    """Read what each installed package says, which takes milliseconds; return what chooses of it."""
    return entry_points().select
