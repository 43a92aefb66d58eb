"""Which cells wait, and what goes to xpython in their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datalab_kernel_spec.protocol._words import KEEP_GOING
from datalab_kernel_spec.relay.cells._queue import AT_ONCE, CellQueue, stops_on_error
from datalab_kernel_spec.relay.sockets._message import Message


def cell(name: str, **content: Any) -> Message:
    header = {"msg_id": name, "msg_type": "execute_request", "session": "s"}
    return Message(
        identities=[b"client"],
        header=json.dumps(header).encode(),
        content=json.dumps({"code": "1", **content}).encode(),
        metadata=b'{"cellId": "7"}',
        buffers=[b"extra"],
    )


def reply_to(request: Message) -> Message:
    return request.reply([b"client"], "execute_reply", {"status": "ok"})


def add(queue: CellQueue, request: Message) -> Message:
    """Add a cell that is sent at once; return what is sent."""
    queue.add(request, request.header_fields)
    (sent,) = queue.to_send()
    return sent


def full_queue() -> CellQueue:
    """Give a queue of which xpython has as many cells as it may."""
    queue = CellQueue()
    queue.kernel_aborts = True
    for number in range(AT_ONCE):
        add(queue, cell(f"first {number}"))
    return queue


def to_send(queue: CellQueue) -> list[str]:
    return [message.header_fields["msg_id"] for message in queue.to_send()]


@pytest.mark.parametrize(
    ("metadata", "marks"),
    [
        (b'{"cellId": "7"}', {"datalab_kernel_cell_id": "7"}),
        (b'{"cellId": 7}', {}),
        (b'["cellId"]', {}),
        (b"{}", {}),
    ],
)
def test_the_kernel_learns_which_cell_of_the_notebook_it_is(
    metadata: bytes, marks: dict[str, str]
) -> None:
    queue = CellQueue()
    queue.kernel_aborts = True
    request = cell("a")._replace(metadata=metadata)
    assert add(queue, request).header_fields == {**request.header_fields, **marks}


def test_xpython_has_so_many_cells_at_most_and_each_reply_lets_one_more_in() -> None:
    queue = full_queue()
    for request in map(cell, "abc"):
        queue.add(request, request.header_fields)
    assert to_send(queue) == []
    queue.done(reply_to(cell("first 0")))
    assert to_send(queue) == ["a"]
    queue.done(reply_to(cell("first 1")))
    queue.done(reply_to(cell("first 2")))
    assert to_send(queue) == ["b", "c"]


def test_the_word_that_ends_an_abort_comes_behind_all_cells_that_are_aborted() -> None:
    queue, resume = full_queue(), Message([], header=b'{"msg_id": "resume"}')
    queue.add(cell("before"), {"msg_id": "before"})
    queue.done(reply_to(cell("first 0")))
    queue.doom(resume)
    queue.add(cell("after"), {"msg_id": "after"})
    assert to_send(queue) == ["before", "resume"]
    queue.done(reply_to(cell("first 1")))
    assert to_send(queue) == ["after"]


def test_a_kernel_that_leaves_aborts_to_xeus_has_all_cells_at_once() -> None:
    queue = CellQueue()
    names = [str(number) for number in range(AT_ONCE + 1)]
    for request in map(cell, names):
        queue.add(request, request.header_fields)
    assert to_send(queue) == names


def test_nothing_is_sent_of_what_was_given_up() -> None:
    queue = full_queue()
    queue.add(cell("a"), {"msg_id": "a"})
    queue.given_up()
    queue.done(reply_to(cell("first 0")))
    assert to_send(queue) == []


def test_cells_are_done_in_any_order_and_the_first_that_waits_is_the_one_that_runs() -> None:
    queue, (one, two, three) = CellQueue(), map(cell, "123")
    for request in (one, two, three):
        add(queue, request)
    assert queue.done(reply_to(two)) == two
    assert queue.running == one
    assert queue.done(reply_to(one)) == one
    assert queue.running == three
    assert queue.done(reply_to(three)) == three
    assert queue.running is None


def test_a_reply_to_nobody_is_nobodys() -> None:
    queue = CellQueue()
    add(queue, cell("1"))
    assert queue.done(reply_to(cell("2"))) is None
    assert queue.done(Message([], header=b"{}", parent=b"null")) is None
    assert queue.running == cell("1")


def test_a_reply_is_taken_once() -> None:
    queue = CellQueue()
    add(queue, cell("1"))
    queue.done(reply_to(cell("1")))
    assert queue.done(reply_to(cell("1"))) is None


def test_a_kernel_that_doesnt_abort_gets_what_the_front_end_sent() -> None:
    request = cell("1", stop_on_error=True)
    assert add(CellQueue(), request) is request


@pytest.mark.parametrize(
    "content", [{}, {"stop_on_error": True}, {"stop_on_error": False}, {"silent": True}]
)
def test_xeus_never_aborts_beside_the_kernel(content: dict[str, bool]) -> None:
    queue = CellQueue()
    queue.kernel_aborts = True
    request = cell("1", code="print('ü')", **content)
    sent = add(queue, request)
    assert sent.content_fields == {**request.content_fields, "stop_on_error": False}
    keeps_going = content in ({"stop_on_error": False}, {"silent": True})
    assert sent.header_fields.get(KEEP_GOING, False) is keeps_going
    marks = {KEEP_GOING: 0, "datalab_kernel_cell_id": "7"}
    assert {**sent.header_fields, KEEP_GOING: 0} == {**request.header_fields, **marks}
    assert sent[2:4] == request[2:4]
    assert (sent.identities, sent.buffers) == (request.identities, request.buffers)


def test_what_waits_is_the_front_ends_own_request() -> None:
    queue = CellQueue()
    queue.kernel_aborts = True
    request = cell("1", stop_on_error=False)
    add(queue, request)
    assert queue.running == request


def test_a_silent_cell_or_one_that_says_so_lets_the_others_run_after_its_error() -> None:
    assert stops_on_error({})
    assert stops_on_error({"stop_on_error": True})
    assert not stops_on_error({"stop_on_error": False})
    assert not stops_on_error({"stop_on_error": True, "silent": True})
    assert stops_on_error({"code": '{"stop_on_error": false}'})
