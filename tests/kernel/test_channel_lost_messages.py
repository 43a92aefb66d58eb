"""Channels through a real Jupyter server, which drops what is too much, and whose links break."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from support.jupyter_server import jupyter_server
from support.notebook import ServedNotebook

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
OPEN = """
import asyncio, time
from datalab_kernel_channel import open_channel
channel = await open_channel("export default function ({ channel }) {}", call_timeout_s=None)
"""


def served(
    name: str, work: Callable[[ServedNotebook], Coroutine[None, None, None]], *options: str
) -> None:
    async def run(book: ServedNotebook) -> None:
        await book.connect()
        try:
            await asyncio.wait_for(work(book), 240)
        finally:
            await book.disconnect()

    with jupyter_server(*options, DATALAB_KERNEL_WARMUP="off") as server:
        session = server.start_session("a.ipynb", name)
        asyncio.run(run(ServedNotebook(server.url, server.token, session["kernel"]["id"])))


@pytest.mark.parametrize("name", ["datalab", "python3"] if IS_FULL else ["datalab"])
def test_what_the_servers_rate_limit_drops_arrives_all_the_same(name: str) -> None:
    async def work(book: ServedNotebook) -> None:
        first = book.start(OPEN)
        seen: list[int] = []
        await book.page(note=seen.append)
        assert (await first.ended()).error is None, first.outputs
        count = 2000 if IS_FULL else 200
        code = f"""
for number in range({count}):
    channel.notify("note", number)
    await asyncio.sleep(0.001)
await channel.call("note", {count})
"""
        run = await book.run(code)
        assert run.error is None
        assert "message rate exceeded" in run.stderr
        assert seen == [*range(count + 1)]

    served(name, work, "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=30")


def test_calls_in_flight_complete_when_a_cut_link_comes_back() -> None:
    async def work(book: ServedNotebook) -> None:
        first = book.start(OPEN + "channel.expose(mul=lambda a, b: a * b)")
        began = asyncio.Event()
        go_on = asyncio.Event()
        ran: list[int] = []

        async def slow(number: int) -> int:
            ran.append(number)
            began.set()
            await go_on.wait()
            return number

        page = await book.page(slow=slow)
        await first.ended()
        code = """
async def ask():
    print(await channel.call("slow", 7), channel.clients[0].id)
task = asyncio.create_task(ask())
"""
        asking = await book.run(code)
        await began.wait()
        await book.disconnect()
        go_on.set()
        theirs = asyncio.ensure_future(page.call("mul", 6, 7))
        await asyncio.sleep(0.5)
        await book.connect()
        page.send_join()
        assert await theirs == 42
        await book.run("await task")
        assert asking.text == f"7 {page.id}\n"
        assert ran == [7]

    served("datalab", work)
