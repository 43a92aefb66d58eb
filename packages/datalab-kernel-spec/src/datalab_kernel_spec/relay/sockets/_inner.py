"""The sockets to xpython, and the wait until it is there."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay._ends import remove_folder
from datalab_kernel_spec.relay.sockets._connection import Connection
from datalab_kernel_spec.relay.sockets._message import HELLO, Message, Signer, new_header
from datalab_kernel_spec.relay.sockets._sockets import connected_socket
from datalab_kernel_spec.relay.sockets._zmtp import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from datalab_kernel_spec.relay._ends import RelayEnds
    from datalab_kernel_spec.relay.sockets._poll import Poll

    Step = Callable[[list[bytes]], None]

__all__ = ["Inner"]

CONNECT_MS = 2
WAIT_MS = 50
AGAIN_S = 1.0
"""When xpython is asked again: one that misses a socket's signal sleeps until the next message."""
EVERYTHING = b"\x01"
"""The subscription to all topics."""


class _Dealer(Connection):
    """Requests and replies."""

    opening = ready(b"DEALER", b"relay")
    peers = frozenset({b"ROUTER"})

    def __init__(self, socket: Any, poll: Poll, rank: int, channel: _Channel) -> None:
        super().__init__(socket, poll, rank)
        self._channel = channel

    def take(self, frames: list[bytes]) -> None:
        self._channel.step(frames)

    def end(self) -> None:
        self._channel.on_end()


class _Subscriber(_Dealer):
    """What it publishes."""

    opening = ready(b"SUB")
    peers = frozenset({b"PUB", b"XPUB"})

    def begin(self) -> None:
        self.send([EVERYTHING])


class _Channel:
    """One connection to xpython, which may not be there yet."""

    def __init__(self, path: str, poll: Poll, rank: int, kind: type[_Dealer] = _Dealer) -> None:
        self._path = path
        self._poll = poll
        self._rank = rank
        self._kind = kind
        self._connection: _Dealer | None = None
        self.step: Step = _nothing
        """Takes what comes."""
        self.on_end: Callable[[], object] = _nothing

    @property
    def is_open(self) -> bool:
        return self._connection is not None and self._connection.is_open

    @property
    def fd(self) -> int:
        return -1 if self._connection is None else self._connection.fd

    def is_joined(self) -> bool:
        """Say whether it is connected; try to, if not."""
        if self._connection is None and (socket := connected_socket(self._path)) is not None:
            self._connection = self._kind(socket, self._poll, self._rank, self)
        return self._connection is not None and self._connection.decoder.is_ready

    def send(self, frames: list[bytes]) -> None:
        """Send a message."""
        if self._connection is not None:
            self._connection.send(frames)

    def look_away(self) -> None:
        """Let what comes wake nobody; it waits until it is read."""
        if self._connection is not None:
            self._connection.look_away()

    def look(self) -> None:
        """Be woken by what comes again."""
        if self._connection is not None:
            self._connection.look()

    def read(self) -> None:
        """Take what has come."""
        if self._connection is not None and self._connection.is_open:
            self._connection.read()


class Inner:
    """xpython's side of the relay."""

    def __init__(self, ends: RelayEnds, signer: Signer, poll: Poll) -> None:
        self._ends = ends
        self._signer = signer

        ip, ports = ends.inner["ip"], ends.inner
        self.shell = _Channel(f"{ip}-{ports['shell_port']}", poll, 0)
        self.iopub = _Channel(f"{ip}-{ports['iopub_port']}", poll, 1, _Subscriber)
        self.control = _Channel(f"{ip}-{ports['control_port']}", poll, 2)
        self.stdin = _Channel(f"{ip}-{ports['stdin_port']}", poll, 3)
        self._published: list[list[bytes]] = []
        self._hello = Message(identities=[], header=new_header("kernel_info_request", HELLO))
        self.hello_id = self._hello.header_fields["msg_id"]
        """The ``msg_id`` of the relay's own first request, whose answers nobody else sees."""

    def open(self, shell: Step, iopub: Step, control: Step, stdin: Step) -> None:
        """Say who takes what comes."""
        self.shell.step, self.iopub.step = shell, iopub
        self.control.step, self.stdin.step = control, stdin
        for frames in self._published:
            iopub(frames)

    def send(self, message: Message) -> None:
        """Send a request to xpython."""
        self.shell.send(self._signer.frames(message))

    def send_all(self, messages: Iterable[Message]) -> None:
        """Send several, in their order."""
        for message in messages:
            self.send(message)

    def end_kernel(self) -> None:
        """Ask xpython to end, as Jupyter does."""
        content = b'{"restart": false}'
        request = Message([], new_header("shutdown_request", HELLO), content=content)
        self.control.send(self._signer.frames(request))

    def wait(self, turn: Callable[[int], object]) -> bool:
        """Ask until what xpython publishes arrives here, so that no output is lost.

        Parameters
        ----------
        turn
            Waits so many milliseconds for something to come, and takes it.

        Returns
        -------
        bool
            False: it ended.
        """
        channels = (self.shell, self.iopub, self.control, self.stdin)
        ask_at = 0.0

        def ask_again(_reply: list[bytes]) -> None:
            nonlocal ask_at
            ask_at = 0.0

        self.shell.step, self.iopub.step = ask_again, self._published.append
        while not self._published:
            if os.getppid() != self._ends.kernel_pid:
                return False
            if not all([channel.is_joined() for channel in channels]):  # noqa: C419 - try each
                turn(CONNECT_MS)
                continue
            if time.monotonic() > ask_at:
                ask_at = time.monotonic() + AGAIN_S
                self.send(self._hello)
            turn(WAIT_MS)
        remove_folder(self._ends.folder)  # all are connected: a kill leaves nothing behind
        return True

    def read_the_last(self, patience_ms: int) -> None:
        """Take what comes until nothing has for so long: the kernel has ended."""
        channels = (self.iopub, self.shell, self.control)
        while waiting := [channel for channel in channels if channel.is_open]:
            poll = select.poll()
            for channel in waiting:
                poll.register(channel.fd, select.POLLIN)
            ready_fds = {fd for fd, _event in poll.poll(patience_ms)}
            if not ready_fds:
                return
            for channel in waiting:
                if channel.fd in ready_fds:
                    channel.read()


def _nothing(*_frames: list[bytes]) -> None:
    """Do nothing."""
