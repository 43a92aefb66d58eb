"""Pages whose comms have a subshell of ipykernel's, as JupyterLab and Notebook make them."""

from __future__ import annotations

import asyncio

from support.notebook import notebook

OPEN = """
import asyncio, threading
from datalab_kernel_channel import open_channel
channel = await open_channel("export default function ({ channel }) {}")
channel.expose(thread=lambda: threading.current_thread().name)
"""


def test_a_refreshed_page_is_heard_though_the_former_ones_subshell_is_gone() -> None:
    async def work() -> None:
        async with notebook("python3") as book:
            book.subshell_id = await book.create_subshell()
            first = book.start(OPEN)
            page = await book.page(add=lambda a, b: a + b)
            await first.ended()
            assert await page.call("thread") == "MainThread"
            await page.leave()
            await book.run("while channel.clients:\n    await asyncio.sleep(0.01)")
            await book.ask_control("delete_subshell_request", subshell_id=book.subshell_id)
            book.subshell_id = await book.create_subshell()
            waiting = book.start("print(await channel.call('add', 20, 1))")
            await book.another_page(page, add=lambda a, b: a + b)
            assert (await waiting.ended()).text == "21\n"

    asyncio.run(asyncio.wait_for(work(), 120))
