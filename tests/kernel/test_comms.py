"""Comms in both directions, as widgets need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours
from support.kernel.page import closed, opened, told

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
    closing = closed(watch, comm_id)
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
    running = watch.start("import time; time.sleep(50)")
    watch.until(lambda: "busy" in watch.cell(running).states)
    asked = watch.send("comm_info_request", {"target_name": "test"})
    watch.until(lambda: bool(watch.cell(asked).reply), within_s=watch.soon_s)
    assert watch.cell(running).reply == {}
    found = watch.cell(asked).reply["content"]["comms"]
    assert found.get(comm_id) == {"target_name": "test"}
    watch.kernel.interrupt()
    watch.finish(running)
    other = watch.ask("comm_info_request", {"target_name": "other"})
    assert other == {"status": "ok", "comms": {}}


@only_ours("front-end-opened comms: see above")
def test_a_cell_may_await_what_the_page_answers(watch: Watch) -> None:
    watch.run(TARGET)
    waiting = watch.start(
        "import asyncio\nevent = asyncio.Event()\n"
        "comm.get_comm_manager().register_target('wake', lambda c, m: event.set())\n"
        "print('on')\nawait asyncio.wait_for(event.wait(), 60)"
    )
    watch.until(lambda: "on" in watch.cell(waiting).text())
    opened(watch, target="wake")
    assert result(watch.finish(waiting)[0]) == "True"


@fails_on_bare_xpython("it is written to the terminal where Jupyter was started")
def test_an_error_in_a_callback_is_shown_where_it_belongs(watch: Watch) -> None:
    cell = watch.run(f"{KERNELS_OWN}\nc.on_msg(lambda m: 1 / 0)")
    comm_id = cell.of("comm_open")[0]["comm_id"]
    failed = told(watch, comm_id, {})
    shown = failed.text("stderr") + str(failed.of("error"))
    assert "ZeroDivisionError" in shown
    assert watch.run("2").reply["content"]["status"] == "ok"


FAILING = """
def open_it(c, message):
    def deep(m):
        {how}
    c.on_msg(deep)
import comm; comm.get_comm_manager().register_target('failing', open_it)
"""


@pytest.mark.parametrize("how", ["1 / 0", "raise SystemExit(3)", "raise KeyboardInterrupt"])
@only_ours("front-end-opened comms: see above")
def test_whatever_a_callback_raises_is_shown_from_its_own_frame_on(watch: Watch, how: str) -> None:
    watch.run(FAILING.format(how=how))
    comm_id, _ = opened(watch, "failing")
    shown = told(watch, comm_id, {}).text("stderr").splitlines()
    assert shown[0] == "Traceback (most recent call last):"
    assert shown[1].endswith("in deep")
    assert "datalab_kernel_spec" not in "".join(shown)
    assert told(watch, comm_id, {}).text("stderr")  # it is open
    assert comm_id in watch.ask("comm_info_request", {})["comms"]


ASYNC = """
import asyncio, comm
order, gate = [], asyncio.Event()
async def hear(m):
    n = m['content']['data']['n']
    order.append(n)
    await gate.wait()
    print('done', n)
    1 / n
def open_it(c, message):
    c.on_msg(hear)
    return check(message)
async def check(message):
    await asyncio.sleep(0)
    message['content']['data']['fine']
comm.get_comm_manager().register_target('async', open_it)
"""


@only_ours("front-end-opened comms: see above")
def test_async_callbacks_run_side_by_side_under_their_own_messages(watch: Watch) -> None:
    watch.run(ASYNC)
    comm_id, _ = opened(watch, "async", {"fine": True})
    sent = [watch.send("comm_msg", {"comm_id": comm_id, "data": {"n": n}}) for n in (2, 1, 0)]
    for message in sent:
        watch.handled(message)
    assert result(watch.run("gate.set(); order")) == "[2, 1, 0]"
    last = watch.cell(sent[-1])
    watch.until(lambda: "ZeroDivisionError" in last.text("stderr"))
    assert [watch.cell(message).text() for message in sent] == ["done 2\n", "done 1\n", "done 0\n"]


@only_ours("front-end-opened comms: see above")
def test_an_async_target_that_fails_closes_its_comm(watch: Watch) -> None:
    watch.run(ASYNC)
    comm_id, opening = opened(watch, "async", {})
    watch.until(lambda: "comm_close" in opening.types)
    assert "KeyError: 'fine'" in opening.text("stderr")
    assert [one["comm_id"] for one in opening.of("comm_close")] == [comm_id]


@only_ours("front-end-opened comms: see above")
def test_a_callback_can_be_stopped(watch: Watch) -> None:
    watch.run(FAILING.format(how="print('on', flush=True)\n        while True: pass"))
    comm_id, _ = opened(watch, "failing")
    message = watch.send("comm_msg", {"comm_id": comm_id, "data": {}})
    watch.until(lambda: watch.cell(message).text() == "on\n")
    watch.kernel.interrupt()
    assert "KeyboardInterrupt" in watch.handled(message).text("stderr")


@only_ours("front-end-opened comms: see above")
def test_the_whole_message_is_handed_on(watch: Watch) -> None:
    watch.run(
        "import comm\ndef open_it(c, m):\n"
        "    c.on_msg(lambda m: c.send({key: m[key] for key in m if key != 'buffers'}))\n"
        "comm.get_comm_manager().register_target('whole', open_it)"
    )
    comm_id, _ = opened(watch, "whole")
    request = watch.send("comm_msg", {"comm_id": comm_id, "data": {"n": 1}})
    [answer] = watch.handled(request).of("comm_msg")
    whole = answer["data"]
    assert whole["header"]["msg_id"] == whole["msg_id"] == request
    assert whole["msg_type"] == whole["header"]["msg_type"] == "comm_msg"
    assert (whole["parent_header"], whole["metadata"]) == ({}, {})
    assert whole["content"] == {"comm_id": comm_id, "data": {"n": 1}}


@only_ours("bare xpython's comm module has no manager there")
def test_the_manager_is_found_where_ipykernel_has_it(watch: Watch) -> None:
    code = "import comm; get_ipython().kernel.comm_manager is comm.get_comm_manager()"
    assert result(watch.run(code)) == "True"


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
