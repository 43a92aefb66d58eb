"""The page calls functions that Python exposes, and nothing else."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading

import pytest

from datalab_kernel_channel import current_call, expose
from datalab_kernel_channel.testing import PageError


class Marked:
    @expose
    def add(self, a, b):
        return a + b

    @expose(name="twice")
    def double(self, a):
        return 2 * a

    @expose
    @functools.lru_cache(maxsize=2)  # noqa: B019 - an object, not a function
    def cached(self):
        return "cached"

    def hidden(self):
        raise AssertionError


class Plain:
    """Its public methods are exposed: no attribute, property, or leading underscore."""

    attribute = len

    def __init__(self):
        self.function = abs

    def method(self):
        return "method"

    @staticmethod
    def static():
        return "static"

    @property
    def computed(self):
        raise AssertionError("a property runs")

    def _private(self):
        raise AssertionError


async def test_the_page_gets_the_value_of_a_function(opened):
    channel, page = await opened()
    channel.expose(add=lambda a, b: a + b)
    assert await page.call("add", 1, 2) == 3
    await channel.close()


async def test_an_asynchronous_function_is_awaited(opened):
    async def later(value):
        await asyncio.sleep(0.001)
        return value

    channel, page = await opened(expose={"later": later})
    assert await page.call("later", [1, None]) == [1, None]
    await channel.close()


async def test_a_function_is_exposed_under_its_own_name(opened):
    def own_name():
        return 1

    channel, page = await opened()
    assert channel.expose(own_name) == ("own_name",)
    assert await page.call("own_name") == 1
    await channel.close()


async def test_of_an_object_the_marked_methods_are_exposed_alone(opened):
    channel, page = await opened(expose=Marked())
    assert sorted(channel.exposed) == ["add", "cached", "twice"]
    assert (await page.call("add", 1, 2), await page.call("twice", 4)) == (3, 8)
    await channel.close()


async def test_of_an_object_without_marks_the_public_methods_are_exposed(opened):
    channel, _ = await opened(expose=Plain())
    assert sorted(channel.exposed) == ["method", "static"]
    await channel.close()


@pytest.mark.parametrize("name", ["_x", "__class__", "a.b", "a b", "1a", ""])
async def test_a_name_that_is_no_public_identifier_is_a_value_error(opened, name):
    channel, _ = await opened()
    with pytest.raises(ValueError, match="identifier"):
        channel.expose(**{name: len})
    assert channel.exposed == {}
    await channel.close()


async def test_what_needs_a_name_says_so(opened):
    channel, _ = await opened()
    with pytest.raises(TypeError, match="name"):
        channel.expose(functools.partial(int, "1"))
    with pytest.raises(TypeError, match="isn't callable"):
        channel.expose(number=1)
    await channel.close()


async def test_a_later_function_takes_the_name(opened):
    channel, page = await opened(expose={"f": lambda: 1})
    channel.expose(f=lambda: 2)
    assert await page.call("f") == 2
    await channel.close()


async def test_what_is_exposed_no_more_cannot_be_called(opened):
    channel, page = await opened(expose={"f": lambda: 1, "g": lambda: 2})
    channel.unexpose("f")
    with pytest.raises(PageError, match=r"MethodNotFoundError.*: g\b"):
        await page.call("f")
    with pytest.raises(KeyError):
        channel.unexpose("g", "nothing")
    assert await page.call("g") == 2
    await channel.close()


@pytest.mark.parametrize(
    "name", ["__class__", "hidden", "add.__globals__", "constructor", "_private", ""]
)
async def test_nothing_else_can_be_reached(opened, name):
    channel, page = await opened(expose=Marked())
    with pytest.raises(PageError, match="MethodNotFoundError"):
        await page.call(name)
    assert channel.refused == {"method": 1}
    await channel.close()


async def test_the_exposed_names_are_a_view_that_cannot_be_changed(opened):
    channel, _ = await opened(expose=Marked())
    with pytest.raises(TypeError):
        channel.exposed["x"] = len
    await channel.close()


async def test_an_exception_reaches_the_page_with_class_message_and_the_users_frames(opened):
    def fail():
        raise KeyError("left")

    channel, page = await opened(expose={"fail": fail})
    with pytest.raises(PageError) as caught:
        await page.call("fail")
    assert (caught.value.name, caught.value.message) == ("KeyError", "'left'")
    assert 'raise KeyError("left")' in caught.value.stack
    assert "datalab_kernel_channel/rpc" not in caught.value.stack
    await channel.close()


async def test_a_value_that_cannot_travel_back_is_an_error_there(opened):
    channel, page = await opened(expose={"f": lambda: {"a": object()}})
    with pytest.raises(PageError, match=r'WireValueError: result\["a"\]'):
        await page.call("f")
    await channel.close()


async def test_cancelling_in_the_page_cancels_an_asynchronous_function(opened):
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def slow():
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    channel, page = await opened(expose={"slow": slow})
    task = asyncio.ensure_future(page.call("slow"))
    await began.wait()
    task.cancel()
    await asyncio.wait([task])
    await asyncio.wait_for(cancelled.wait(), 1)
    await channel.close()


async def test_a_function_can_ask_who_calls(opened):
    infos = []
    channel, page = await opened(expose={"who": lambda: infos.append(current_call())})
    await page.call("who")
    [info] = infos
    assert (info.method, info.client.id, info.channel) == ("who", page.id, channel)
    with pytest.raises(LookupError, match="No call runs"):
        current_call()
    await channel.close()


async def test_a_function_can_report_progress_where_the_page_asked(opened):
    def work():
        for step in range(3):
            current_call().progress(step)
        return "done"

    channel, page = await opened(expose={"work": work})
    seen = []
    assert await page.call("work", on_progress=seen.append) == "done"
    assert seen == [0, 1, 2]
    assert await page.call("work") == "done"
    await channel.close()


async def test_functions_run_in_the_context_of_the_cell_that_opened_the_channel(opened):
    variable = contextvars.ContextVar("variable", default="none")
    variable.set("opener")
    channel, page = await opened(expose={"read": variable.get})
    variable.set("later")
    assert await page.call("read") == "opener"
    await channel.close()


async def test_what_a_notified_function_raises_is_reported_on_standard_error(opened, capsys):
    def fail():
        raise ValueError("no")

    channel, page = await opened(expose={"fail": fail, "ok": lambda: 1})
    page.notify("fail")
    assert await page.call("ok") == 1
    assert "ValueError: no" in capsys.readouterr().err
    await channel.close()


async def test_a_page_that_leaves_cancels_what_it_called(opened):
    cancelled = asyncio.Event()

    async def slow():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    channel, page = await opened(expose={"slow": slow})
    call = asyncio.ensure_future(page.call("slow"))
    await asyncio.sleep(0.01)
    await page.leave()
    with pytest.raises(PageError, match="ChannelClosedError"):
        await call
    await asyncio.wait_for(cancelled.wait(), 1)
    await channel.close()


async def test_a_message_that_comes_in_another_thread_is_taken_in_the_channels_own(opened):
    threads = []
    channel, page = await opened(expose={"where": lambda: threads.append(threading.get_ident())})
    taken = page.kernel_end._callback
    page.kernel_end.on_receive(lambda *frame: threading.Thread(target=taken, args=frame).start())
    await page.call("where")
    assert threads == [threading.get_ident()]
    await channel.close()
