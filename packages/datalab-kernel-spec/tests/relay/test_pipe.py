"""Text of children waits for the messages that were sent before it, and for nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from datalab_kernel_spec.protocol._marks import mark, meeting_mark
from datalab_kernel_spec.protocol._words import MEETING
from datalab_kernel_spec.relay.outputs import _pipe
from datalab_kernel_spec.relay.outputs._arrived import Arrived, meeting_number
from datalab_kernel_spec.relay.outputs._pipe import Pipe

if TYPE_CHECKING:
    from collections.abc import Iterator

CELL = b'{"msg_id": "cell-1"}'


class Both:
    """A pipe whose text is kept in a list, and the end that children write to."""

    def __init__(self) -> None:
        read, self.write = os.pipe()
        self.arrived = Arrived()
        self.shown: list[bytes] = []
        self.pipe = Pipe(read, self.arrived, lambda piece: self.shown.append(piece.text))

    def written(self, text: bytes) -> list[bytes]:
        """Write, let the relay read, and return all that is shown."""
        os.write(self.write, text)
        self.pipe.read(lambda: True)
        return self.shown


@pytest.fixture
def both() -> Iterator[Both]:
    both = Both()
    yield both
    for fd in (both.pipe.fd, both.write):
        os.close(fd)


def test_text_of_a_cell_waits_for_the_cells_input(both: Both) -> None:
    assert both.written(mark(CELL) + b"text") == []
    assert both.pipe.is_held
    both.arrived.add_cell(b'{"other": 1, "msg_id":"cell-1"}')
    both.pipe.release()
    assert both.shown == [b"text"]


def test_text_behind_a_meeting_waits_for_it_and_text_before_it_does_not(both: Both) -> None:
    assert both.written(b"before" + meeting_mark(1) + b"after") == [b"before"]
    both.arrived.meeting = 1
    both.pipe.release()
    assert both.shown == [b"before", b"after"]


def test_a_meeting_brings_along_what_stands_before_it_and_no_more(both: Both) -> None:
    os.write(both.write, mark(CELL) + b"before" + meeting_mark(1) + b"after")
    both.arrived.meeting = 1
    both.pipe.catch_up(1)
    assert both.shown == [b"before"]
    both.pipe.release()
    assert both.shown == [b"before", b"after"]


def test_a_meeting_that_is_in_no_pipe_is_waited_for_by_nobody(both: Both) -> None:
    os.write(both.write, b"text")
    both.pipe.catch_up(7)
    assert both.shown == [b"text"]


def test_text_does_not_wait_for_ever(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pipe, "LONGEST_S", 0.0)
    assert both.written(meeting_mark(1) + b"text") == [b"text"]


def test_at_the_end_all_is_shown(both: Both) -> None:
    both.written(meeting_mark(1) + b"one")
    os.write(both.write, b"two")
    both.pipe.release_all()
    assert both.shown == [b"one", b"two"]


def test_nothing_more_is_read_while_there_is_no_room(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pipe, "CHUNK_BYTES", 4)
    os.write(both.write, b"one two ")
    both.pipe.read(lambda: False)
    assert both.shown == [b"one "]


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b'{"data":{"%b":31},"metadata":{},"transient":{}}' % MEETING.encode(), 31),
        (b'{"data":{"text/plain":"31"},"metadata":{},"transient":{}}', 0),
        (b'{"data":{"text/plain":"%b"},"metadata":{}}' % (MEETING.encode() * 9), 0),
    ],
)
def test_a_display_is_a_meeting_or_none(content: bytes, number: int) -> None:
    assert meeting_number(content) == number
