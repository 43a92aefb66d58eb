"""Jupyter's clients, as ZeroMQ's own sockets: each gets its answers, and nobody waits for another."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets import _router
from datalab_kernel_spec.relay.sockets._poll import Poll
from datalab_kernel_spec.relay.sockets._router import Router
from datalab_kernel_spec.relay.sockets._sockets import listening_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOON_S = 10.0
LARGE = bytes(5_000_000)

Client = zmq.Socket[bytes]


class Shell:
    """A router with a loop around it, and the clients that connect to it."""

    def __init__(self, connection: dict[str, object]) -> None:
        self.poll = Poll(lambda call, *arguments: call(*arguments))
        listening = listening_socket(connection, "shell_port")
        self.address = listening.getsockname()
        self.router = Router(listening, self.poll)
        self.heard: list[list[bytes]] = []
        self.context = zmq.Context()
        self.clients: list[Client] = []

    def until(self, is_there: Callable[[], object]) -> None:
        deadline = time.monotonic() + SOON_S
        while not is_there():
            assert time.monotonic() < deadline
            self.poll.turn(1)

    def client(self, identity: bytes = b"", kind: int = zmq.DEALER, **options: int) -> Client:
        client = self.context.socket(kind)
        self.clients.append(client)
        client.setsockopt(zmq.LINGER, 0)
        for name, value in options.items():
            client.setsockopt(getattr(zmq, name), value)
        if identity:
            client.setsockopt(zmq.IDENTITY, identity)
        where = self.address if isinstance(self.address, str) else None
        client.connect(f"ipc://{where}" if where else f"tcp://127.0.0.1:{self.address[1]}")
        return client

    def take(self, count: int = 1) -> list[list[bytes]]:
        self.until(lambda: len(self.heard) >= count)
        taken, self.heard[:] = self.heard[:], []
        return taken

    def got(self, client: Client) -> list[bytes]:
        self.until(lambda: client.poll(0))
        return client.recv_multipart()

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.context.term()
        self.router.close()


@pytest.fixture
def shell() -> Iterator[Shell]:
    shell = Shell({"ip": "127.0.0.1", "shell_port": 0})
    shell.router.open(shell.heard.append)
    yield shell
    shell.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    messages=st.lists(
        st.lists(st.binary(max_size=400), min_size=1, max_size=9), min_size=1, max_size=4
    )
)
def test_messages_arrive_and_are_answered_frame_by_frame(
    shell: Shell, messages: list[list[bytes]]
) -> None:
    client = shell.client()
    for frames in messages:
        client.send_multipart(frames)
    heard = shell.take(len(messages))
    assert [frames[1:] for frames in heard] == messages
    for frames in heard:
        shell.router.send(frames)
    assert [shell.got(client) for _ in messages] == messages
    client.close()


def test_each_client_gets_its_own_answers(shell: Shell) -> None:
    clients = [shell.client(), shell.client(), shell.client(b"named")]
    for number, client in enumerate(clients):
        client.send(b"%d" % number)
    heard = sorted(shell.take(3), key=lambda frames: frames[1])
    assert heard[2] == [b"named", b"2"]
    assert len({frames[0] for frames in heard}) == 3
    for identity, number in heard:
        shell.router.send([identity, b"answer " + number])
    assert [shell.got(client) for client in clients] == [[b"answer %d" % n] for n in range(3)]


def test_large_messages_pass_both_ways(shell: Shell) -> None:
    client = shell.client(b"c")
    client.send_multipart([b"head", LARGE, b"tail"])
    assert shell.take() == [[b"c", b"head", LARGE, b"tail"]]
    shell.router.send([b"c", LARGE, LARGE])
    shell.router.send([b"c", b"small"])
    assert shell.got(client) == [LARGE, LARGE]
    assert shell.got(client) == [b"small"]


def test_what_comes_before_it_is_opened_waits() -> None:
    shell = Shell({"ip": "127.0.0.1", "shell_port": 0})
    client = shell.client(b"c")
    client.send(b"early")
    shell.until(lambda: shell.router._connections)
    shell.until(lambda: shell.router._early)
    shell.router.open(shell.heard.append)
    assert shell.take() == [[b"c", b"early"]]
    shell.close()


def test_it_works_where_jupyter_uses_files_in_place_of_ports(tmp_path: Path) -> None:
    shell = Shell({"transport": "ipc", "ip": str(tmp_path / "k"), "shell_port": 4})
    shell.router.open(shell.heard.append)
    client = shell.client(b"c")
    client.send(b"x")
    assert shell.take() == [[b"c", b"x"]]
    shell.close()


def test_a_heartbeat_comes_back(shell: Shell) -> None:
    shell.router.open(shell.router.send)
    client = shell.client(kind=zmq.REQ)
    for beat in (b"one", b"two"):
        client.send(beat)
        assert shell.got(client) == [beat]


def test_an_answer_to_who_has_gone_is_dropped(shell: Shell) -> None:
    client, other = shell.client(b"gone"), shell.client(b"here")
    client.send(b"x")
    shell.take()
    client.close()
    shell.until(lambda: b"gone" not in shell.router._connections)
    shell.router.send([b"gone", b"y"])
    other.send(b"z")
    assert shell.take() == [[b"here", b"z"]]


def test_a_client_that_reconnects_takes_the_place_of_its_own_name(shell: Shell) -> None:
    first = shell.client(b"same", RECONNECT_IVL=-1)
    first.send(b"1")
    shell.take()
    second = shell.client(b"same")
    second.send(b"2")
    assert shell.take() == [[b"same", b"2"]]
    shell.router.send([b"same", b"answer"])
    assert shell.got(second) == [b"answer"]
    assert not first.poll(0)


def test_of_two_of_one_name_both_stay_and_the_newest_gets_the_answers(shell: Shell) -> None:
    first = shell.client(b"same", RECONNECT_IVL=-1)
    first.send(b"1")
    shell.take()
    second = shell.client(b"same")
    second.send(b"2")
    shell.take()
    first.send(b"3", zmq.NOBLOCK)
    assert shell.take() == [[b"same", b"3"]]
    shell.router.send([b"same", b"to the newest"])
    assert shell.got(second) == [b"to the newest"]
    second.close()
    shell.until(lambda: len(shell.router._connections[b"same"]) == 1)
    shell.router.send([b"same", b"to who is left"])
    assert shell.got(first) == [b"to who is left"]


def test_who_isnt_a_client_is_left_and_the_others_stay(shell: Shell) -> None:
    client = shell.client(b"c")
    with socket.create_connection(shell.address) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        stranger.settimeout(0)
        shell.until(lambda: _has_ended(stranger))
    client.send(b"x")
    assert shell.take() == [[b"c", b"x"]]


def _has_ended(stranger: socket.socket) -> bool:
    try:
        return not stranger.recv(1000)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_nothing_more_is_read_from_who_takes_no_answers_until_it_does(shell: Shell) -> None:
    client, other = shell.client(b"c", RCVHWM=1, RCVBUF=4096), shell.client(b"other")
    client.send(b"x")
    shell.take()
    large = bytes(2 * _router.PAUSE_BYTES)
    for _ in range(10):
        shell.router.send([b"c", large])
    client.send(b"y")
    other.send(b"z")
    assert shell.take() == [[b"other", b"z"]]
    for _ in range(20):
        shell.poll.turn(1)
    assert shell.heard == []
    assert [shell.got(client) for _ in range(10)] == [[large]] * 10
    assert shell.take() == [[b"c", b"y"]]


def test_nothing_is_kept_of_those_who_have_gone(shell: Shell) -> None:
    client = shell.client(b"c", RCVHWM=1, RCVBUF=4096)
    client.send(b"x")
    shell.take()
    for _ in range(10):
        shell.router.send([b"c", LARGE])
    assert shell.router.unsent
    client.close()
    shell.until(lambda: not shell.router._connections)
    assert shell.router.unsent == {}
    assert not shell.router._unnamed
