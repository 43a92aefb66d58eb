"""Comms in a plain Python process, where nobody is at the other end."""

import asyncio
import gc

import comm
import pytest
from comm.base_comm import BaseComm

from datalab_kernel_channel import Comm, CommManager, WireValueError, create_comm, get_comm_manager


@pytest.fixture(autouse=True)
def _no_comms():
    get_comm_manager().comms.clear()
    yield
    get_comm_manager().comms.clear()
    get_comm_manager().targets.clear()


def message(data=None, **content):
    return {
        "header": {"msg_type": "comm_msg"},
        "parent_header": {},
        "metadata": {},
        "content": {"data": data or {}, **content},
        "buffers": [],
    }


def test_the_manager_is_the_packages_own_and_knows_no_kernel() -> None:
    assert get_comm_manager() is comm.get_comm_manager() is get_comm_manager()
    assert isinstance(get_comm_manager(), CommManager)
    assert get_comm_manager().kernel is None
    assert CommManager().kernel is None
    assert Comm().kernel is None


def test_every_comm_of_the_process_is_a_comm_and_nothing_else_is() -> None:
    assert isinstance(comm.create_comm(target_name="t"), Comm)
    assert isinstance(create_comm("t"), Comm)
    assert not isinstance("t", Comm)
    assert not isinstance(comm.get_comm_manager(), Comm)


def test_a_subclass_recognises_its_own_only() -> None:
    class Mine(Comm):
        pass

    assert isinstance(Mine("t"), Mine)
    assert isinstance(Mine("t"), Comm)
    assert not isinstance(Comm("t"), Mine)


def test_everything_can_be_done_and_nothing_happens() -> None:
    mine = Comm("t", {"a": 1}, {"m": 1}, [b"x"])
    mine.send({"b": 2}, buffers=[b"y"])
    mine.close()
    mine.close()
    mine.send()
    mine.open()
    assert get_comm_manager().get_comm(mine.comm_id) is mine
    mine.publish_msg("comm_msg", {"c": 3})


def test_what_goes_without_a_close_leaves_no_trace() -> None:
    Comm("t", primary=False)
    gc.collect()
    assert get_comm_manager().comms == {}


def test_it_has_ipykernels_attributes() -> None:
    mine = Comm("", comm_id="mine", target_module="m", topic=b"top")
    assert (mine.target_name, mine.comm_id, mine.target_module) == ("comm", "mine", "m")
    assert (mine.topic, mine.primary) == (b"top", True)
    assert Comm("t", comm_id="c").topic == b"comm-c"


def test_data_is_checked_without_a_kernel_too() -> None:
    with pytest.raises(WireValueError) as caught:
        Comm("t", {"a": [1, {2}]})
    assert (caught.value.path, caught.value.value_type) == ('data["a"][1]', "set")
    assert get_comm_manager().comms == {}


def test_a_callback_gets_what_the_manager_is_handed() -> None:
    heard = []
    mine = Comm("t")
    mine.on_msg(heard.append)
    sent = message({"n": 1}, comm_id=mine.comm_id)
    get_comm_manager().comm_msg(None, None, sent)
    assert heard == [sent]
    mine.on_msg(None)
    get_comm_manager().comm_msg(None, None, sent)
    assert heard == [sent]


def test_an_error_in_a_callback_is_written_from_the_callback_on(capsys) -> None:
    mine = Comm("t")
    mine.on_msg(lambda m: 1 / m["content"]["data"]["n"])
    mine.handle_msg(message({"n": 0}))
    written = capsys.readouterr().err
    first = written.splitlines()[1]
    assert __file__ in first
    assert written.endswith("ZeroDivisionError: division by zero\n")
    mine.handle_msg(message({"n": 1}))
    assert get_comm_manager().get_comm(mine.comm_id) is mine


def test_a_target_is_called_with_a_comm_that_can_answer() -> None:
    seen = []
    get_comm_manager().register_target("t", lambda c, m: seen.append((c, m)))
    opening = message({"n": 1}, comm_id="pages", target_name="t")
    get_comm_manager().comm_open(None, None, opening)
    [(opened, heard)] = seen
    assert (opened.comm_id, heard) == ("pages", opening)
    assert isinstance(opened, Comm)


