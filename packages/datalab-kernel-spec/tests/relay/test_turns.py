"""Cells appear one after another, whichever of xpython's sockets is read first."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.cells._queue import CellQueue
from datalab_kernel_spec.relay.cells._turns import Turns
from datalab_kernel_spec.relay.sockets._message import Message


def request(cell: str) -> Message:
    header = {"msg_id": cell, "msg_type": "execute_request", "session": "s"}
    return Message([b"client"], json.dumps(header).encode())


class Scene:
    """Some cells that were sent at once, and what was published of them."""

    def __init__(self, cells: str) -> None:
        self.queue = CellQueue()
        self.published: list[str] = []
        self.turns = Turns(
            self.queue,
            lambda frames: self.published.append(frames[0].decode()),
            lambda _cell, frames: self.published.append(frames[0].decode()),
        )
        for cell in cells:
            self.queue.add(request(cell), request(cell).header_fields)

    def reply(self, cell: str) -> None:
        self.queue.done(request(cell).reply([], "execute_reply", {}))
        self.turns.answered(cell)

    def busy(self, cell: str) -> None:
        self.turns.busy(cell, [f"{cell} busy".encode()])

    def input(self, cell: str) -> None:
        self.turns.input(cell, [f"{cell} input".encode()])

    def idle(self, cell: str) -> None:
        self.turns.idle(cell, [f"{cell} idle".encode()])


def whole(cells: str) -> list[str]:
    return [f"{cell} {what}" for cell in cells for what in ("busy", "input", "idle")]


@given(st.data())
def test_each_appears_when_the_one_before_is_idle_however_replies_and_statuses_race(
    data: st.DataObject,
) -> None:
    scene = Scene("abc")
    iopub = [(scene.busy, "a"), (scene.input, "a"), (scene.busy, "b"), (scene.input, "b")]
    iopub += [(scene.busy, "c"), (scene.input, "c"), *((scene.idle, cell) for cell in "abc")]
    shell = [(scene.reply, cell) for cell in "abc"]
    while iopub or shell:
        source = data.draw(st.sampled_from([one for one in (iopub, shell) if one]))
        step, cell = source.pop(0)
        step(cell)
    assert scene.published == whole("abc")


def test_what_is_aborted_arrives_and_shows_no_input() -> None:
    scene = Scene("abc")
    for cell in "abc":
        scene.busy(cell)
        scene.input(cell)
    scene.queue.done(request("a").reply([], "execute_reply", {}))
    scene.queue.doom(request("resume"))
    scene.turns.answered("a")
    scene.idle("a")
    assert scene.published == whole("a")
    scene.queue.add(request("d"), request("d").header_fields)  # sent after the failure was seen
    scene.busy("d")
    scene.input("d")
    for cell in "bc":
        scene.turns.abort(cell)
        scene.reply(cell)
        scene.idle(cell)
    assert scene.published[3:-2] == ["b busy", "b idle", "c busy", "c idle"]
    assert scene.published[-2:] == ["d busy", "d input"]


@pytest.mark.parametrize("cell", ["a", "b"])
def test_nothing_follows_for_a_cell_that_was_given_up(cell: str) -> None:
    scene = Scene("ab")
    for one in "ab":
        scene.busy(one)
        scene.input(one)
    scene.queue.given_up()
    for one in "ab":
        scene.turns.give_up(one)
    before = [*scene.published]
    assert before == ["a busy", "a input", "b busy"]
    scene.idle(cell)
    assert scene.published == before
