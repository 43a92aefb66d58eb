"""What the computer under the kernel can do: everything that a browser lacks is asked here.

In JupyterLite Python runs in a worker of a web page (WebAssembly): one thread, no processes, no
sockets, no locks on files, a file system in the page's memory, and the page's own requests in
place of connections. Whoever needs one of these asks, and does without it or says so.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

__all__ = ["Platform", "here"]


@dataclass(frozen=True, slots=True)
class Platform:
    """What there is.

    Examples
    --------
    >>> here().is_browser
    False
    """

    is_browser: bool
    """Whether the kernel is part of a web page."""

    @property
    def has_threads(self) -> bool:
        """Whether another thread can be started; else nothing runs beside a cell."""
        return not self.is_browser

    @property
    def has_processes(self) -> bool:
        """Whether another process can be started, or this one can fork."""
        return not self.is_browser

    @property
    def has_sockets(self) -> bool:
        """Whether a connection can be made; a page has requests by HTTP alone."""
        return not self.is_browser

    @property
    def has_file_locks(self) -> bool:
        """Whether a file can be locked; in a page nobody else sees its files."""
        return not self.is_browser

    @property
    def has_hdf5(self) -> bool:
        """Whether workspace files can be written as DataLab's: h5py is installed."""
        return _is_found("h5py.h5")


@cache
def _is_found(module: str) -> bool:
    """Say whether a module is there, by finding it; what it is part of is imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def here() -> Platform:
    """Return what this computer, or this page, can do."""
    return Platform(is_browser=sys.platform == "emscripten")
