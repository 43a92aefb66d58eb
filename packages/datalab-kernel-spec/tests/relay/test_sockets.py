"""Frames through a socket of ZeroMQ's: whole, in order, and never waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets._sockets import receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with zmq.Context() as context, context.socket(zmq.PAIR) as a, context.socket(zmq.PAIR) as b:
        a.bind("inproc://pair")
        b.connect("inproc://pair")
        yield a, b


@given(messages=st.lists(st.lists(st.binary(), min_size=1, max_size=12), max_size=3))
def test_messages_arrive_frame_by_frame_and_then_there_is_none(
    pair: Pair, messages: list[list[bytes]]
) -> None:
    here, there = pair
    for frames in messages:
        send(here, frames)
    assert [receive(there) for _ in messages] == messages
    assert receive(there) is None


def test_a_large_buffer_arrives_whole_and_as_bytes(pair: Pair) -> None:
    here, there = pair
    frames = [b"head", bytes(5_000_000), b"tail"]
    send(here, frames)
    assert receive(there) == frames


def test_what_is_sent_is_what_other_clients_of_zeromq_receive(pair: Pair) -> None:
    here, there = pair
    send(here, [b"one"])
    send(here, [b"one", b"", b"three"])
    assert there.recv_multipart() == [b"one"]
    assert there.recv_multipart() == [b"one", b"", b"three"]
