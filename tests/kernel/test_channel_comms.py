"""The channel's comms keep one behaviour on the kernel DataLab and on ipykernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import on_both_kernels, only_ours
from support.kernel.page import closed, lines, of_type, opened, told

if TYPE_CHECKING:
    from support.kernel.watch import Cell, Watch

SETUP = """
import comm, numpy as np
from datalab_kernel_channel import Comm, CommManager, WireValueError, create_comm, get_comm_manager
manager = get_comm_manager()
def refused(call):
    try:
        call()
    except WireValueError as error:
        print(error.path, error.value_type)
"""


def ran(watch: Watch, code: str) -> Cell:
    cell = watch.run(SETUP + code)
    assert cell.ename == "", str(cell.of("error"))
    return cell


def made(watch: Watch, code: str) -> tuple[str, Cell]:
    """Run code that makes a comm; return its id too."""
    cell = ran(watch, code)
    return cell.of("comm_open")[0]["comm_id"], cell


# ---------------------------------------------------------------- 1: one manager, one kind


@on_both_kernels()
def test_there_is_one_manager_and_every_comm_is_a_comm(watch: Watch) -> None:
    watch.run(
        "import sys\nfor name in [*sys.modules]:\n    'channel' in name and sys.modules.pop(name)"
    )
    watch.run("import comm; early = comm.create_comm(target_name='early')")
    cell = ran(
        watch,
        "print(manager is comm.get_comm_manager() is get_comm_manager())\n"
        "print(manager is get_ipython().kernel.comm_manager)\n"
        "print(isinstance(early, Comm), isinstance(comm.create_comm(target_name='late'), Comm))\n"
        "print(isinstance(create_comm(), Comm), isinstance(3, Comm))\n"
        "print(isinstance(manager, CommManager), isinstance(early, CommManager))\n"
        "print(manager.kernel is not None, Comm().kernel is get_ipython().kernel)",
    )
    assert lines(cell) == [
        "True",
        "True",
        "True True",
        "True False",
        "True False",
        "True True",
    ]


# ---------------------------------------------------------------- 2: opening


@on_both_kernels()
def test_a_new_comm_is_announced_once_under_its_cell(watch: Watch) -> None:
    cell = ran(
        watch,
        "c = Comm('t', {'a': 1}, {'m': 2}, [b'xy'], comm_id='ours', target_module='mod')\n"
        "print(manager.comms['ours'] is c, c.primary, c.target_module, c.topic)",
    )
    [opening] = of_type(cell, "comm_open")
    assert opening["content"] == {
        "comm_id": "ours",
        "data": {"a": 1},
        "target_name": "t",
        "target_module": "mod",
    }
    assert opening["metadata"] == {"m": 2}
    assert [bytes(one) for one in opening["buffers"]] == [b"xy"]
    assert lines(cell) == ["True True mod b'comm-ours'"]


@on_both_kernels()
def test_a_comm_that_cant_be_announced_isnt_registered(watch: Watch) -> None:
    cell = ran(
        watch,
        "before = {*manager.comms}\nrefused(lambda: Comm('t', {'a': {1}}))\n"
        "print({*manager.comms} == before)",
    )
    assert (lines(cell), cell.of("comm_open")) == (['data["a"] set', "True"], [])


@on_both_kernels()
def test_the_pages_own_comm_is_neither_announced_nor_registered(watch: Watch) -> None:
    cell = ran(watch, "c = Comm('t', primary=False)\nprint(c.comm_id in manager.comms)\ndel c")
    assert lines(cell) == ["False"]
    assert cell.of("comm_open") == []


@on_both_kernels()
def test_a_comm_without_a_target_name_has_the_usual_one(watch: Watch) -> None:
    cell = ran(watch, "print(Comm(target_name='').target_name, Comm().target_name)")
    assert lines(cell) == ["comm comm"]
    assert [one["target_name"] for one in cell.of("comm_open")] == ["comm", "comm"]


# ---------------------------------------------------------------- 3: data and buffers


@on_both_kernels()
def test_data_of_none_is_an_empty_object(watch: Watch) -> None:
    _, cell = made(watch, "c = Comm('t'); c.send(); c.send(None); c.close()")
    assert [one["data"] for one in cell.of("comm_msg")] == [{}, {}]
    assert [one["data"] for one in (*cell.of("comm_open"), *cell.of("comm_close"))] == [{}, {}]


@on_both_kernels()
def test_buffers_of_each_kind_arrive_as_they_lie_in_memory(watch: Watch) -> None:
    _, cell = made(
        watch,
        "arrays = [np.arange(4, dtype='>u2').reshape(2, 2), np.array([1 + 2j]), np.zeros((0, 3))]\n"
        "c = Comm('t'); c.send({}, buffers=[b'ab', bytearray(b'cd'), memoryview(b'ef'), *arrays])",
    )
    [message] = of_type(cell, "comm_msg")
    wanted = [b"ab", b"cd", b"ef", bytes([0, 0, 0, 1, 0, 2, 0, 3])]
    found = [bytes(one) for one in message["buffers"]]
    assert found[:4] == wanted
    assert [len(one) for one in found[4:]] == [16, 0]


@on_both_kernels()
def test_a_buffer_that_lies_in_pieces_is_refused_by_its_index(watch: Watch) -> None:
    _, cell = made(
        watch,
        "c = Comm('t'); grid = np.zeros((4, 4))\n"
        "for odd in grid[:, 1], grid.T[1:], np.array([None]), 3, 'text':\n"
        "    refused(lambda: c.send({}, buffers=[b'x', odd]))",
    )
    kinds = ["ndarray", "ndarray", "ndarray", "int", "str"]
    assert lines(cell) == [f"buffers[1] {kind}" for kind in kinds]
    assert cell.of("comm_msg") == []


# ---------------------------------------------------------------- 4: closing


@on_both_kernels()
def test_closing_is_said_once_and_opening_again_keeps_the_id(watch: Watch) -> None:
    comm_id, cell = made(
        watch,
        "c = Comm('t'); c.close({'why': 'done'}); c.close()\nprint(c.comm_id in manager.comms)\n"
        "c.send({'late': 1})\nc.open({'again': 1})\nprint(manager.get_comm(c.comm_id) is c)",
    )
    assert cell.types.count("comm_close") == 1
    assert cell.of("comm_close") == [{"comm_id": comm_id, "data": {"why": "done"}}]
    assert [one["data"] for one in cell.of("comm_msg")] == [{"late": 1}]
    assert [(one["comm_id"], one["data"]) for one in cell.of("comm_open")] == [
        (comm_id, {}),
        (comm_id, {"again": 1}),
    ]
    assert lines(cell) == ["False", "True"]


@on_both_kernels()
def test_closing_while_deleting_leaves_the_register_alone(watch: Watch) -> None:
    _, cell = made(
        watch,
        "c = Comm('t'); c.close(deleting=True)\nprint(c.comm_id in manager.comms)\n"
        "manager.unregister_comm(c)",
    )
    assert (lines(cell), len(cell.of("comm_close"))) == (["True"], 1)


# ---------------------------------------------------------------- 5: callbacks


@on_both_kernels()
def test_a_callback_gets_the_whole_message(watch: Watch) -> None:
    comm_id, _ = made(
        watch,
        "def hear(m):\n"
        "    print({'header', 'parent_header', 'metadata', 'content', 'buffers'} <= {*m})\n"
        "    print(m['content']['data'], m['header']['msg_type'], m['parent_header'], m['metadata'])\n"
        "    print(type(m['buffers']), [bytes(b) for b in m['buffers']])\n"
        "c = Comm('t'); print(c.on_msg(hear), c.on_close(hear))",
    )
    heard = told(watch, comm_id, {"n": 1}, [b"\x00\xff", b""])
    assert lines(heard) == [
        "True",
        "{'n': 1} comm_msg {} {}",
        "<class 'list'> [b'\\x00\\xff', b'']",
    ]


@on_both_kernels()
def test_a_comm_has_one_callback_and_none_removes_it(watch: Watch) -> None:
    comm_id, _ = made(
        watch, "c = Comm('t'); c.on_msg(lambda m: print(1)); c.on_msg(lambda m: print(2))"
    )
    assert lines(told(watch, comm_id)) == ["2"]
    watch.run("c.on_msg(None)")
    assert lines(told(watch, comm_id)) == []


# ---------------------------------------------------------------- 6: errors


@on_both_kernels()
def test_an_error_in_a_callback_shows_the_persons_frames_and_leaves_the_comm_open(
    watch: Watch,
) -> None:
    comm_id, _ = made(
        watch,
        "def deep(m): return 1 / m['content']['data']['n']\n"
        "c = Comm('t'); c.on_msg(lambda m: print(deep(m)))",
    )
    failed = told(watch, comm_id, {"n": 0})
    shown = failed.text("stderr")
    assert "in deep" in shown
    assert shown.strip().endswith("ZeroDivisionError: division by zero")
    assert not [
        one for one in ("datalab_kernel", "base_comm", "ipykernel/") if one in frames(shown)
    ]
    assert lines(told(watch, comm_id, {"n": 2})) == ["0.5"]


def frames(traceback: str) -> str:
    return "\n".join(line for line in traceback.splitlines() if line.startswith('  File "/'))


@on_both_kernels()
def test_a_callback_that_wants_to_exit_leaves_the_kernel_alive(watch: Watch) -> None:
    comm_id, _ = made(watch, "import sys; c = Comm('t'); c.on_msg(lambda m: sys.exit(3))")
    assert "SystemExit: 3" in told(watch, comm_id).text("stderr")
    assert ran(watch, "print('alive')").text() == "alive\n"


@on_both_kernels()
def test_an_error_while_closing_is_shown_likewise(watch: Watch) -> None:
    comm_id, _ = made(watch, "c = Comm('t'); c.on_close(lambda m: 1 / 0)")
    assert "ZeroDivisionError" in closed(watch, comm_id).text("stderr")


@on_both_kernels()
def test_a_target_that_raises_or_is_unknown_is_told_and_closed_once(watch: Watch) -> None:
    ran(watch, "manager.register_target('bad', lambda c, m: 1 / 0)")
    for target, text in {"bad": "ZeroDivisionError", "nobody": "No such comm target"}.items():
        comm_id, opening = opened(watch, target)
        assert text in opening.text("stderr")
        assert [one["comm_id"] for one in opening.of("comm_close")] == [comm_id]
        assert lines(ran(watch, f"print({comm_id!r} in manager.comms)")) == ["False"]


@on_both_kernels()
def test_a_message_for_an_unknown_comm_is_a_warning_without_an_answer(watch: Watch) -> None:
    heard = told(watch, "nobodys")
    assert "No such comm: nobodys" in heard.text("stderr")
    assert {*heard.types} == {"stream"}


# ---------------------------------------------------------------- 7: awaitable callbacks

ASYNC = """
import asyncio
gates, order = {}, []
async def hear(message):
    n = message['content']['data']['n']
    order.append(n)
    gates[n] = asyncio.Event()
    await gates[n].wait()
    print('done', n)
    1 / n
