"""Debuggers at their prompt: Stop ends them and the cell; they don't outlive their cell.

Python's pdb takes a Stop for "ask again", and leaves a SIGINT handler of its own behind
``continue``, which would start it in the middle of whatever runs later.
"""

from __future__ import annotations

import _signal
import bdb
import signal
import sys
from functools import wraps
from typing import Any

__all__ = ["forget_debuggers", "let_stop_end_debuggers"]

_SIGINT = int(signal.SIGINT)
"""Asked for in C: the module's own function makes an enum of the answer, or fails to."""


def let_stop_end_debuggers() -> None:
    """Change pdb as soon as somebody makes a debugger: not before, for the time that it costs."""
    begin = bdb.Bdb.__init__
    if hasattr(begin, "__wrapped__"):
        return

    @wraps(begin)
    def begin_interruptible(self: bdb.Bdb, *arguments: Any, **keywords: Any) -> None:
        pdb = sys.modules.get("pdb")
        if pdb is not None:
            pdb.Pdb._cmdloop = _ask  # noqa: SLF001
        begin(self, *arguments, **keywords)

    bdb.Bdb.__init__ = begin_interruptible  # type: ignore[method-assign]


def _ask(self: Any) -> None:
    """Ask for commands until one goes on; a Stop is the cell's."""
    self.allow_kbdint = True
    try:
        self.cmdloop()
    except KeyboardInterrupt:
        self.set_quit()
        self.quitting = False
        sys.settrace(None)
        raise
    self.allow_kbdint = False


def forget_debuggers() -> None:
    """Take SIGINT back from a debugger."""
    owner = getattr(_signal.getsignal(_SIGINT), "__self__", None)
    if isinstance(owner, bdb.Bdb):
        signal.signal(signal.SIGINT, signal.default_int_handler)
