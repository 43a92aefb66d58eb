"""What a hostile page sends to a real kernel: it is refused, and the next call is answered within 1 s."""

from __future__ import annotations

import asyncio
from typing import Any

import psutil
import pytest
from support.notebook import notebook

OPEN = """
import asyncio, os
from datalab_kernel_channel import open_channel
channel = await open_channel("export default function ({ channel }) {}")
channel.expose(add=lambda a, b: a + b)
print(os.getpid())
"""
CALL = {"item": "call", "call": 77, "method": "os.system", "args": [], "progress": False}


def nested(depth: int) -> list[Any]:
    tree: list[Any] = []
    for _ in range(depth):
        tree = [tree]
    return tree


def data_of(number: int, *items: Any) -> dict[str, Any]:
    return {"frame": "data", "number": number, "received": 0, "items": [*items]}


HOSTILE: list[Any] = [
    "nonsense",
    None,
    [1],
    {"channel": "another"},
    {"client": "unknown", "frame": "ack", "received": 0},
    {"frame": "nonsense"},
    {"frame": "ack", "received": 10**9},
    data_of(2, nested(300)),
    data_of(2, "x" * 10_000_000),
    data_of(2, [0] * 2_000_000),
    data_of(3, CALL),
]
REFUSED = {
    "channel": 1,
    "method": 1,
    "not_an_object": 3,
    "number": 1,
    "too_deep": 1,
    "too_large": 2,
    "unknown_client": 1,
    "unknown_frame": 1,
    "unknown_item": 1,
}


@pytest.mark.parametrize("name", ["datalab", "python3"])
def test_each_frame_is_counted_and_the_next_call_is_answered_within_a_second(name: str) -> None:
    async def run() -> None:
        async with notebook(name, DATALAB_KERNEL_WARMUP="off") as book:
            first = book.start(OPEN)
            page = await book.page()
            attacker = await book.another_page(page)
            kernel = psutil.Process(int((await first.ended()).text))
            envelope = {"dlk": 1, "channel": page.channel_id, "client": attacker.id}
            for frame in HOSTILE:
                began_s = kernel.cpu_times().user
                book.send_custom(page, {**envelope, **frame} if isinstance(frame, dict) else frame)
                assert await page.call("add", 1, 2) == 3
                assert kernel.cpu_times().user - began_s < 1
            too_large = {**envelope, "frame": "ack", "received": 0}
            book.send_custom(page, too_large, [bytes(10 << 20)])
            assert await page.call("add", 1, 2) == 3
            counted = await book.run("print(dict(sorted(channel.refused.items())))")
            assert counted.text == f"{REFUSED}\n"

    asyncio.run(asyncio.wait_for(run(), 120))
