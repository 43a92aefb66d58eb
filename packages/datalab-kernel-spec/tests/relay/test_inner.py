"""The relay's wait for xpython, which may sleep on a message until another one comes."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
import zmq

from datalab_kernel_spec.relay._ends import PORTS, RelayEnds
from datalab_kernel_spec.relay.sockets._inner import Inner
from datalab_kernel_spec.relay.sockets._message import Signer
from datalab_kernel_spec.relay.sockets._poll import Poll

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the relay needs fork")


def publish_at_the_second_request(context: zmq.Context[zmq.Socket[bytes]], place: str) -> None:
    """Stand for an xpython that has missed the signal of its first message."""
    sockets = {}
    for kind, port in (
        (zmq.ROUTER, "shell_port"),
        (zmq.PUB, "iopub_port"),
        (zmq.ROUTER, "control_port"),
        (zmq.ROUTER, "stdin_port"),
    ):
        sockets[port] = context.socket(kind)
        sockets[port].bind(f"ipc://{place}-{PORTS.index(port) + 1}")
    for _ in range(2):
        sockets["shell_port"].recv_multipart()
    sockets["iopub_port"].send_multipart([b"kernel_core.status", b"anything"])
    for socket in sockets.values():
        socket.close(linger=1000)


@pytest.mark.timeout(30)
def test_a_kernel_that_sleeps_on_the_first_message_is_asked_again(tmp_path: Path) -> None:
    ends = RelayEnds(
        front={},
        inner={"ip": f"{tmp_path}/k"} | {name: number for number, name in enumerate(PORTS, 1)},
        folder=str(tmp_path),
        kernel_pid=os.getppid(),
        parent_pid=0,
        notes=-1,
        credit=-1,
        outputs={},
        terminals={},
    )
    context = zmq.Context()
    poll = Poll(lambda call, *arguments: call(*arguments))
    arguments = (context, f"{tmp_path}/k")
    kernel = threading.Thread(target=publish_at_the_second_request, args=arguments)
    kernel.start()
    inner = Inner(ends, Signer(b""), poll)
    is_there = inner.wait(poll.turn)
    kernel.join()
    context.destroy(linger=0)
    assert is_there
    assert not tmp_path.exists()
    published: list[list[bytes]] = []
    inner.open(ignore, published.append, ignore, ignore)
    inner.read_the_last(1000)
    inner.stdin.read()  # which closes it, as the kernel has gone
    assert published == [[b"kernel_core.status", b"anything"]]


def ignore(_frames: list[bytes]) -> None:
    """Take what isn't asked for."""