def test_an_unknown_target_is_told_and_forgotten(caplog) -> None:
    get_comm_manager().comm_open(None, None, message(comm_id="pages", target_name="nobody"))
    assert "No such comm target registered: nobody" in caplog.text
    assert get_comm_manager().comms == {}


def test_a_closing_is_heard_after_it_was_unregistered() -> None:
    mine, seen = Comm("t"), []
    mine.on_close(lambda _: seen.append(mine.comm_id in get_comm_manager().comms))
    get_comm_manager().comm_close(None, None, message(comm_id=mine.comm_id))
    assert seen == [False]


def test_async_callbacks_start_in_order_and_each_tells_its_own_error(capsys) -> None:
    began, ended = [], []
    both = asyncio.Event()

    async def hear(heard) -> None:
        n = heard["content"]["data"]["n"]
        began.append(n)
        await asyncio.sleep(0.01 * n)
        ended.append(1 / n)
        if len(ended) == 2:
            both.set()

    async def cell() -> None:
        mine = Comm("t")
        mine.on_msg(hear)
        for n in (2, 1, 0):
            mine.handle_msg(message({"n": n}))
        await both.wait()

    asyncio.run(cell())
    assert (began, ended) == ([2, 1, 0], [1.0, 0.5])
    written = capsys.readouterr().err
    assert written.count("Traceback") == 1
    assert __file__ in written.splitlines()[1]


def test_an_async_callback_without_a_loop_says_so(capsys) -> None:
    async def hear(_) -> None:
        pass

    mine = Comm("t")
    mine.on_msg(hear)
    mine.handle_msg(message())
    assert "no running event loop" in capsys.readouterr().err


def test_an_async_callback_that_is_cancelled_is_silent(capsys) -> None:
    async def cell() -> None:
        mine, tasks = Comm("t"), []

        async def hear(_) -> None:
            tasks.append(asyncio.current_task())
            await asyncio.sleep(1000)

        mine.on_msg(hear)
        mine.handle_msg(message())
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.wait(tasks)

    asyncio.run(cell())
    assert capsys.readouterr().err == ""


class Recorded(BaseComm):
    """A kernel's comm that keeps what it is to send."""

    sent: list = []  # noqa: RUF012 - emptied by the fixture

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys) -> None:
        self.sent.append((msg_type, self.comm_id, data, metadata, buffers, keys))


@pytest.fixture
def sent(monkeypatch):
    """Give what a kernel is asked to send."""
    Recorded.sent = []
    monkeypatch.setattr(comm, "create_comm", Recorded)
    return Recorded.sent


def test_a_kernel_sends_what_a_comm_says_and_nothing_when_it_goes(sent) -> None:
    mine = Comm("t", {"a": float("nan")}, comm_id="c")
    mine.send(None, {"m": 1}, [memoryview(b"xy")])
    mine.close()
    del mine
    gc.collect()
    names = {"target_name": "t", "target_module": None}
    assert sent == [
        ("comm_open", "c", {"a": None}, {}, [], names),
        ("comm_msg", "c", {}, {"m": 1}, [b"xy"], {}),
        ("comm_close", "c", {}, {}, [], {}),
    ]


def test_buffers_arent_copied(sent) -> None:
    large = bytearray(1 << 20)
    Comm("t").send(buffers=[large, memoryview(large)[::-1][::-1]])
    buffers = sent[-1][4]
    large[0] = 7
    assert [view[0] for view in buffers] == [7, 7]
    assert [view.nbytes for view in buffers] == [1 << 20, 1 << 20]


@pytest.mark.parametrize("odd", [memoryview(bytes(9))[::2], 3, "text", None])
def test_a_buffer_without_its_bytes_in_order_is_named_by_its_index(sent, odd) -> None:
    mine = Comm("t")
    with pytest.raises(WireValueError, match="nothing was sent") as caught:
        mine.send({}, buffers=[b"", odd])
    assert (caught.value.path, caught.value.value_type) == ("buffers[1]", type(odd).__name__)
    assert len(sent) == 1