c = Comm('t'); c.on_msg(hear)
"""


@on_both_kernels()
def test_async_callbacks_start_in_order_and_wait_for_none_before(watch: Watch) -> None:
    comm_id, _ = made(watch, ASYNC)
    sent = [watch.send("comm_msg", {"comm_id": comm_id, "data": {"n": n}}) for n in (3, 1, 2, 0)]
    for message in sent:
        watch.handled(message)
    cell = ran(
        watch, "await asyncio.sleep(0)\nprint(order)\nfor gate in gates.values(): gate.set()"
    )
    assert lines(cell) == ["[3, 1, 2, 0]"]
    last = watch.cell(sent[-1])
    watch.until(lambda: "ZeroDivisionError" in last.text("stderr"))
    assert lines(watch.cell(sent[0])) == ["done 3"]  # under the message that caused it
    assert lines(last) == ["done 0"]


@only_ours("ipykernel 7.4's Stop doesn't end a cell that awaits asyncio.sleep either")
def test_stop_cancels_the_callback_that_a_cell_awaits_and_no_other(watch: Watch) -> None:
    comm_id, _ = made(
        watch,
        "import asyncio\ntasks = {}\n"
        "async def hear(message):\n"
        "    tasks[message['content']['data']['n']] = asyncio.current_task()\n"
        "    await asyncio.sleep(1000)\n"
        "c = Comm('t'); c.on_msg(hear)",
    )
    for n in (1, 2):
        told(watch, comm_id, {"n": n})
    waiting = watch.start("print('on'); await tasks[1]")
    watch.until(lambda: "on" in watch.cell(waiting).text())
    watch.kernel.interrupt()
    watch.finish(waiting)
    cell = ran(watch, "print(tasks[1].done(), tasks[2].done())\ntasks[2].cancel()")
    assert lines(cell) == ["True False"]


# ---------------------------------------------------------------- 8: IPython's events


@on_both_kernels()
def test_ipythons_events_fire_around_a_callback_also_if_it_raises(watch: Watch) -> None:
    comm_id, _ = made(
        watch,
        "events = get_ipython().events\n"
        "before, after = lambda: print('before'), lambda: print('after')\n"
        "c = Comm('t'); c.on_msg(lambda m: (print('hear'), 1 / m['content']['data']['n']))",
    )
    watch.run("events.register('pre_execute', before); events.register('post_execute', after)")
    good, bad = told(watch, comm_id, {"n": 1}), told(watch, comm_id, {"n": 0})
    watch.run("events.unregister('pre_execute', before); events.unregister('post_execute', after)")
    assert (lines(good), lines(bad)) == (["before", "hear", "after"], ["before", "hear", "after"])


# ---------------------------------------------------------------- 9: the manager


@on_both_kernels()
def test_a_comm_is_unregistered_before_its_closing_is_heard(watch: Watch) -> None:
    comm_id, _ = made(
        watch, "c = Comm('t'); c.on_close(lambda m: print(c.comm_id in manager.comms))"
    )
    assert lines(closed(watch, comm_id)) == ["False"]


@on_both_kernels()
def test_targets_are_named_by_a_function_or_its_place_and_the_last_wins(watch: Watch) -> None:
    cell = ran(
        watch,
        "import os.path\n"
        "manager.register_target('n', 'os.path.join'); print(manager.targets['n'] is os.path.join)\n"
        "manager.register_target('n', print); print(manager.unregister_target('n', len) is print)\n"
        "def missing(call):\n"
        "    try: call()\n"
        "    except KeyError as error: print('missing', error)\n"
        "missing(lambda: manager.unregister_target('n', print))\n"
        "missing(lambda: manager.unregister_comm(Comm('t', comm_id='gone', primary=False)))\n"
        "print(manager.get_comm('gone'))",
    )
    assert lines(cell) == ["True", "True", "missing 'n'", "missing 'gone'", "None"]


# ---------------------------------------------------------------- 10: what data may hold


@on_both_kernels()
@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        ("[float('nan'), float('inf'), -np.inf, 0.5]", [None, None, None, 0.5]),
        ("[np.int64(2), np.float32(0.5), np.bool_(True), np.float64('nan')]", [2, 0.5, True, None]),
        ("(1, ('é', None))", [1, ["é", None]]),
        ("{'deep': [{'x': 2**70}]}", {"deep": [{"x": 2**70}]}),
    ],
)
def test_numbers_arrive_as_json_has_them(watch: Watch, value: str, arrives: object) -> None:
    _, cell = made(watch, f"c = Comm('t'); c.send({{'v': {value}}}, {{'v': {value}}})")
    [message] = of_type(cell, "comm_msg")
    assert message["content"]["data"] == {"v": arrives}
    assert message["metadata"] == {"v": arrives}


@on_both_kernels()
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{'a': [0, 1, 2, {3}]}", 'data["a"][3] set'),
        ("{'a': np.arange(3)}", 'data["a"] ndarray'),
        ("{'a': b'x'}", 'data["a"] bytes'),
        ("{'a': 1j}", 'data["a"] complex'),
        ("{'a': np.datetime64('2026-11-29')}", 'data["a"] datetime64'),
        ("{'a': {1: 2}}", 'data["a"][1] int'),
        ("{'a': '\\ud800'}", 'data["a"] str'),
        ("looped", 'data["a"]["a"] dict'),
    ],
)
def test_anything_else_is_refused_by_its_path_and_nothing_is_sent(
    watch: Watch, value: str, said: str
) -> None:
    code = f"looped = {{}}\nlooped['a'] = {{'a': looped}}\nc = Comm('t')\nrefused(lambda: c.send({value}))"
    _, cell = made(watch, code)
    assert lines(cell) == [said]
    assert cell.of("comm_msg") == []


# ---------------------------------------------------------------- 12 to 15: ipykernel's uses of comms


@on_both_kernels()
def test_12_the_kernel_opens_a_comm_sends_and_hears(watch: Watch) -> None:
    comm_id, cell = made(
        watch,
        "mine = Comm(target_name='my_target', data={'foo': 1})\nmine.send({'foo': 2})\n"
        "@mine.on_msg\ndef _hear(message):\n    print(message['content']['data'])",
    )
    assert [one["data"] for one in (*cell.of("comm_open"), *cell.of("comm_msg"))] == [
        {"foo": 1},
        {"foo": 2},
    ]
    assert lines(told(watch, comm_id, {"foo": 3})) == ["{'foo': 3}"]


@on_both_kernels()
def test_13_the_page_opens_a_comm_and_is_answered(watch: Watch) -> None:
    ran(
        watch,
        "def target(c, opening):\n"
        "    @c.on_msg\n"
        "    def _hear(message):\n"
        "        c.send({'echo': message['content']['data']})\n"
        "    c.send({'foo': 5, 'said': opening['content']['data']})\n"
        "get_ipython().kernel.comm_manager.register_target('my_target', target)",
    )
    comm_id, opening = opened(watch, "my_target", {"from": "page"})
    assert [one["data"] for one in opening.of("comm_msg")] == [{"foo": 5, "said": {"from": "page"}}]
    assert told(watch, comm_id, {"n": 1}).of("comm_msg") == [
        {"comm_id": comm_id, "data": {"echo": {"n": 1}}}
    ]


@on_both_kernels()
def test_14_an_object_keeps_a_value_in_step_with_the_page(watch: Watch) -> None:
    comm_id, _ = made(
        watch,
        "class Slider:\n"
        "    def __init__(self, value):\n"
        "        self._value, self.comm = value, Comm('slider', {'value': value})\n"
        "        self.comm.on_msg(self._moved)\n"
        "    def _moved(self, message):\n"
        "        self._value = message['content']['data']['value']\n"
        "    @property\n"
        "    def value(self):\n"
        "        return self._value\n"
        "    @value.setter\n"
        "    def value(self, new):\n"
        "        self._value = new; self.comm.send({'value': new})\n"
        "slider = Slider(3)",
    )
    told(watch, comm_id, {"value": 7})
    assert lines(watch.run("print(slider.value)")) == ["7"]
    moved = watch.run("slider.value = 9")
    assert moved.of("comm_msg") == [{"comm_id": comm_id, "data": {"value": 9}}]


@on_both_kernels()
def test_15_all_comms_are_closed_at_once(watch: Watch) -> None:
    ran(watch, "mine = [Comm('t') for _ in range(3)]")
    cell = ran(watch, "for one in [*manager.comms.values()]: one.close()\nprint(manager.comms)")
    assert lines(cell) == ["{}"]
    assert len(cell.of("comm_close")) >= 3


# ---------------------------------------------------------------- beside widgets


@on_both_kernels()
def test_widgets_work_beside_it_by_the_same_manager(watch: Watch) -> None:
    cell = ran(
        watch,
        "import anywidget, traitlets\nfrom ipywidgets import IntSlider\n"
        "class Counter(anywidget.AnyWidget):\n"
        "    _esm = 'export default {}'\n"
        "    value = traitlets.Int(0).tag(sync=True)\n"
        "slider, counter, mine = IntSlider(), Counter(), Comm('t')\n"
        "print(*[x.comm.comm_id for x in (slider, counter)], mine.comm_id)\n"
        "print({slider.comm.comm_id, counter.comm.comm_id, mine.comm_id} <= {*manager.comms})\n"
        "mine.on_msg(lambda m: print('mine'))",
    )
    ids, is_shared = lines(cell)
    assert is_shared == "True"
    of_slider, of_counter, of_mine = ids.split()
    for comm_id in (of_slider, of_counter):
        told(watch, comm_id, {"method": "update", "state": {"value": 42}, "buffer_paths": []})
    assert lines(told(watch, of_mine)) == ["mine"]
    assert lines(watch.run("print(slider.value, counter.value)")) == ["42 42"]
