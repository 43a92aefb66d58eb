"""Code that a cell runs through IPython while it runs itself, also where that code awaits.

``%%capture``, ``%run some.ipynb`` and ``get_ipython().run_cell`` are functions, so they can't
hand the event loop back until they are done; the loop is turned here meanwhile.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.cells._context import keep_changes
from datalab_kernel_spec.cells._interruptible import Interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["runner_within_cells"]


def runner_within_cells(stops: Stops) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Return IPython's loop runner for a kernel whose loop runs already."""

    def run_to_its_end(coro: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine from within a function, and return its result."""
        try:
            loop: Any = asyncio.get_running_loop()
        except RuntimeError:  # a thread, or an extension before the kernel's loop runs
            return asyncio.run(coro)
        context = copy_context()
        task = loop.create_task(_awaited(Interruptible(coro, stops)), context=context)
        outer = asyncio.current_task()
        if outer is not None:
            asyncio.tasks._leave_task(loop, outer)  # noqa: SLF001 - as asyncio between two steps
        promised = len(loop._ready)  # noqa: SLF001 - what the turn that we are in will still take
        try:
            with stops.closed():
                while not task.done():
                    loop._run_once()  # noqa: SLF001 - run_forever refuses to run inside itself
        finally:
            for _ in range(promised):
                loop.call_soon(_nothing)
            if outer is not None:
                asyncio.tasks._enter_task(loop, outer)  # noqa: SLF001
            task.cancel()
            keep_changes(context)
        return task.result()

    return stops.never_inside(run_to_its_end)


async def _awaited(code: Interruptible) -> Any:
    return await code


def _nothing() -> None:
    """Do nothing."""
