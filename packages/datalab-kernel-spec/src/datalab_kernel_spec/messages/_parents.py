"""Which request the code that runs now belongs to.

xpython knows it for cells and the tasks that they start (a context variable of its own).
Threads and comm callbacks don't inherit that; theirs is kept here.
"""

from __future__ import annotations

import json
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.protocol._words import CELL_ID, KEEP_GOING

if TYPE_CHECKING:
    from contextvars import Token

__all__ = ["CELL_PARENT", "FOREIGN_PARENT", "Parents", "foreign_parent"]

FOREIGN_PARENT: ContextVar[bytes | None] = ContextVar("datalab_kernel_parent", default=None)
"""The parent header, as JSON, where xpython's own would be missing or stale; else None."""


CELL_PARENT: ContextVar[bytes] = ContextVar("datalab_kernel_cell", default=b"")
"""The header, as JSON, of the cell to which the code belongs that runs in this context."""

POOLS = frozenset({"concurrent.futures.thread", "multiprocessing.pool"})
"""The modules whose threads work for whoever uses them, and not for who started them."""

_POOL_OF: ContextVar[Parents | None] = ContextVar("datalab_kernel_pool", default=None)


def foreign_parent() -> bytes | None:
    """Return the parent header, as JSON, where xpython's own would be missing or stale."""
    parent = FOREIGN_PARENT.get()
    if parent is None and (parents := _POOL_OF.get()) is not None:
        return parents.cell
    return parent


class Parents:
    """Find the parent of the code that runs, and hand it on to the threads that it starts."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._kernel: Any = None
        self.cell = b""
        """The header of the cell that began last, as JSON."""

    def begin_cell(self) -> None:
        """Remember the cell that begins."""
        self.cell = self._native()
        CELL_PARENT.set(self.cell)

    def now(self) -> bytes:
        """Return the parent header, as JSON; blank if nothing has run yet."""
        foreign = foreign_parent()
        return self._native() if foreign is None else foreign

    def _native(self) -> bytes:
        header = (self._kernel.get_parent() or {}).get("header") if self._kernel else None
        return json.dumps(header).encode() if header else b""

    def look_through(self) -> None:
        """Let ``get_ipython().kernel.get_parent()`` know threads and comm callbacks too.

        ``get_ipython()`` gets what ipykernel's has: a parent to ask for, and to set in a thread.
        """
        self._kernel = self._shell.kernel
        self._shell.kernel = _KernelInView(self._kernel, self)
        self._shell.get_parent = self.request
        self._shell.set_parent = self.set
        self._shell.set_thread_parent = self.set
        self._shell.reset_thread_parent = FOREIGN_PARENT.reset

    def request(self) -> dict[str, Any]:
        """Return the request that the calling code belongs to: its header, and its cell's id."""
        header = json.loads(self.now() or b"{}")
        header.pop(KEEP_GOING, None)
        cell_id = header.pop(CELL_ID, None)
        return {"header": header, "metadata": {} if cell_id is None else {"cellId": cell_id}}

    def set(self, request: dict[str, Any]) -> Token[bytes | None]:
        """Let what this thread, or cell, shows from now on belong to a request."""
        cell_id = request.get("metadata", {}).get("cellId")
        added = {} if cell_id is None else {CELL_ID: cell_id}
        return FOREIGN_PARENT.set(json.dumps({**request["header"], **added}).encode())

    def hand_on_to_threads(self) -> None:
        """Let what a thread shows appear in the cell that started it; a pool's: that runs."""
        parents, start = self, threading.Thread.start

        def start_with_parent(thread: threading.Thread) -> None:
            parent, run = parents.now(), thread.run
            is_of_pool = getattr(getattr(thread, "_target", None), "__module__", "") in POOLS

            def run_with_parent() -> None:
                if is_of_pool:
                    _POOL_OF.set(parents)
                elif parent:
                    FOREIGN_PARENT.set(parent)
                run()

            thread.run = run_with_parent  # type: ignore[method-assign]
            start(thread)

        threading.Thread.start = start_with_parent  # type: ignore[method-assign,assignment]


class _KernelInView:
    """xpython's kernel object, which can't be changed, with another ``get_parent``."""

    def __init__(self, kernel: Any, parents: Parents) -> None:
        self._kernel = kernel
        self._parents = parents

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    @property
    def comm_manager(self) -> Any:
        """Where ipykernel's users find the manager of comms."""
        import comm

        return comm.get_comm_manager()

    def get_parent(self, channel: str | None = None) -> dict[str, Any]:
        """Return the request that the calling code belongs to, whatever its channel."""
        del channel  # ipykernel's: cells come by one alone
        return self._parents.request()
