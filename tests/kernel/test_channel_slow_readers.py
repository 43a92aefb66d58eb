"""A slow page, or a slow cell, keeps a large stream out of the memory of both sides."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from support.notebook import notebook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
KERNELS = ["datalab", "python3"] if FULL else ["datalab"]
SIZE_MB = 200 if FULL else 40
MB = 1 << 20
WINDOW_MB = 8
PAUSE_S = 0.01
"""What the reader takes for each of its chunks."""
OPEN = f"""
import asyncio, json, psutil
from datalab_kernel_channel import open_channel
process, made, rss = psutil.Process(), 0, []

async def source():
    global made
    for number in range({SIZE_MB}):
        made += 1
        yield number.to_bytes(4, "little") * ({MB} // 4)
        rss.append(process.memory_info().rss)

async def slowly(stream):
    size, most = 0, 0
    async for chunk in stream:
        await asyncio.sleep({PAUSE_S})
        size += len(chunk)
        most = max(most, stream.received_bytes - size)
        rss.append(process.memory_info().rss)
    return [size, most]

channel = await open_channel("export default function () {{}}", expose={{"slowly": slowly}})
before = process.memory_info().rss
"""
SEND = """
ahead = await channel.call("slowly", channel.stream(source()), timeout_s=None)
print(json.dumps([made, ahead, (max(rss) - before) / 1e6]))
"""
MEMORY = "print(json.dumps((max(rss) - before) / 1e6))"


@pytest.mark.parametrize("name", KERNELS)
def test_a_cell_that_sends_to_a_slow_page_stays_within_the_window(name: str) -> None:
    read = 0

    async def slowly(stream: Any) -> int:
        nonlocal read
        most = 0
        async for chunk in stream:
            await asyncio.sleep(PAUSE_S)
            read += len(chunk)
            most = max(most, stream.received_bytes - read)
        return most

    async def run() -> str:
        async with notebook(name) as book:
            opening = book.start(OPEN)
            await book.page(slowly=slowly)
            await opening.ended()
            return (await book.run(SEND)).text

    made, ahead, grown_mb = json.loads(asyncio.run(run()))
    assert (made, read) == (SIZE_MB, SIZE_MB * MB)
    assert ahead <= (WINDOW_MB + 1) * MB
    assert grown_mb < 3 * (WINDOW_MB + 1)  # chunks that wait for their receipt, and the socket's


@pytest.mark.parametrize("name", KERNELS)
def test_a_page_that_sends_to_a_slow_cell_stays_within_the_window(name: str) -> None:
    async def source() -> AsyncIterator[bytes]:
        for number in range(SIZE_MB):
            yield number.to_bytes(4, "little") * (MB // 4)

    async def run() -> tuple[Any, str]:
        async with notebook(name) as book:
            opening = book.start(OPEN)
            page = await book.page()
            await opening.ended()
            found = await page.call("slowly", page.stream(source()))
            return found, (await book.run(MEMORY)).text

    (size, most), grown = asyncio.run(run())
    assert size == SIZE_MB * MB
    assert most <= (WINDOW_MB + 1) * MB
    assert json.loads(grown) < 4 * (WINDOW_MB + 1)  # messages of 4 MB on their way are in it thrice
