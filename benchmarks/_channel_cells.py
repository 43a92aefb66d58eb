"""What a kernel runs to measure its channel: calls and streams, beside the same by a bare comm."""

from __future__ import annotations

__all__ = ["cells"]


def cells(module: str, *, calls: int, at_once: int, stream_bytes: int, chunk_bytes: int) -> str:
    """Return a cell that opens a channel to a front end, and defines what is timed.

    The page's half exposes ``echo`` and ``take`` (a stream, whose size it returns), and answers a
    comm for the target ``bare``: ``{"answer": x, "value": y}`` to ``{"ask": x, "value": y}``.
    """
    return f"""
import asyncio, gc, json, time
import comm, psutil
from datalab_kernel_channel import get_comm_manager, open_channel

CALLS, AT_ONCE = {calls}, {at_once}
data = bytes({stream_bytes})
chunks = [memoryview(data)[at : at + {chunk_bytes}] for at in range(0, len(data), {chunk_bytes})]
channel = await open_channel({module!r})

async def take(stream):
    size = 0
    async for chunk in stream:
        size += len(chunk)
    return size

channel.expose(echo=lambda value: value, take=take)
bare_comm = comm.create_comm(target_name="bare")
loop, waiting = asyncio.get_running_loop(), {{}}

def hear(message):
    content = message["content"]["data"]
    if "answer" in content:
        waiting.pop(content["answer"]).set_result(content["value"])
    elif "read" in content:
        free.release()
    elif "ask" in content:
        bare_comm.send({{"answer": content["ask"], "value": content["value"]}})

bare_comm.on_msg(hear)

async def bare(value):
    future = waiting[value] = loop.create_future()
    bare_comm.send({{"ask": value, "value": value}})
    return await future

async def call(value):
    return await channel.call("echo", value)

async def in_turn(function):
    for value in range(CALLS):
        await function(value)

async def at_once(function):
    for first in range(0, CALLS, AT_ONCE):
        await asyncio.gather(*map(function, range(first, first + AT_ONCE)))

async def bare_stream(parts):
    future = waiting["stream"] = loop.create_future()
    for part in parts:
        bare_comm.send({{"part": 1}}, buffers=[part])
    bare_comm.send({{"ask": "stream", "value": "stream"}})
    await future

async def bare_answered():
    global free
    free = asyncio.Semaphore(2)  # 8 MB, as a stream's window
    for at in range(0, len(data), 4 << 20):
        await free.acquire()
        bare_comm.send({{"part": 1, "answered": True}}, buffers=[memoryview(data)[at : at + (4 << 20)]])
    await bare("stream")

async def stream():
    assert await channel.call("take", channel.stream(data)) == len(data)

async def timed(awaitable):
    gc.collect()
    began = time.perf_counter()
    await awaitable
    print(time.perf_counter() - began)

def held():
    gc.collect()
    return {{
        "comms": len(get_comm_manager().comms),
        "tasks": len(asyncio.all_tasks()),
        "memory_mb": psutil.Process().memory_info().rss / 1e6,
    }}
"""
