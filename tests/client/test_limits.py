"""Much output: with the server's limits, without them, and in frames of any size."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from support.client.dropping import DROP_ONE
from support.client.gate import Gate

from datalab_kernel_client import Gap, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.client.server import JupyterServer

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))
MEGABYTES = 200 if FULL else 40
MANY = 10_000 if FULL else 3_000
SHOW = f"from IPython.display import display\nfor i in range({MANY}): display(i)"
BURST = """
import os
from IPython.display import display
{wait}
for i in range(4000): display({{'text/plain': f'{{i}} ' + 'x' * 10_000}}, raw=True)
open({done!r}, "w").close()
"""
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
    assert {gap.reason for gap in gaps} <= {"rate_limit", "dropped"}  # by the server, by ZMQ
    assert all(gap.since <= gap.until for gap in gaps)


@pytest.mark.parametrize("word", ["dropped", "idle"])
async def test_what_is_dropped_between_kernel_and_server_is_told_and_the_cell_ends(
    joined: Any, word: str
) -> None:
    gaps: list[Gap] = []
    async with joined("python3") as kernel:
        kernel.messages_lost.connect(gaps.append)
        result = await kernel.execute(
            DROP_ONE.format(word=word) + "display('dropped'); print('after')"
        )
        reasons = [gap.reason for gap in gaps]
        assert "after" in str(result.outputs)
        assert ("dropped" in str(result.outputs)) == (word != "dropped")
        assert await kernel.execute("2")
    assert reasons == ["dropped"]
    assert [gap.reason for gap in gaps] == reasons


@pytest.mark.skipif(not FULL, reason="40 MB of output: whole with DATALAB_KERNEL_TEST_FULL=1")
@pytest.mark.parametrize("name", ["python3", "datalab"])
async def test_what_a_server_that_stands_still_does_not_take_is_told_and_the_cell_ends(
    new_server: Callable[..., JupyterServer], tmp_path: Path, name: str
) -> None:
    gaps: list[Gap] = []
    gate, done = Gate(tmp_path / "gate"), tmp_path / "done"
    server = new_server(options=("--ZMQChannelsWebsocketConnection.limit_rate=False",))
    async with connect(server.url, server.token) as client:
        kernel = await client.kernels.start_new(name)
        kernel.messages_lost.connect(gaps.append)
        await kernel.execute("print('begun')")
        future = kernel.request_execute(BURST.format(wait=gate.wait, done=str(done)))
        begun = aiter(future)
        while (await anext(begun)).msg_type != "execute_input":
            pass
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        gate.open()
        while not done.exists():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.1)
        server.process.send_signal(signal.SIGCONT)
        result = await future.result(timeout_s=200)
        assert await kernel.execute("2")
        await kernel.shutdown()
    shown = [int(one["data"]["text/plain"].split()[0]) for one in result.outputs if "data" in one]
    assert shown == sorted({*shown})
    assert len(shown) < 4000
    assert {gap.reason for gap in gaps} & {"dropped", "reconnect"}


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
