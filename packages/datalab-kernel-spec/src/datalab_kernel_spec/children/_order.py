"""Keep what is printed and displayed in order with what children write to the pipes.

What is written is said in :mod:`datalab_kernel_spec.protocol._marks`.
"""

from __future__ import annotations

import fcntl
import functools
import importlib
import os
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._flushing import flush
from datalab_kernel_spec.protocol._marks import mark, meeting_mark
from datalab_kernel_spec.protocol._words import MEETING

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.protocol._lines import Lines

__all__ = ["Order"]

STARTERS = {
    "_posixsubprocess": ["fork_exec"],
    "posix": ["posix_spawn", "posix_spawnp", "system"],
}
"""The functions that start a child without the hooks of a fork, and the modules they are in."""
ALSO_IN = {"_posixsubprocess": {"subprocess": "_{}"}, "posix": {"os": "{}"}}
"""Where else these functions are known, and under which names."""
LAG_S = 0.02
"""After so long the relay has read a mark; as many bytes are then somebody's text."""


class Order:
    """Tell the relay where among the text of the pipes a message has its place.

    Parameters
    ----------
    lines
        The ways into the pipes.
    """

    def __init__(self, lines: Lines) -> None:
        self._pipes = (lines.stdout, lines.stderr)
        self._marks = [0, 0]
        self._marked_at = 0.0
        self._number = 0
        self._lock = threading.RLock()
        self._publish: Callable[[int], None] | None = None
        self._streams: tuple[Any, ...] = ()

    def open(self, show: Callable[..., None]) -> None:
        """Keep the order from now on; meetings are displays that the relay keeps to itself."""
        self._streams = (sys.stdout, sys.stderr)
        self._publish = lambda number: show({MEETING: number}, {}, {}, False)  # noqa: FBT003
        _announce_children(self.begin_child)

    def close(self) -> None:
        """Do nothing any more: this is a forked child, where no other thread lives."""
        self._publish = None
        self._lock = threading.RLock()  # somebody may have held it

    def begin_cell(self, header: bytes) -> None:
        """Say that what is written from now on belongs to that request."""
        with self._lock:
            self._write(mark(header))

    def begin_child(self) -> None:
        """Show all that was printed, and let what a child writes come after it."""
        flush(self._streams)
        with self._lock:
            self._meet()

    def before_message(self) -> int:
        """Let what was written before come before the message that is now published.

        Returns
        -------
        int
            How many messages were published for that.
        """
        with self._lock:
            is_late = time.monotonic() - self._marked_at > LAG_S
            for at, pipe in enumerate(self._pipes):
                unread = _unread(pipe)
                if unread and (is_late or unread != self._marks[at]):
                    self._meet()
                    return 1
                if not unread:
                    self._marks[at] = 0
        return 0

    def _meet(self) -> None:
        if self._publish is not None:
            self._number += 1
            self._write(meeting_mark(self._number))
            self._publish(self._number)

    def _write(self, written: bytes) -> None:
        self._marked_at = time.monotonic()
        for at, pipe in enumerate(self._pipes):
            self._marks[at] = _unread(pipe) + len(written)
            os.write(pipe, written)


def _unread(pipe: int) -> int:
    """Return how many bytes the relay hasn't read yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def _announce_children(announce: Callable[[], None]) -> None:
    """Let all ways to start a program say so before they do; forks have hooks for that."""
    for module_name, names in STARTERS.items():
        module = importlib.import_module(module_name)
        for name in names:
            start = vars(module).get(name)
            if start is None:
                continue
            announced = _announced(start, announce)
            setattr(module, name, announced)
            for other_name, form in ALSO_IN[module_name].items():
                other = importlib.import_module(other_name)
                if vars(other).get(form.format(name)) is start:
                    setattr(other, form.format(name), announced)


def _announced(start: Callable[..., Any], announce: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(start)
    def start_announced(*args: Any, **keywords: Any) -> Any:
        announce()
        return start(*args, **keywords)

    return start_announced
