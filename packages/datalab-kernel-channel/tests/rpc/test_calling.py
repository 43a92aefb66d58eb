"""Python calls functions of the page."""

from __future__ import annotations

import asyncio

import pytest

from datalab_kernel_channel import (
    ChannelClosedError,
    ChannelTimeoutError,
    JavaScriptError,
    MethodNotFoundError,
    NoClientError,
    WireValueError,
)
from datalab_kernel_channel.testing import PageError


def add(a, b):
    return a + b


async def later(value):
    await asyncio.sleep(0.01)
    return value


async def never(*, signal):
    await signal.wait()


async def test_a_call_returns_the_value_of_the_pages_function(opened):
    channel, _ = await opened(add=add)
    assert await channel.call("add", 1, 2) == 3
    await channel.close()


async def test_fifty_calls_at_once_get_their_own_answers_in_any_order(opened):
    async def first_waits_longest(number):
        await asyncio.sleep((50 - number) / 1000)
        return number

    channel, _ = await opened(slow=first_waits_longest)
    assert await asyncio.gather(*[channel.call("slow", n) for n in range(50)]) == [*range(50)]
    await channel.close()


async def test_thousands_of_calls_at_once_are_all_answered_a_thousand_at_a_time(opened):
    running, most = 0, 0

    async def count(number):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return number

    channel, page = await opened(count=count)
    answers = await asyncio.gather(*[channel.call("count", n) for n in range(3000)])
    assert answers == [*range(3000)]
    assert most <= 1000
    assert page.kernel_end.frames_sent < 300
    await channel.close()


async def test_a_function_that_the_page_lacks_is_an_error_with_the_names_it_has(opened):
    channel, _ = await opened(add=add, later=later)
    with pytest.raises(MethodNotFoundError, match="Near it: add") as caught:
        await channel.call("ad", 1)
    assert (caught.value.method, caught.value.available) == ("ad", ["add", "later"])
    await channel.close()


async def test_what_the_pages_function_throws_is_raised_with_name_message_and_stack(opened):
    def fail():
        raise KeyError("left")

    channel, page = await opened(fail=fail)
    with pytest.raises(JavaScriptError, match="in `fail`") as caught:
        await channel.call("fail")
    error = caught.value
    assert (error.name, error.message, error.method, error.client_id) == (
        "KeyError",
        "'left'",
        "fail",
        page.id,
    )
    assert "in fail" in error.stack
    await channel.close()


async def test_a_call_that_takes_too_long_raises_and_tells_the_page_to_stop(opened):
    aborted = asyncio.Event()

    async def slow(*, signal):
        await signal.wait()
        aborted.set()

    channel, page = await opened(slow=slow)
    with pytest.raises(ChannelTimeoutError) as caught:
        await channel.call("slow", timeout_s=0.3)
    assert (caught.value.method, caught.value.client_id, caught.value.timeout_s) == (
        "slow",
        page.id,
        0.3,
    )
    await asyncio.wait_for(aborted.wait(), 10)
    await channel.close()


async def test_without_an_own_time_out_the_channels_counts(opened):
    channel, _ = await opened(never=never)
    channel.call_timeout_s = 0.02
    with pytest.raises(ChannelTimeoutError):
        await channel.call("never")
    await channel.close()


async def test_a_time_out_of_none_waits_on(opened):
    channel, _ = await opened(later=later)
    channel.call_timeout_s = 0.001
    assert await channel.call("later", 1, timeout_s=None) == 1
    await channel.close()


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan")])
async def test_a_time_out_that_is_none_is_a_value_error(opened, timeout_s):
    channel, _ = await opened(add=add)
    with pytest.raises(ValueError, match="time-out"):
        await channel.call("add", 1, 2, timeout_s=timeout_s)
    await channel.close()


async def test_cancelling_the_awaiting_task_is_heard_at_once_and_stops_the_page(opened):
    began, aborted = asyncio.Event(), asyncio.Event()

    async def slow(*, signal):
        began.set()
        await signal.wait()
        aborted.set()

    channel, _ = await opened(slow=slow)
    task = asyncio.ensure_future(channel.call("slow"))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(aborted.wait(), 10)
    await channel.close()


