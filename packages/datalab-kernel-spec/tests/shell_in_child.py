"""Run cells with our runner and a small shell; print the error of each reply as JSON.

It is a process of its own: the runner takes its signals for good.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import signal
import sys
import time
from functools import partial
from typing import Any

from datalab_kernel_spec.cells._runner import CellRunner


def stop() -> None:
    """Send Stop to this process."""
    os.kill(os.getpid(), signal.SIGINT)


class Events:
    """What the runner knows of IPython's events."""

    def trigger(self, name: str) -> None:
        """Call back."""


class Shell:
    """The part of IPython's shell that the runner uses."""

    def __init__(self, runner: CellRunner) -> None:
        self.runner = runner
        self.last_error: list[Any] | None = None
        self.events = Events()
        self.user_global_ns: dict[str, Any] = {
            "asyncio": asyncio,
            "stop": stop,
            "sleep_with_a_stop_that_was_noted": self.sleep_with_a_stop_that_was_noted,
        }
        self.replies: list[str | None] = []

    async def run_cell(self, source: str) -> bool:
        """Run a cell as IPython does, with machinery around its code."""
        if source.startswith("#stop before"):
            stop()
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, "<cell>", "exec", flags=flags)
        await self.run_code(code, async_=bool(code.co_flags & inspect.CO_COROUTINE))
        if source.startswith("#stop behind"):
            stop()
        return True

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> None:
        """Run a cell's code and keep its error."""
        del result
        try:
            if async_:
                await eval(code_obj, self.user_global_ns)
            else:
                exec(code_obj, self.user_global_ns)
        except BaseException:  # noqa: BLE001 - as IPython does
            self.showtraceback()

    def sleep_with_a_stop_that_was_noted(self, for_s: float) -> None:
        """Sleep, with a Stop that came at the last moment at which nothing could be raised."""
        self.runner.stops.never_inside(stop)
        stop()
        time.sleep(for_s)

    def showtraceback(self) -> None:
        """Keep the error."""
        kind, error = sys.exc_info()[:2]
        self._showtraceback(kind, error, [])

    def _showtraceback(self, kind: Any, error: Any, _lines: list[str]) -> None:
        self.last_error = [kind.__name__, str(error), []]

    def reply(self) -> None:
        """Answer a cell."""
        self.replies.append(self.last_error[0] if self.last_error else None)


async def session(cells: list[str]) -> list[str | None]:
    """Queue all cells at once, and wait for their replies."""
    runner = CellRunner()
    shell = Shell(runner)
    runner.attach(shell)
    done = asyncio.Event()
    for number, cell in enumerate(cells):
        answered = [shell.reply] + [done.set] * (number == len(cells) - 1)
        runner(shell.run_cell(cell), lambda _result: None, partial(_call_all, answered))
    while not done.is_set():
        try:
            await asyncio.wait_for(done.wait(), 20)
        except asyncio.CancelledError:  # a cell may cancel this task too
            asyncio.current_task().uncancel()  # type: ignore[union-attr]
    return shell.replies


def _call_all(functions: list[Any]) -> None:
    for function in functions:
        function()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(session(sys.argv[1:]))))
