"""What is printed of runs: lines for a person, or JSON lines for a program."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

from datalab_kernel_client.runs._events import (
    CellEnded,
    CellStarted,
    OutputShown,
    RunEnded,
    RunStarted,
    RunWarning,
)
from datalab_kernel_client.runs._record import CellStatus, RunState

if TYPE_CHECKING:
    from datalab_kernel_client.runs._events import RunEvent

__all__ = ["JsonLines", "Lines", "duration", "plain"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BAR = 20
_MINUTE, _HOUR = 60, 3600
_SOURCE = 48


def plain(text: str) -> str:
    """Return a text without a terminal's colour codes."""
    return _COLOURS.sub("", text)


def duration(seconds: float) -> str:
    """Return a time as a person says it.

    Examples
    --------
    >>> [duration(s) for s in (0.04, 12.31, 75, 7384)]
    ['0.0 s', '12.3 s', '1 min 15 s', '2 h 03 min']
    """
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"
    return f"{int(seconds) // _HOUR} h {int(seconds) % _HOUR // 60:02} min"


class JsonLines:
    """Prints each event as one line of JSON; outputs only where they were asked for."""

    def __init__(self, out: IO[str], *, with_outputs: bool = False) -> None:
        self._out = out
        self._with_outputs = with_outputs

    def __call__(self, event: RunEvent) -> None:
        if isinstance(event, OutputShown) and not self._with_outputs:
            return
        line = {"event": _NAMES[type(event)], **asdict(event)}
        if isinstance(event, RunEnded):
            line["exit_status"] = int(event.state.exit_status)
        self._out.write(json.dumps(line, default=str) + "\n")
        self._out.flush()

    def tick(self) -> None:
        """Do nothing: a program needs no clock."""


_NAMES = {
    RunStarted: "run_started",
    RunWarning: "warning",
    CellStarted: "cell_started",
    OutputShown: "output",
    CellEnded: "cell_ended",
    RunEnded: "run_ended",
}


class Lines:
    """Prints one line a cell, and at the end what a person has to know.

    Parameters
    ----------
    out, err
        Where lines go, and where tracebacks and warnings do.
    is_quiet
        Print tracebacks only.
    with_outputs
        Print what cells print, too.
    names_notebooks
        Several notebooks run: each line says which one it is about.
    """

    def __init__(
        self,
        out: IO[str],
        err: IO[str],
        *,
        is_quiet: bool = False,
        with_outputs: bool = False,
        names_notebooks: bool = False,
    ) -> None:
        self._out = out
        self._err = err
        self._is_quiet = is_quiet
        self._with_outputs = with_outputs
        self._names_notebooks = names_notebooks
        self._has_bar = out.isatty() and not is_quiet and not names_notebooks
        self._running: CellStarted | None = None
        self._since = 0.0
        self._failed: dict[str, CellEnded] = {}

    def __call__(self, event: RunEvent) -> None:
        prefix = f"{event.notebook}: " if self._names_notebooks else ""
        match event:
            case RunStarted():
                at = f", resumed at cell {event.first}" if event.is_resumed else ""
                where = f"{event.kernel}, {event.where}"
                self._line(f"{event.notebook} -> {event.output} ({where}{at})")
            case RunWarning():
                self._say(f"{prefix}warning: {event.text}")
            case CellStarted():
                self._running, self._since = event, time.monotonic()
                self.tick()
            case OutputShown() if self._with_outputs:
                self._output(event)
            case CellEnded():
                self._running = None
                self._line(prefix + _cell_line(event))
                if event.failure and event.status is not CellStatus.ALLOWED:
                    self._failed[event.notebook] = event
            case RunEnded():
                self._end(event, prefix)

    def tick(self) -> None:
        """Draw the bar again, on a terminal, while a cell runs."""
        if self._has_bar and self._running:
            cell, cells = self._running.cell, self._running.cells
            full = _BAR * (cell - 1) // cells
            bar = "#" * full + "-" * (_BAR - full)
            took = duration(time.monotonic() - self._since)
            text = f"[{bar}] {cell}/{cells}  {took}  {_first_line(self._running.source)}"
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()

    def _end(self, event: RunEnded, prefix: str) -> None:
        if failed := self._failed.get(event.notebook):
            text = "\n".join(failed.failure.traceback if failed.failure else ())
            self._say(f"\n{prefix}cell {failed.cell}:\n{failed.source}\n")
            self._say(text if self._err.isatty() else plain(text))
            self._say("")
        numbers = ", ".join(map(str, event.incomplete))
        if event.incomplete:
            self._say(f"{prefix}output is missing in cell {numbers}")
        said = _SAID[event.state]
        ending = f"{prefix}{said}: {event.ran} of {event.cells} cells in {duration(event.seconds)}"
        reason = f"; {event.reason}" if event.reason else ""
        if event.state is RunState.OK:
            self._line(f"{ending}; saved {event.output}")
            return
        self._say(f"{ending}{reason}; saved {event.output}")
        if event.state.can_resume:
            self._say(f"{prefix}go on with: datalab-kernel run --resume {event.notebook}")

    def _output(self, event: OutputShown) -> None:
        if event.msg_type == "stream":
            text = str(event.content["text"])
            to = self._err if event.content["name"] == "stderr" else self._out
        else:
            text = str(event.content.get("data", {}).get("text/plain", ""))
            text, to = f"{text}\n" if text else "", self._out
        if text:
            self._clear_bar()
            to.write(text)
            to.flush()

    def _line(self, text: str) -> None:
        if not self._is_quiet:
            self._clear_bar()
            self._out.write(f"{text}\n")
            self._out.flush()

    def _say(self, text: str) -> None:
        self._clear_bar()
        self._err.write(f"{text}\n")
        self._err.flush()

    def _clear_bar(self) -> None:
        if self._has_bar:
            self._out.write("\r\x1b[K")
            self._out.flush()


def _cell_line(event: CellEnded) -> str:
    width = len(str(event.cells))
    number = f"[{event.cell:{width}}/{event.cells}]"
    return f"{number} {duration(event.seconds):>11}  {event.status:6}  {_first_line(event.source)}"


def _first_line(source: str) -> str:
    """Return a line that tells a cell from the others: the first with code, cut."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    line = next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")
    return line if len(line) <= _SOURCE else f"{line[: _SOURCE - 3]}..."


_SAID = {
    RunState.OK: "done",
    RunState.FAILED: "a cell failed",
    RunState.KERNEL_DIED: "the kernel died",
    RunState.TIMED_OUT: "timed out",
    RunState.OUTPUT_LOST: "done, but output was lost",
    RunState.INTERRUPTED: "interrupted",
    RunState.LINK_LOST: "the link to the server was lost",
    RunState.LEFT: "left",
    RunState.RUNNING: "running",
}
