"""Run the callbacks of comms: errors shown under their message, what is awaitable as a task."""

from __future__ import annotations

import asyncio
import inspect
import sys
import traceback
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._flushing import flush_streams

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["Callbacks"]

OURS = __name__.partition(".")[0]


class Callbacks:
    """Call a person's code that no cell runs; whatever it does, the kernel lives.

    Parameters
    ----------
    stops
        Who lets a Stop end a callback that takes long.
    """

    def __init__(self, stops: Stops) -> None:
        self._stops = stops
        self._tasks: set[asyncio.Task[None]] = set()

    def run(
        self, callback: Callable[..., Any], *arguments: Any, failed: Callable[[], None]
    ) -> None:
        """Call now; what it returns to be awaited runs as a task of the kernel's loop.

        Parameters
        ----------
        callback
            Whom to call.
        *arguments
            With what.
        failed
            Called when it has raised, after its error was shown.
        """
        try:
            returned = self._stops.guarded(callback, *arguments)
        except BaseException as error:  # noqa: BLE001 - a person's code: also sys.exit() and a Stop
            _show(error)
            failed()
            return
        if inspect.isawaitable(returned):
            task = asyncio.get_running_loop().create_task(_awaited(returned, failed))
            self._tasks.add(task)  # the loop itself holds a task only weakly
            task.add_done_callback(self._tasks.discard)


async def _awaited(returned: Awaitable[Any], failed: Callable[[], None]) -> None:
    try:
        await returned
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001 - as above; what escapes would end the loop
        _show(error)
        failed()
    finally:
        flush_streams()


def _show(error: BaseException) -> None:
    """Write a traceback of the person's frames, under the message that is handled."""
    traceback.print_exception(type(error), error, _without_ours(error.__traceback__))
    sys.stderr.flush()


def _without_ours(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    return frames


def _is_ours(frames: TracebackType) -> bool:
    return str(frames.tb_frame.f_globals.get("__name__")).partition(".")[0] == OURS
