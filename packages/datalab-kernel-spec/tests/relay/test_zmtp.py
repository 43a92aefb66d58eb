"""ZeroMQ's wire protocol: what a reader says is understood however it is cut, or refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets._zmtp import (
    GREETING,
    Heard,
    Listener,
    ZmtpError,
    chunks_of,
    command,
)

READY = command(b"READY", b"\x0bSocket-Type\x00\x00\x00\x03SUB\x08Identity\x00\x00\x00\x00")
SAID = GREETING + READY + b"\x00\x01\x01" + b"\x00\x07\x01stream" + b"\x00\x07\x00stream"
HEARD = [
    Heard(topic=b"", is_wanted=True),
    Heard(topic=b"stream", is_wanted=True),
    Heard(topic=b"stream"),
]


@given(cuts=st.lists(st.integers(0, len(SAID)), max_size=8))
def test_what_a_reader_says_is_understood_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(SAID)]
    listener = Listener()
    heard = []
    for begin, end in pairwise(places):
        heard += listener.of(SAID[begin:end])
    assert heard == HEARD


def test_version_31_says_its_subscriptions_as_commands() -> None:
    said = GREETING + READY + command(b"SUBSCRIBE", b"a") + command(b"CANCEL", b"a")
    assert Listener().of(said) == [Heard(topic=b"a", is_wanted=True), Heard(topic=b"a")]


def test_a_ping_is_answered_with_its_context() -> None:
    said = GREETING + READY + command(b"PING", b"\x00\x64context")
    assert Listener().of(said) == [Heard(answer=command(b"PONG", b"context"))]


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x01\x00",
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x01\x02" + bytes(60),
        b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(52, b"\0"),
        GREETING + b"\x00\x01\x01",
        GREETING + command(b"READY", b"\x0bSocket-Type\x00\x00\x00\x06DEALER"),
        GREETING + command(b"READY", b""),
        GREETING + READY + b"\x02" + (1 << 40).to_bytes(8, "big"),
        GREETING + READY + command(b"ERROR", b"\x02no"),
    ],
    ids=[
        *("HTTP", "version 1", "version 2", "encrypted", "not ready", "no reader", "no type"),
        *("too long", "error"),
    ],
)
def test_who_isnt_a_reader_is_refused(said: bytes) -> None:
    with pytest.raises(ZmtpError):
        Listener().of(said)


@given(data=st.binary(max_size=300))
def test_nothing_that_comes_is_another_error(data: bytes) -> None:
    for before in (b"", GREETING, GREETING + READY):
        try:
            Listener().of(before + data)
        except ZmtpError:
            continue


def test_large_frames_are_sent_from_where_they_lie() -> None:
    large = bytes(1 << 16)
    chunks = chunks_of([b"topic", large, b"last"])
    assert [len(chunk) for chunk in chunks] == [2 + 5 + 9, 1 << 16, 2 + 4]
    assert chunks[1] is large
