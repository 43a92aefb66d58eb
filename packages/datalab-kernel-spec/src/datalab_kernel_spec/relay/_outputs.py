"""What the kernel's process and its children write to standard output and error."""

from __future__ import annotations

import codecs
import json
import os
import time
from functools import partial
from typing import TYPE_CHECKING

import zmq

from datalab_kernel_spec.relay._marks import Pieces
from datalab_kernel_spec.relay._startup_lines import StartupLines
from datalab_kernel_spec.relay._wire import Message, new_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.relay._fork import RelayEnds

__all__ = ["OUTPUT_MS", "Outputs"]

CHUNK_BYTES = 1 << 16
OUTPUT_MS = 10
"""How long a cell runs before the pipes wake the relay: most cells write nothing to them."""


class Outputs:
    """Both pipes: read at the end of a cell, now and then, and in quiet times at once."""

    def __init__(
        self,
        ends: RelayEnds,
        poller: zmq.Poller,
        publish: Callable[[Message], None],
        has_room: Callable[[], bool],
    ) -> None:
        self._poller = poller
        self._publish = publish
        self._has_room = has_room
        self._terminals = ends.terminals
        self._pipes = {**ends.outputs}
        self._startup = {name: StartupLines() for name in self._pipes}
        self._pieces = {name: Pieces() for name in self._pipes}
        self._decoders = {
            name: codecs.getincrementaldecoder("utf-8")("replace") for name in self._pipes
        }
        self._read_at = 0.0
        self.are_watched = True
        """Whether what is written there wakes the relay."""
        for pipe in self._pipes.values():
            os.set_blocking(pipe, False)

    def steps(self) -> dict[int, Callable[[], None]]:
        """Return what is to be done when a pipe has something."""
        return {pipe: partial(self._read_one, name) for name, pipe in self._pipes.items()}

    def look_away(self) -> None:
        """Let what a cell writes as it begins wake nobody."""
        if self.are_watched:
            self.are_watched = False
            self._read_at = time.monotonic()
            for pipe in self._pipes.values():
                self._poller.unregister(pipe)

    def look_after(self, *, is_quiet: bool) -> None:
        """Read now and then what nobody is woken for; once it is quiet, watch again."""
        if not self._has_room():  # who writes waits at the full pipe
            self.look_away()
            return
        now = time.monotonic()
        if self.are_watched or not (is_quiet or now - self._read_at > OUTPUT_MS / 1000):
            return
        self._read_at = now
        self.read()
        if is_quiet:
            self.are_watched = True
            for pipe in self._pipes.values():
                self._poller.register(pipe, zmq.POLLIN)

    def read(self) -> None:
        """Publish what was written."""
        for name in [*self._pipes]:
            self._read_one(name)

    def _read_one(self, name: str) -> None:
        pipe = self._pipes.get(name)
        if pipe is None:
            return
        written = _read(pipe)
        while written:
            self._show(name, written)
            # A pipe gives all it has: less than asked for is the last for now.
            may_be_more = len(written) == CHUNK_BYTES and self._has_room()
            written = _read(pipe) if may_be_more else None
        if written == b"":  # the kernel has ended, or a cell closed it
            os.write(self._terminals[name], self._startup[name].rest())
            if pipe in self._poller:
                self._poller.unregister(pipe)
            del self._pipes[name]

    def _show(self, name: str, written: bytes) -> None:
        pieces = self._pieces[name]
        for piece in pieces.of(written):
            if not pieces.header:  # no cell has begun
                os.write(self._terminals[name], self._startup[name].without(piece))
            elif text := self._decoders[name].decode(piece):
                content = json.dumps({"name": name, "text": text}).encode()
                header = new_header("stream", json.loads(pieces.header))
                topic = f"stream.{name}".encode()
                self._publish(Message([topic], header, parent=pieces.header, content=content))


def _read(pipe: int) -> bytes | None:
    """Return what is there; nothing at the end; None if there is nothing at present."""
    try:
        return os.read(pipe, CHUNK_BYTES)
    except BlockingIOError:
        return None
