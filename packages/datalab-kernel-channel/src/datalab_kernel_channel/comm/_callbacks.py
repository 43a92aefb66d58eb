"""Run a comm's callbacks on any kernel: errors shown under their message, what is awaitable as a task."""

from __future__ import annotations

import asyncio
import inspect
import sys
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

__all__ = ["run_callback", "running_shell"]

OURS = __name__.partition(".")[0]

_tasks: set[asyncio.Task[None]] = set()  # an event loop holds its tasks only weakly


def running_shell() -> Any:
    """Return IPython's shell, or None where there is none; IPython isn't imported for it."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def run_callback(callback: Callable[[dict[str, Any]], Any], message: dict[str, Any]) -> None:
    """Call back now, between IPython's events; what it returns to be awaited becomes a task.

    An error is written to stderr, with the frames of the callback and below.
    """
    shell = running_shell()
    if shell is not None:
        shell.events.trigger("pre_execute")
    try:
        returned = callback(message)
        if inspect.isawaitable(returned):
            _start(returned)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a person's code, which mustn't end the kernel
        _show(error)
    finally:
        if shell is not None:
            shell.events.trigger("post_execute")


def _start(returned: Awaitable[Any]) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        if inspect.iscoroutine(returned):
            returned.close()
        raise
    task = loop.create_task(_awaited(returned))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _awaited(returned: Awaitable[Any]) -> None:
    try:
        await returned
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - what escapes would end the loop
        _show(error)


def _show(error: BaseException) -> None:
    traceback.print_exception(type(error), error, _without_ours(error.__traceback__))
    sys.stderr.flush()


def _without_ours(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    return frames


def _is_ours(frames: TracebackType) -> bool:
    return str(frames.tb_frame.f_globals.get("__name__")).partition(".")[0] == OURS
