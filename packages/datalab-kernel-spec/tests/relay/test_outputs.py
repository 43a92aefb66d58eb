"""Text that the relay has read can't be overtaken by a message that comes later."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from datalab_kernel_spec.protocol._marks import mark, meeting_mark
from datalab_kernel_spec.relay._ends import RelayEnds
from datalab_kernel_spec.relay.outputs._outputs import Outputs
from datalab_kernel_spec.relay.sockets._poll import Poll

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel_spec.relay.sockets._message import Message

CELL = b'{"msg_id": "cell-1"}'


class Both:
    """Outputs whose messages are kept in a list, and the end that children write to."""

    def __init__(self) -> None:
        read, self.write = os.pipe()
        self.fds = [read, self.write]
        self.published: list[Message] = []
        ends = RelayEnds(
            front={},
            inner={},
            folder="",
            kernel_pid=0,
            parent_pid=0,
            notes=-1,
            credit=-1,
            outputs={"stdout": read},
            terminals={"stdout": -1},
        )
        self.outputs = Outputs(
            ends,
            Poll(lambda call, *arguments: call(*arguments)),
            self.published.append,
            lambda: True,
        )

    def shown(self) -> list[str]:
        """Return the texts that were published so far."""
        return [json.loads(one.content)["text"] for one in self.published]

    def read(self, written: bytes) -> None:
        """Write, and let the relay read it."""
        os.write(self.write, written)
        self.outputs.read()


@pytest.fixture
def both() -> Iterator[Both]:
    both = Both()
    yield both
    for fd in both.fds:
        os.close(fd)


def test_what_was_read_is_published_as_soon_as_the_cells_input_is(both: Both) -> None:
    both.read(mark(CELL) + b"text")
    assert both.shown() == []
    both.outputs.begin_cell(CELL)
    assert both.shown() == ["text"]
    assert both.published[0].parent == CELL


def test_what_was_read_behind_a_meeting_is_published_as_soon_as_that_comes(both: Both) -> None:
    both.outputs.begin_cell(CELL)
    both.read(mark(CELL) + b"before" + meeting_mark(1) + b"behind")
    assert both.shown() == ["before"]
    both.outputs.meet(1)
    assert both.shown() == ["before", "behind"]


def test_a_meeting_brings_along_what_was_not_read_yet(both: Both) -> None:
    both.outputs.begin_cell(CELL)
    os.write(both.write, mark(CELL) + b"before" + meeting_mark(1) + meeting_mark(2) + b"next")
    both.outputs.meet(1)
    assert both.shown() == ["before"]
    both.outputs.meet(2)
    assert both.shown() == ["before", "next"]
