"""A picture's figure: held while its cell runs, drawn anew when it is asked for later.

A notebook's ``Out`` keeps what each cell has shown, for as long as the kernel lives.
"""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.plot._spec import Drawing

__all__ = ["HeldDrawing", "running_shell"]

_to_let_go: weakref.WeakSet[HeldDrawing] = weakref.WeakSet()


class HeldDrawing:
    """A drawing that is let go of when the cell has ended, unless it was changed since it was drawn.

    Parameters
    ----------
    drawing
        What was drawn; one without ``let_go`` is held always.
    changed
        Is called when the figure was changed.
    """

    def __init__(self, drawing: Drawing, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._is_touched = False
        self._hold(drawing)

    def _hold(self, drawing: Drawing) -> None:
        self._drawing: Drawing | None = drawing
        let_go = getattr(drawing, "let_go", None)
        self._find: Callable[[], Drawing] | None = None if let_go is None else let_go()
        if self._find is not None:
            self._watch(drawing)

    def _watch(self, drawing: Any) -> None:
        if hasattr(drawing, "watch"):
            drawing.watch(self._touch)

    def _touch(self) -> None:
        self._is_touched = True
        self.get()
        self._changed()

    def get(self) -> Drawing:
        """Return the drawing, as it was or drawn anew."""
        if self._drawing is None and self._find is not None:
            self._hold(self._find())
            self.let_go_after_cell()
        assert self._drawing is not None  # noqa: S101 - it is let go of only where it is found again
        return self._drawing

    def is_shown(self) -> None:
        """Say that it is seen from now on, so that changes are to be shown."""
        self._watch(self.get())
        self.let_go_after_cell()

    def let_go_after_cell(self) -> None:
        """Hold the drawing only until the running cell has ended, if there is one."""
        shell = running_shell()
        if shell is None:
            return
        if not _to_let_go:
            shell.events.register("post_run_cell", _let_go)  # once, however often
        _to_let_go.add(self)

    def let_go(self) -> None:
        """Let go of the drawing, unless it was changed: nothing else knows how it looks then."""
        if self._find is None or self._drawing is None:
            return
        # Also of one that nobody holds: its figure is a circle, which Python finds much later
        self._drawing.free_pixels()  # type: ignore[attr-defined]  # it comes with let_go
        if not self._is_touched:
            self._drawing = None


def _let_go(_result: object) -> None:
    running_shell().events.unregister("post_run_cell", _let_go)
    while _to_let_go:
        _to_let_go.pop().let_go()


def running_shell() -> Any:
    """Return IPython's shell; None outside of a notebook or console."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