async def test_progress_comes_in_order_before_the_result(opened):
    async def work(n, *, progress):
        for step in range(n):
            progress({"step": step})
            await asyncio.sleep(0)
        return "done"

    channel, _ = await opened(work=work)
    seen = []
    result = await channel.call("work", 3, on_progress=seen.append)
    seen.append(result)
    assert seen == [{"step": 0}, {"step": 1}, {"step": 2}, "done"]
    await channel.close()


async def test_what_a_progress_function_raises_is_raised_by_the_call(opened):
    async def work(*, progress, signal):
        progress(1)
        await signal.wait()

    channel, _ = await opened(work=work)
    with pytest.raises(ZeroDivisionError):
        await channel.call("work", on_progress=lambda value: value / 0)
    await channel.close()


async def test_a_value_that_cannot_travel_is_an_error_here_and_nothing_is_sent(opened):
    calls = []
    channel, page = await opened(note=calls.append)
    before = page.kernel_end.frames_sent
    with pytest.raises(WireValueError) as caught:
        await channel.call("note", {"a": [1, {1, 2}]})
    assert caught.value.path == 'args[0]["a"][1]'
    await asyncio.sleep(0.01)
    assert (calls, page.kernel_end.frames_sent) == ([], before)
    await channel.close()


async def test_without_a_page_a_call_waits_for_one(opened, new_page):
    channel, page = await opened(add=add)
    await page.leave()
    assert channel.state == "lost"
    call = asyncio.ensure_future(channel.call("add", 1, 2))
    await asyncio.sleep(0.01)
    other = new_page(channel)
    other.expose(add=add)
    await other.join()
    assert await call == 3
    await channel.close()


async def test_without_a_page_until_the_time_is_up_there_is_no_client(opened):
    channel, page = await opened(add=add)
    await page.leave()
    with pytest.raises(NoClientError) as caught:
        await channel.call("add", 1, 2, timeout_s=0.02)
    assert (caught.value.channel_id, caught.value.waited_s) == (channel.channel_id, 0.02)
    with pytest.raises(NoClientError):
        await channel.wait_for_client(timeout_s=0.02)
    await channel.close()


async def test_closing_ends_the_calls_that_wait_and_says_so_to_the_page(opened, until):
    channel, page = await opened(never=never)
    call = asyncio.ensure_future(channel.call("never"))
    await asyncio.sleep(0.01)
    await channel.close()
    with pytest.raises(ChannelClosedError):
        await call
    await until(lambda: page.closed_reason is not None)
    assert (channel.state, page.closed_reason) == ("closed", "closed")
    with pytest.raises(ChannelClosedError):
        await channel.call("never")
    with pytest.raises(ChannelClosedError):
        channel.notify("never")
    with pytest.raises(PageError, match="ChannelClosedError"):
        await page.call("anything")
    await channel.close()


async def test_a_notification_has_no_answer_and_needs_no_loop_turn(opened, until):
    seen = asyncio.Queue()
    channel, page = await opened(note=seen.put_nowait)
    await until(lambda: channel._clients.find(page.id).peer.link.is_idle)
    await asyncio.sleep(0.02)  # what goes out a moment after another frame waits for a turn
    before = page.kernel_end.frames_sent
    channel.notify("note", 1)
    assert page.kernel_end.frames_sent == before + 1
    assert await seen.get() == 1
    await channel.close()


async def test_many_notifications_in_code_that_blocks_share_frames(opened):
    seen = asyncio.Queue()
    channel, page = await opened(note=seen.put_nowait)
    before = page.kernel_end.frames_sent
    for number in range(1000):
        channel.notify("note", number)
    assert [await seen.get() for _ in range(1000)] == [*range(1000)]
    assert page.kernel_end.frames_sent - before < 200
    await channel.close()


async def test_a_notification_without_a_page_does_nothing(opened):
    channel, page = await opened()
    await page.leave()
    channel.notify("note", 1)
    await channel.close()


async def test_a_notification_comes_from_a_thread_too(opened):
    seen = asyncio.Queue()
    channel, _ = await opened(note=seen.put_nowait)
    await asyncio.to_thread(channel.notify, "note", 7)
    assert await seen.get() == 7
    await channel.close()


async def test_what_a_notified_function_throws_stays_in_the_page(opened, until):
    def fail():
        raise ValueError("no")

    channel, page = await opened(fail=fail, add=add)
    channel.notify("fail")
    assert await channel.call("add", 1, 1) == 2
    await until(lambda: page.failures)
    [failure] = page.failures
    assert "no" in str(failure)
    await channel.close()
