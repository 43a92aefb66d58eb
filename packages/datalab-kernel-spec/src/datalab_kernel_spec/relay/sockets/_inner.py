"""The sockets to xpython, and the wait until it is there."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

import zmq

from datalab_kernel_spec.relay._ends import remove_folder
from datalab_kernel_spec.relay.sockets._message import HELLO, Message, Signer, new_header
from datalab_kernel_spec.relay.sockets._sockets import inner_socket, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from datalab_kernel_spec.relay._ends import RelayEnds

__all__ = ["Inner"]

WAIT_MS = 50
CONNECT_MS = 500
AGAIN_S = 1.0
"""When xpython is asked again: one that misses a socket's signal sleeps until the next message."""


class Inner:
    """xpython's side of the relay."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], ends: RelayEnds, signer: Signer
    ) -> None:
        self._ends = ends
        self._signer = signer
        self._joining: list[zmq.Socket[bytes]] = []
        connected = partial(inner_socket, context, ends.inner, self._joining)
        self.iopub = connected(zmq.SUB, "iopub_port")
        self.shell = connected(zmq.DEALER, "shell_port")
        self.control = connected(zmq.DEALER, "control_port")
        self.stdin = connected(zmq.DEALER, "stdin_port")
        self._hello = Message(identities=[], header=new_header("kernel_info_request", HELLO))
        self.hello_id = self._hello.header_fields["msg_id"]
        """The ``msg_id`` of the relay's own first request, whose answers nobody else sees."""

    def send(self, message: Message) -> None:
        """Send a request to xpython."""
        send(self.shell, self._signer.frames(message))

    def send_all(self, messages: Iterable[Message]) -> None:
        """Send several, in their order."""
        for message in messages:
            self.send(message)

    def end_kernel(self) -> None:
        """Ask xpython to end, as Jupyter does."""
        content = b'{"restart": false}'
        request = Message([], new_header("shutdown_request", HELLO), content=content)
        send(self.control, self._signer.frames(request))

    def wait(self, meanwhile: Callable[[], None]) -> bool:
        """Ask until what xpython publishes arrives here, so that no output is lost.

        Returns
        -------
        bool
            False: it ended.
        """
        poller = zmq.Poller()
        poller.register(self.iopub, zmq.POLLIN)
        poller.register(self.shell, zmq.POLLIN)
        ask_at = 0.0
        while True:
            if time.monotonic() > ask_at:
                ask_at = time.monotonic() + AGAIN_S
                self.send(self._hello)
            ready = dict(poller.poll(WAIT_MS))
            meanwhile()
            if self.iopub in ready:
                self._forget_the_folder()
                return True
            if self.shell in ready:
                self.shell.recv_multipart()
                ask_at = 0.0
            if os.getppid() != self._ends.kernel_pid:
                return False

    def _forget_the_folder(self) -> None:
        """Remove the sockets' names once all are connected: a kill leaves nothing behind."""
        if all(monitor.poll(CONNECT_MS) for monitor in self._joining):
            remove_folder(self._ends.folder)
        for socket in (self.iopub, self.shell, self.control, self.stdin):
            socket.disable_monitor()
