"""Channels through a real Jupyter server whose link to the page is cut and comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from support.jupyter_server import jupyter_server
from support.notebook import ServedNotebook

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

OPEN = """
import asyncio, time
from datalab_kernel_channel import open_channel
channel = await open_channel("export default function ({ channel }) {}", call_timeout_s=None)
"""


def served(name: str, work: Callable[[ServedNotebook], Coroutine[None, None, None]]) -> None:
    async def run(book: ServedNotebook) -> None:
        await book.connect()
        try:
            await asyncio.wait_for(work(book), 240)
        finally:
            await book.disconnect()

    with jupyter_server(DATALAB_KERNEL_WARMUP="off") as server:
        session = server.start_session("a.ipynb", name)
        asyncio.run(run(ServedNotebook(server.url, server.token, session["kernel"]["id"])))


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
