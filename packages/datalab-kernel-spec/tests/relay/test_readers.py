"""iopub's readers, as ZeroMQ's own sockets: each gets all that it wants, unless it stands still."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING

import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets import _readers
from datalab_kernel_spec.relay.sockets._poll import Poll
from datalab_kernel_spec.relay.sockets._readers import Readers
from datalab_kernel_spec.relay.sockets._sockets import listening_socket
from datalab_kernel_spec.relay.sockets._zmtp import GREETING, ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOON_S = 10.0
BLOCK = bytes(200_000)
READY = ready(b"SUB")


class Iopub:
    """Readers with a loop around them, and the clients that read there."""

    def __init__(self, connection: dict[str, object], silence_s: float) -> None:
        self.poll = Poll(lambda call, *arguments: call(*arguments))
        listening = listening_socket(connection, "iopub_port")
        self.address = listening.getsockname()
        self.readers = Readers(listening, self.poll, lambda topic: [topic, b"hi"], silence_s)
        self.context = zmq.Context()
        self.clients: list[zmq.Socket[bytes]] = []

    def turn(self) -> None:
        self.poll.turn(1)
        self.readers.flush()
        self.readers.look_after()

    def until(self, is_there: Callable[[], object]) -> None:
        deadline = time.monotonic() + SOON_S
        while not is_there():
            assert time.monotonic() < deadline
            self.turn()

    def client(self, *topics: bytes, kind: int = zmq.SUB, **options: int) -> zmq.Socket[bytes]:
        """Connect a client that is welcome."""
        client = self.context.socket(kind)
        self.clients.append(client)
        client.setsockopt(zmq.LINGER, 0)
        for name, value in options.items():
            client.setsockopt(getattr(zmq, name), value)
        where = self.address if isinstance(self.address, str) else None
        client.connect(f"ipc://{where}" if where else f"tcp://127.0.0.1:{self.address[1]}")
        for topic in topics or (b"",):
            if kind == zmq.XSUB:
                client.send(b"\x01" + topic)
            else:
                client.subscribe(topic)
            assert self.got(client) == [topic, b"hi"]
        return client

    def got(self, client: zmq.Socket[bytes]) -> list[bytes]:
        self.until(lambda: client.poll(0))
        return client.recv_multipart()

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.context.term()
        self.readers.close()


@pytest.fixture
def iopub() -> Iterator[Iopub]:
    iopub = Iopub({"ip": "127.0.0.1", "iopub_port": 0}, 1.0)
    yield iopub
    iopub.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(messages=st.lists(st.lists(st.binary(max_size=400), min_size=1, max_size=9), max_size=4))
def test_messages_arrive_frame_by_frame_as_they_were_sent(
    iopub: Iopub, messages: list[list[bytes]]
) -> None:
    clients = [iopub.client(), iopub.client(kind=zmq.XSUB)]
    for frames in messages:
        iopub.readers.publish(frames)
    for client in clients:
        assert [iopub.got(client) for _ in messages] == messages
        client.close()


def test_each_gets_the_topics_that_it_wants(iopub: Iopub) -> None:
    all_topics, streams, two = iopub.client(), iopub.client(b"stream"), iopub.client(b"a", b"b")
    for topic in (b"stream.stdout", b"a", b"status", b"b", b"stream.stderr"):
        iopub.readers.publish([topic])
    assert [iopub.got(streams) for _ in range(2)] == [[b"stream.stdout"], [b"stream.stderr"]]
    assert [iopub.got(two) for _ in range(2)] == [[b"a"], [b"b"]]
    assert len([iopub.got(all_topics) for _ in range(5)]) == 5
    assert iopub.readers.has_room


def test_a_topic_that_isnt_wanted_any_more_doesnt_come(iopub: Iopub) -> None:
    client = iopub.client(b"a", b"b")
    client.unsubscribe(b"a")
    [reader] = iopub.readers._readers.values()
    iopub.until(lambda: reader.topics == [b"b"])
    iopub.readers.publish([b"a"])
    iopub.readers.publish([b"b"])
    assert iopub.got(client) == [b"b"]


def test_it_works_where_jupyter_uses_files_in_place_of_ports(tmp_path: Path) -> None:
    iopub = Iopub({"transport": "ipc", "ip": str(tmp_path / "k"), "iopub_port": 4}, 1)
    client = iopub.client()
    iopub.readers.publish([b"status", BLOCK])
    assert iopub.got(client) == [b"status", BLOCK]
    iopub.close()


def test_a_client_that_sends_heartbeats_stays(iopub: Iopub) -> None:
    client = iopub.client(HEARTBEAT_IVL=20, HEARTBEAT_TIMEOUT=200)
    until = time.monotonic() + 0.6
    while time.monotonic() < until:
        iopub.turn()
    [reader] = iopub.readers._readers.values()
    iopub.readers.publish([b"x"])
    assert iopub.got(client) == [b"x"]
    assert [*iopub.readers._readers.values()] == [reader]


def test_who_has_gone_is_forgotten_with_all_that_waited(iopub: Iopub) -> None:
    client = iopub.client(RCVHWM=1, RCVBUF=4096)
    for _ in range(100):
        iopub.readers.publish([b"x", BLOCK])
    iopub.until(lambda: iopub.readers._held_bytes)
    client.close()
    iopub.until(lambda: not iopub.readers._readers)
    assert iopub.readers._held_bytes == 0


def test_who_isnt_a_reader_is_left_and_the_others_stay(iopub: Iopub) -> None:
    client = iopub.client()
    with socket.create_connection(iopub.address) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        iopub.until(lambda: len(iopub.readers._readers) == 2)
        iopub.until(lambda: len(iopub.readers._readers) == 1)
    iopub.readers.publish([b"x"])
    assert iopub.got(client) == [b"x"]


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_readers, "ROOM_BYTES", 2_000_000)


COUNT = 60


def publish_all(iopub: Iopub, count: int, meanwhile: Callable[[], None]) -> None:
    """Publish as a cell does, that waits for room."""
    for number in range(count):
        iopub.until(lambda: meanwhile() or iopub.readers.has_room)
        iopub.readers.publish([b"x", b"%d" % number, BLOCK])
    iopub.readers.publish([b"status", b"idle"])


def missed(iopub: Iopub) -> list[int]:
    notes = iopub.readers.notes_of_missed(b"{}")
    return [int(one.content_fields["text"].split()[-2]) for one in notes]


def numbers(messages: list[list[bytes]]) -> list[int]:
    return [int(one[1]) for one in messages if one[0] == b"x"]


@pytest.mark.usefixtures("little_room")
def test_who_takes_nothing_is_let_go_and_the_others_miss_nothing(iopub: Iopub) -> None:
    still, lively = iopub.client(RCVHWM=1, RCVBUF=4096), iopub.client()
    taken: list[list[bytes]] = []

    def take() -> None:
        while lively.poll(0):
            taken.append(lively.recv_multipart())

    publish_all(iopub, COUNT, take)
    iopub.until(lambda: take() or len(taken) == COUNT + 1)
    assert numbers(taken) == [*range(COUNT)]
    assert iopub.readers.has_room
    [count] = missed(iopub)
    assert missed(iopub) == []
    late: list[list[bytes]] = []
    iopub.until(lambda: late.append(iopub.got(still)) or late[-1][0] == b"status")
    assert numbers(late) == [*range(COUNT - count)]
    iopub.readers.publish([b"x", b"5000"])
    assert iopub.got(still) == [b"x", b"5000"]


@pytest.mark.usefixtures("little_room")
def test_who_takes_something_now_and_then_misses_nothing(iopub: Iopub) -> None:
    slow = iopub.client(RCVHWM=1, RCVBUF=4096)
    taken: list[list[bytes]] = []
    taken_at = time.monotonic()

    def take() -> None:
        nonlocal taken_at
        if time.monotonic() - taken_at > 0.1 and slow.poll(0):
            taken_at = time.monotonic()
            taken.append(slow.recv_multipart())

    publish_all(iopub, 40, take)
    iopub.until(lambda: taken.append(iopub.got(slow)) or taken[-1][0] == b"status")
    assert numbers(taken) == [*range(40)]
    assert missed(iopub) == []


@pytest.mark.usefixtures("little_room")
def test_a_pause_of_the_relay_itself_isnt_held_against_a_reader(
    iopub: Iopub, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = iopub.client(RCVHWM=1, RCVBUF=4096)
    while iopub.readers.has_room:
        iopub.readers.publish([b"x", b"0", BLOCK])
    iopub.turn()
    later = time.monotonic() + 3600
    monkeypatch.setattr(_readers.time, "monotonic", lambda: later)
    iopub.readers.look_after()
    assert missed(iopub) == []
    still.close()


@pytest.mark.usefixtures("little_room")
def test_a_half_sent_message_that_is_too_large_to_keep_ends_the_connection(iopub: Iopub) -> None:
    with socket.create_connection(iopub.address) as still:
        still.sendall(GREETING + READY + b"\x00\x01\x01")
        iopub.until(lambda: [one for one in iopub.readers._readers.values() if one.topics])
        iopub.readers.publish([b"x", b"0", bytes(200_000_000)])
        iopub.readers.publish([b"x", b"1"])
        assert not iopub.readers.has_room
        iopub.until(lambda: iopub.readers.has_room)
        assert missed(iopub) == [2]
        assert iopub.readers._readers == {}
        while still.recv(1 << 20):
            pass  # what was on its way, and then the end


def test_the_note_says_how_long_and_how_many(iopub: Iopub) -> None:
    iopub.client()
    reader = next(iter(iopub.readers._readers.values()))
    reader.missed = 1
    [note] = iopub.readers.notes_of_missed(b'{"session": "s"}')
    assert json.loads(note.content)["name"] == "stderr"
    assert "took no output for 1 s" in json.loads(note.content)["text"]
    assert "It missed 1 message." in json.loads(note.content)["text"]
