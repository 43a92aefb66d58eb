"""Links that lose, double and fall silent: nothing is lost and nothing runs twice."""

from __future__ import annotations

import asyncio
import random

import pytest

from datalab_kernel_channel.protocol import _table


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Let the protocol's times pass twenty times faster."""
    for name, seconds in list(_table.TIMES_S.items()):
        monkeypatch.setitem(_table.TIMES_S, name, seconds / 20)


async def test_a_lost_call_is_sent_again(opened):
    calls = []
    channel, page = await opened(note=calls.append)
    page.drop_frames(1)
    await channel.call("note", 1)
    assert calls == [1]
    await channel.close()


async def test_a_lost_answer_is_sent_again_and_the_function_runs_once(opened):
    calls = []
    channel, page = await opened(note=calls.append)
    page.drop_frames(1, direction="to_kernel")
    await channel.call("note", 1)
    assert calls == [1]
    await channel.close()


async def test_doubled_frames_run_nothing_twice(opened):
    calls, theirs = [], []
    channel, page = await opened(expose={"note": theirs.append}, note=calls.append)
    page.double_frames(3)
    page.double_frames(3, direction="to_kernel")
    for number in range(3):
        await channel.call("note", number)
        await page.call("note", number)
    assert (calls, theirs) == ([0, 1, 2], [0, 1, 2])
    assert channel.refused == {}
    await channel.close()


async def test_a_lost_join_is_sent_again(opened):
    opening, page = await opened(join=False, add=lambda a, b: a + b)
    page.drop_frames(1, direction="to_kernel")
    await page.join()
    channel = await opening
    assert await channel.call("add", 1, 2) == 3
    await channel.close()


async def test_calls_in_flight_complete_when_a_silent_link_comes_back(opened):
    channel, page = await opened(expose={"mul": lambda a, b: a * b}, add=lambda a, b: a + b)
    before = page.id
    page.half_open(0.8)
    states = []
    channel.on_state(states.append)
    ours = [asyncio.ensure_future(channel.call("add", n, 1)) for n in range(20)]
    theirs = [asyncio.ensure_future(page.call("mul", n, 2)) for n in range(20)]
    assert await asyncio.gather(*ours) == [*range(1, 21)]
    assert await asyncio.gather(*theirs) == [*range(0, 40, 2)]
    assert states == ["lost", "open"]
    assert channel.clients[0].id == before
    await channel.close()


async def test_while_one_page_is_lost_another_one_is_asked(opened, new_page):
    channel, lost = await opened(who=lambda: "first")
    other = new_page(channel)
    other.expose(who=lambda: "second")
    await other.join()
    other.half_open(30)
    asked = asyncio.ensure_future(channel.call("who", client=other.id, timeout_s=None))
    while channel.clients[0].is_connected:  # noqa: ASYNC110 - the state stays open: nobody tells
        await asyncio.sleep(0.01)
    assert await channel.call("who") == "first"
    assert channel.state == "open"
    asked.cancel()
    await asyncio.wait([asked])
    assert lost.failures == []
    await channel.close()


@pytest.mark.parametrize("seed", range(3))
async def test_calls_answers_and_streams_come_through_a_link_that_loses_a_third(opened, seed):
    chance = random.Random(seed)
    ran = []

    def note(number):
        ran.append(number)
        return number

    async def chunks(count):
        for number in range(count):
            yield bytes([number]) * 1000

    async def joined(stream):
        return await stream.join()

    channel, page = await opened(expose={"joined": joined}, note=note, chunks=chunks)

    page.kernel_end.copies = page.page_end.copies = lambda: chance.choice([0, 1, 2])
    calls = [channel.call("note", number, timeout_s=None) for number in range(100)]
    stream = await channel.call("chunks", 50, timeout_s=None)
    whole = b"".join(bytes([number]) * 1000 for number in range(50))
    assert await asyncio.gather(*calls) == [*range(100)]
    assert await stream.join() == whole
    assert await page.call("joined", chunks(50)) == whole
    assert sorted(ran) == [*range(100)]
    assert channel.refused == {}
    await channel.close()
