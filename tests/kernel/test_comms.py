"""Comms in both directions, as widgets need them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Cell, Watch

LOST = "comms that a front end opens are lost in the wheel of 0.19"
TARGET = """
import comm
opened = []
def open_it(c, message):
    def answer(m):
        print('heard', m['content']['data'])
        c.send({'echo': m['content']['data']}, buffers=[bytes(b)[::-1] for b in m['buffers']])
    opened.append(message['content']['data'])
    c.on_msg(answer)
    c.on_close(lambda m: print('closed'))
    c.send({'hello': 1})
comm.get_comm_manager().register_target('test', open_it)
"""
KERNELS_OWN = (
    "import comm\nc = comm.create_comm(target_name='own', data={'first': 1}, metadata={'m': 2})"
)


def opened(watch: Watch, target: str = "test", data: Any = None) -> tuple[str, Cell]:
    """Open a comm as a front end does; return its id and what the opening caused."""
    comm_id = uuid.uuid4().hex
    content = {"comm_id": comm_id, "target_name": target, "data": data or {}}
    return comm_id, watch.handled(watch.send("comm_open", content), within_s=3)


def told(watch: Watch, comm_id: str, data: Any, buffers: tuple[bytes, ...] = ()) -> Cell:
    """Send to a comm, and return what that caused."""
    message = watch.send("comm_msg", {"comm_id": comm_id, "data": data}, buffers=buffers)
    return watch.handled(message, within_s=3)


def result(cell: Cell) -> str:
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


@fails_on_bare_xpython(LOST)
def test_a_front_end_opens_a_comm_and_talks_both_ways(watch: Watch) -> None:
    watch.run(TARGET)
    comm_id, opening = opened(watch, data={"from": "page"})
    assert opening.of("comm_msg") == [{"comm_id": comm_id, "data": {"hello": 1}}]
    assert result(watch.run("opened[-1]")) == "{'from': 'page'}"
    told_it = told(watch, comm_id, {"n": 1}, (b"abc", b"\x00\xff"))
    assert told_it.of("comm_msg") == [{"comm_id": comm_id, "data": {"echo": {"n": 1}}}]
    [answer] = [one for one in told_it.published if one["msg_type"] == "comm_msg"]
    assert [bytes(one) for one in answer["buffers"]] == [b"cba", b"\xff\x00"]
    assert told_it.text() == "heard {'n': 1}\n"
    assert told_it.states == ["busy", "idle"]


@fails_on_bare_xpython(LOST)
def test_closing_is_heard_and_a_closed_comm_hears_no_more(watch: Watch) -> None:
    watch.run(TARGET)
    comm_id, _ = opened(watch)
    closing = watch.handled(watch.send("comm_close", {"comm_id": comm_id, "data": {}}))
    assert closing.text() == "closed\n"
    assert told(watch, comm_id, {"n": 1}).of("comm_msg") == []
    assert comm_id not in watch.ask("comm_info_request", {})["comms"]


def test_an_unknown_target_is_closed_at_once(watch: Watch) -> None:
    comm_id, opening = opened(watch, target="nobody")
    assert [one["comm_id"] for one in opening.of("comm_close")] == [comm_id]
    assert comm_id not in watch.ask("comm_info_request", {})["comms"]
    assert watch.run("1").reply["content"]["status"] == "ok"


@only_ours("front-end-opened comms: see above")
def test_a_message_to_an_unknown_comm_harms_nothing(watch: Watch) -> None:
    told(watch, "no-such-comm", {"n": 1})
    assert watch.run("1").reply["content"]["status"] == "ok"


@fails_on_bare_xpython("what a callback publishes names the last cell, not the message")
def test_a_kernels_comm_reaches_the_page_and_answers_under_the_right_parent(watch: Watch) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.on_msg(lambda m: c.send({{'got': m['content']['data']}}))")
    [opening] = cell.of("comm_open")
    assert (opening["target_name"], opening["data"]) == ("own", {"first": 1})
    assert [one["metadata"] for one in cell.published if one["msg_type"] == "comm_open"] == [
        {"m": 2}
    ]
    assert told(watch, opening["comm_id"], {"n": 2}).of("comm_msg") == [
        {"comm_id": opening["comm_id"], "data": {"got": {"n": 2}}}
    ]


@fails_on_bare_xpython("it knows nothing of them, and doesn't answer while a cell runs")
def test_comm_info_names_open_comms_also_while_a_cell_runs(watch: Watch) -> None:
    watch.run(TARGET)
    comm_id, _ = opened(watch)
    running = watch.start("import time; time.sleep(1)")
    watch.until(lambda: "busy" in watch.cell(running).states)
    asked = watch.send("comm_info_request", {"target_name": "test"})
    watch.until(lambda: bool(watch.cell(asked).reply), within_s=0.5)
    assert watch.cell(running).reply == {}
    found = watch.cell(asked).reply["content"]["comms"]
    assert found.get(comm_id) == {"target_name": "test"}
    watch.finish(running)
    other = watch.ask("comm_info_request", {"target_name": "other"})
    assert other == {"status": "ok", "comms": {}}


@only_ours("front-end-opened comms: see above")
def test_a_cell_may_await_what_the_page_answers(watch: Watch) -> None:
    watch.run(TARGET)
    waiting = watch.start(
        "import asyncio\nevent = asyncio.Event()\n"
        "comm.get_comm_manager().register_target('wake', lambda c, m: event.set())\n"
        "print('on')\nawait asyncio.wait_for(event.wait(), 5)"
    )
    watch.until(lambda: "on" in watch.cell(waiting).text())
    opened(watch, target="wake")
    assert result(watch.finish(waiting, within_s=3)[0]) == "True"


@fails_on_bare_xpython("it is written to the terminal where Jupyter was started")
def test_an_error_in_a_callback_is_shown_where_it_belongs(watch: Watch) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.on_msg(lambda m: 1 / 0)")
    comm_id = cell.of("comm_open")[0]["comm_id"]
    failed = told(watch, comm_id, {})
    shown = failed.text("stderr") + str(failed.of("error"))
    assert "ZeroDivisionError" in shown
    assert watch.run("2").reply["content"]["status"] == "ok"


@only_ours("a callback's parents are stale on bare xpython, see above")
def test_what_a_callback_prints_and_displays_has_its_message_as_parent(watch: Watch) -> None:
    code = f"{KERNELS_OWN}\nc.on_msg(lambda m: (print('p'), display(1)))"
    comm_id = watch.run(code).of("comm_open")[0]["comm_id"]
    assert told(watch, comm_id, {}).types == ["stream", "display_data"]


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        ("np.int64(2)", 2),
        ("np.float32(0.5)", 0.5),
        ("np.bool_(True)", True),
        ("float('nan')", None),
        ("[float('inf'), 1.0]", [None, 1.0]),
        ("np.arange(3)", [0, 1, 2]),
        ("'é\\u2028'", "é\u2028"),
        ("{'deep': [{'x': (1, None)}]}", {"deep": [{"x": [1, None]}]}),
    ],
)
@only_ours("bare xpython sends some of them, and fails at numpy's")
def test_data_arrives_as_json(watch: Watch, value: str, arrives: object) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.send({{'v': {value}}})")
    assert cell.ename == ""
    assert [one["data"] for one in cell.of("comm_msg")] == [{"v": arrives}]


@pytest.mark.parametrize("buffer", ["b'ab'", "bytearray(b'ab')", "memoryview(b'ab')"])
@only_ours("bare xpython takes bytes and memoryview")
def test_buffers_of_any_type_arrive(watch: Watch, buffer: str) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.send({{}}, buffers=[{buffer}, np.arange(3, dtype='u1')])")
    [sent] = [one for one in cell.published if one["msg_type"] == "comm_msg"]
    assert [bytes(one) for one in sent["buffers"]] == [b"ab", b"\x00\x01\x02"]


def test_10_mb_travel_whole_in_both_directions(watch: Watch) -> None:
    code = f"{KERNELS_OWN}\nc.on_msg(lambda m: c.send({{}}, buffers=[bytes(m['buffers'][0])]))"
    comm_id = watch.run(code).of("comm_open")[0]["comm_id"]
    big = bytes(range(256)) * 40_000
    told(watch, comm_id, {}, (big,))
    [back] = [one for one in watch.published if one["msg_type"] == "comm_msg" and one["buffers"]]
    assert bytes(back["buffers"][0]) == big


@fails_on_bare_xpython("it says so twice")
def test_a_comm_is_closed_only_once(watch: Watch) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.close()\nc.close()")
    assert len(cell.of("comm_close")) == 1


@only_ours("its comm module is a replacement without the base classes")
def test_the_comm_package_is_the_real_one(watch: Watch) -> None:
    code = "import comm.base_comm, comm; issubclass(comm.create_comm, comm.base_comm.BaseComm)"
    assert result(watch.run(code)) == "True"
