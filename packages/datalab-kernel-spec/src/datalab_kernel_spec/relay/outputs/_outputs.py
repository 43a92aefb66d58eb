"""What the kernel's process and its children write to standard output and error."""

from __future__ import annotations

import codecs
import json
import os
import time
from functools import partial
from typing import TYPE_CHECKING

from datalab_kernel_spec.relay.outputs._arrived import Arrived
from datalab_kernel_spec.relay.outputs._pipe import Pipe
from datalab_kernel_spec.relay.outputs._startup_lines import StartupLines
from datalab_kernel_spec.relay.sockets._message import Message, new_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay._ends import RelayEnds
    from datalab_kernel_spec.relay.outputs._pieces import Text
    from datalab_kernel_spec.relay.sockets._poll import Poll

__all__ = ["OUTPUT_MS", "Outputs"]

OUTPUT_MS = 10
"""How long a cell runs before the pipes wake the relay: most cells write nothing to them."""


class Outputs:
    """Both pipes: read at the end of a cell, now and then, and in quiet times at once."""

    def __init__(
        self,
        ends: RelayEnds,
        poll: Poll,
        publish: Callable[[Message], None],
        has_room: Callable[[], bool],
    ) -> None:
        self._poll = poll
        self._publish = publish
        self._has_room = has_room
        self._terminals = ends.terminals
        self.arrived = Arrived()
        """What has come from xpython."""
        self._pipes = {
            name: Pipe(fd, self.arrived, partial(self._show, name))
            for name, fd in ends.outputs.items()
        }
        self._startup = {name: StartupLines() for name in self._pipes}
        self._decoders = {
            name: codecs.getincrementaldecoder("utf-8")("replace") for name in self._pipes
        }
        self._read_at = 0.0
        self.are_watched = False
        """Whether what is written there wakes the relay."""

    def watch(self) -> None:
        """Let what is written there wake the relay."""
        self.are_watched = True
        for name, pipe in self._pipes.items():
            if pipe.is_open:
                self._poll.watch(pipe.fd, partial(self._read_one, name))

    def look_away(self) -> None:
        """Let what a cell writes as it begins wake nobody."""
        if self.are_watched:
            self.are_watched = False
            self._read_at = time.monotonic()
            for pipe in self._pipes.values():
                self._poll.unwatch(pipe.fd)

    def look_after(self, *, is_quiet: bool) -> None:
        """Read now and then what nobody is woken for; once it is quiet, watch again."""
        is_held = self._release()
        if is_held or not self._has_room():  # who writes waits at the full pipe
            self.look_away()
        if not self._has_room():
            return
        now = time.monotonic()
        if self.are_watched or not (is_quiet or now - self._read_at > OUTPUT_MS / 1000):
            return
        self._read_at = now
        self.read()
        if is_quiet and not is_held:
            self.watch()

    def read(self) -> None:
        """Publish what was written, as far as its turn has come."""
        for name in self._pipes:
            self._read_one(name)

    def begin_cell(self, header: bytes) -> None:
        """Publish what waited for the input of a cell, which the front ends know now."""
        self.arrived.add_cell(header)
        self._release()

    def meet(self, number: int) -> None:
        """Publish what was written before a meeting, which has just come.

        What was read behind it too: the kernel, which sees an empty pipe, writes no further
        mark, so that must come before any other message.
        """
        self.arrived.meeting = number
        for pipe in self._pipes.values():
            pipe.catch_up(number)
        self._release()

    def read_the_last(self) -> None:
        """Publish all that was written: the kernel has ended."""
        self.read()
        for pipe in self._pipes.values():
            pipe.release_all()

    def _release(self) -> bool:
        """Show what has waited for its turn; say whether something waits on."""
        is_held = False
        for pipe in self._pipes.values():
            is_held = pipe.release() or is_held
        return is_held

    def _read_one(self, name: str, _event: int = 0) -> None:
        pipe = self._pipes[name]
        if not pipe.is_open:
            return
        pipe.read(self._has_room)
        if not pipe.is_open:
            os.write(self._terminals[name], self._startup[name].rest())
            self._poll.unwatch(pipe.fd)

    def _show(self, name: str, piece: Text) -> None:
        if not piece.header:  # no cell has begun
            os.write(self._terminals[name], self._startup[name].without(piece.text))
        elif text := self._decoders[name].decode(piece.text):
            content = json.dumps({"name": name, "text": text}).encode()
            header = new_header("stream", json.loads(piece.header))
            topic = f"stream.{name}".encode()
            self._publish(Message([topic], header, parent=piece.header, content=content))
