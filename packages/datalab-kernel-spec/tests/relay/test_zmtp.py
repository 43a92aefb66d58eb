"""ZeroMQ's wire protocol: what a peer says is understood however it is cut, or refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets._zmtp import (
    GREETING,
    LONGEST,
    Decoder,
    Frames,
    ZmtpError,
    chunks_of,
    command,
    ready,
)

READY = command(b"READY", b"\x0bSocket-Type\x00\x00\x00\x03SUB\x08Identity\x00\x00\x00\x00")
SAID = GREETING + READY + b"\x00\x01\x01" + b"\x00\x07\x01stream" + b"\x00\x07\x00stream"
HEARD = [[b"\x01"], [b"\x01stream"], [b"\x00stream"]]


def of_reader() -> Decoder:
    return Decoder(frozenset({b"SUB", b"XSUB"}), LONGEST)


@given(cuts=st.lists(st.integers(0, len(SAID)), max_size=8))
def test_what_a_reader_says_is_understood_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(SAID)]
    decoder = of_reader()
    heard = []
    for begin, end in pairwise(places):
        heard += decoder.of(SAID[begin:end])
    assert heard == HEARD


@given(
    messages=st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=4), max_size=4),
    cut=st.integers(1, 400),
    identity=st.binary(max_size=9),
)
def test_messages_come_back_whole_and_with_the_name_of_who_sent_them(
    messages: list[list[bytes]], cut: int, identity: bytes
) -> None:
    said = b"".join(
        [GREETING, ready(b"DEALER", identity), *map(b"".join, map(chunks_of, messages))]
    )
    decoder = Decoder(frozenset({b"DEALER"}))
    heard = []
    for begin in range(0, len(said), cut):
        heard += decoder.of(said[begin : begin + cut])
    assert heard == messages
    assert decoder.identity == identity


def test_a_large_frame_that_comes_piece_by_piece_says_how_much_is_missing() -> None:
    decoder = Decoder(frozenset({b"DEALER"}))
    decoder.of(GREETING + ready(b"DEALER"))
    large = bytes(10_000_000)
    said = b"".join(chunks_of([b"head", large]))
    assert decoder.of(said[:100]) == []
    assert decoder.missing == len(said) - 100
    assert decoder.of(said[100:5000]) == []
    assert decoder.of(said[5000:]) == [[b"head", large]]


def test_a_frame_larger_than_what_is_held_in_pieces_comes_whole() -> None:
    decoder = Decoder(frozenset({b"DEALER"}))
    decoder.of(GREETING + ready(b"DEALER"))
    content = bytes(range(256)) * 100_000
    said = b"".join(chunks_of([content, b"end"]))
    places = range(0, len(said), 1_000_003)
    got = [message for at in places for message in decoder.of(said[at : at + 1_000_003])]
    assert got == [[content, b"end"]]
    assert decoder.of(b"".join(chunks_of([b"next"]))) == [[b"next"]]


def test_version_31_says_its_subscriptions_as_commands() -> None:
    said = GREETING + READY + command(b"SUBSCRIBE", b"a") + command(b"CANCEL", b"a")
    assert of_reader().of(said) == [[b"\x01a"], [b"\x00a"]]


def test_a_ping_is_answered_with_its_context() -> None:
    decoder = of_reader()
    assert decoder.of(GREETING + READY + command(b"PING", b"\x00\x64context")) == []
    assert decoder.answers == [command(b"PONG", b"context")]


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
        of_reader().of(said)


def test_nobody_may_say_much_before_saying_who_it_is() -> None:
    with pytest.raises(ZmtpError):
        Decoder(frozenset({b"DEALER"})).of(GREETING + b"\x02" + (1 << 20).to_bytes(8, "big"))


@given(data=st.binary(max_size=300))
def test_nothing_that_comes_is_another_error(data: bytes) -> None:
    for before in (b"", GREETING, GREETING + READY):
        try:
            of_reader().of(before + data)
        except ZmtpError:
            continue


def test_large_frames_are_sent_from_where_they_lie() -> None:
    large = bytes(1 << 16)
    chunks = chunks_of([b"topic", large, b"last"])
    assert [len(chunk) for chunk in chunks] == [2 + 5 + 9, 1 << 16, 2 + 4]
    assert chunks[1] is large


@given(cut=st.integers(1, 400))
def test_a_message_that_came_in_one_piece_leaves_as_it_came(cut: int) -> None:
    messages = [[b"topic", bytes(300), b""], [b"other", b"last"]]
    said = b"".join(map(b"".join, map(chunks_of, messages)))
    decoder = Decoder(frozenset({b"DEALER"}))
    decoder.of(GREETING + ready(b"DEALER"))
    heard = [
        one for begin in range(0, len(said), cut) for one in decoder.of(said[begin : begin + cut])
    ]
    assert b"".join(map(b"".join, map(chunks_of, heard))) == said
    if cut >= len(said):
        assert all(isinstance(one, Frames) for one in heard)


def test_a_changed_message_is_not_sent_as_it_came() -> None:
    decoder = Decoder(frozenset({b"DEALER"}))
    (message,) = decoder.of(GREETING + ready(b"DEALER") + b"\x01\x01a\x00\x01b")
    assert chunks_of([*message, b"c"]) == [b"\x01\x01a\x01\x01b\x00\x01c"]
    assert chunks_of(message[1:]) == [b"\x00\x01b"]
