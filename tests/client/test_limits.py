"""Much output: with the server's limits, without them, and in frames of any size."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_client import Gap, connect

if TYPE_CHECKING:
    from support.client.server import JupyterServer

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))
MEGABYTES = 200 if FULL else 40
MANY = 10_000 if FULL else 3_000
SHOW = f"from IPython.display import display\nfor i in range({MANY}): display(i)"
SEND = """
from comm import create_comm
for _ in range({count}): create_comm("data", buffers=[bytes({size})])
"""


async def test_what_the_server_drops_is_told_and_its_words_are_no_output(joined: Any) -> None:
    gaps: list[Gap] = []
    async with joined("python3") as kernel:
        kernel.messages_lost.connect(gaps.append)
        result = await kernel.execute("print('x' * 4_000_000, flush=True); print('after')")
    assert "xxx" not in str(result.outputs)
    assert {gap.reason for gap in gaps} == {"rate_limit"}
    assert not [item for item in result.outputs if "rate exceeded" in str(item)]


@pytest.mark.skipif(not FULL, reason="10,000 outputs: whole with DATALAB_KERNEL_TEST_FULL=1")
@pytest.mark.parametrize("name", ["python3", "datalab"])
async def test_of_ten_thousand_outputs_those_that_the_limits_let_through_are_in_order_and_the_rest_is_told(
    joined: Any, name: str
) -> None:
    gaps: list[Gap] = []
    async with joined(name) as kernel:
        kernel.messages_lost.connect(gaps.append)
        result = await kernel.execute(SHOW, timeout_s=100)
    shown = [int(item["data"]["text/plain"]) for item in result.outputs]
    assert shown == sorted({*shown})
    assert shown[0] == 0
    assert (len(shown) < MANY) == bool(gaps)
    assert {gap.reason for gap in gaps} <= {"rate_limit"}
    assert all(gap.since <= gap.until for gap in gaps)


async def test_a_server_without_limits_gives_everything_in_order(
    unlimited: JupyterServer,
) -> None:
    async with connect(unlimited.url, unlimited.token) as server:
        kernel = await server.kernels.start_new("python3")
        result = await kernel.execute(SHOW, timeout_s=100)
        await kernel.shutdown()
    shown = [int(item["data"]["text/plain"]) for item in result.outputs]
    assert shown == list(range(MANY))


@pytest.mark.parametrize("count", [1, 20], ids=["one frame", "chunks"])
async def test_large_binary_messages_arrive_whole(joined: Any, count: int) -> None:
    sizes: list[int] = []
    async with joined("python3") as kernel:
        done = asyncio.Event()

        def take(_comm: Any, message: Any) -> None:
            sizes.extend(buffer.nbytes for buffer in message.buffers)
            if len(sizes) == count:
                done.set()

        kernel.register_comm_target("data", take)
        kernel.handle_comms = True
        await kernel.execute(SEND.format(count=count, size=MEGABYTES * 1_000_000 // count))
        await asyncio.wait_for(done.wait(), 60)
    assert sum(sizes) == MEGABYTES * 1_000_000


async def test_a_listener_that_does_not_read_holds_the_reading_and_not_the_memory(
    joined: Any,
) -> None:
    kept = 2_000_000
    async with joined("python3") as kernel:
        future = kernel.request_execute(
            "for i in range(40): display({'text/plain': 'x' * 200_000}, raw=True)",
            keep_bytes=kept,
        )
        reader = aiter(future)
        await anext(reader)
        await asyncio.sleep(0.5)  # the kernel goes on; the reading does not
        waiting = sum(message.size_bytes for message in future._record.kept)
        assert waiting < kept + 1_500_000
        rest = [message async for message in reader]
    assert len([m for m in rest if m.msg_type == "display_data"]) == 40
