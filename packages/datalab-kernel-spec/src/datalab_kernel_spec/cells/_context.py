"""The context that all cells share, so that what one sets by context variables stays set.

xpython runs each cell as a task of its own, with a fresh copy of the context. So numpy's print
options, decimal's precision and every ``ContextVar`` went back at the end of the cell.
"""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._parents import FOREIGN_PARENT

if TYPE_CHECKING:
    from contextvars import Context

__all__ = ["CellContext", "keep_changes"]

REQUEST_TYPE = "RequestContext"
"""xpython's type, which can't be imported, of the variable that names the parent of messages."""


class CellContext:
    """One context for all cells but for what says whose messages these are."""

    def __init__(self) -> None:
        self._context: Context | None = None
        self._parents: list[ContextVar[Any]] = []

    def of_cell(self) -> Context:
        """Return the context to run a cell in; to be asked for in the cell's own task."""
        own = copy_context()
        if self._context is None:
            self._context = own
            self._parents += [var for var in own if type(own[var]).__name__ == REQUEST_TYPE]
            return own
        self._context.run(FOREIGN_PARENT.set, own.get(FOREIGN_PARENT))  # whatever a cell set
        for var in self._parents:
            if var in own:
                self._context.run(var.set, own[var])
        return self._context


def keep_changes(inner: Context) -> None:
    """Set here what code has set in a context that was copied from this one."""
    here = copy_context()
    for var, value in inner.items():
        if var not in here or here[var] is not value:
            var.set(value)
