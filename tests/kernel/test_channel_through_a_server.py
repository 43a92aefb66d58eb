"""A channel through a real Jupyter server with its default limits: nothing that it drops is lost."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest
from support.jupyter_server import JupyterServer, jupyter_server

from datalab_kernel_channel.testing import Page
from datalab_kernel_client import Server, ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datalab_kernel_client.kernels import ClientComm, KernelConnection, Message

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
KERNELS = ["datalab", "python3"] if FULL else ["datalab"]
WITHIN_S = 120.0
OPEN = """
import asyncio, comm, time
from datalab_kernel_channel import get_comm_manager, open_channel
found = before = len(get_comm_manager().comms), len(asyncio.all_tasks())
channel = await open_channel("export default function () {}")
flood = comm.create_comm(target_name="flood")
async def send(count):
    for number in range(count):
        flood.send({"number": number})
        if number % 100 == 0:
            await asyncio.sleep(0)
"""
CALLS = """
async def calls(first):
    return [await channel.call("double", first + number) for number in range(100)]
_, *answers = await asyncio.gather(send(FLOOD), *[calls(first) for first in range(0, CALLS, 100)])
found = sum(answers, []) == [2 * number for number in range(CALLS)], channel.state
"""
LEFT = """
await channel.close(); flood.close()
await asyncio.sleep(0)
found = (len(get_comm_manager().comms), len(asyncio.all_tasks())) == before
"""


@pytest.fixture(scope="module")
def server() -> Iterator[JupyterServer]:
    """Give a server with its default limits."""
    with jupyter_server(DATALAB_KERNEL_WARMUP="off") as running:
        yield running


class Carrier:
    """Custom messages of the channel's widget, as a front end sends them."""

    def __init__(self, comm: ClientComm) -> None:
        self._comm = comm

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        self._comm.send({"method": "custom", "content": data}, buffers=buffers)

    def on_receive(self, callback: Callable[[Any, Sequence[Any]], None]) -> None:
        def hear(message: Message) -> None:
            data = message.content["data"]
            if data["method"] == "custom":
                callback(data["content"], message.buffers)

        self._comm.on_msg = hear

    def close(self) -> None:
        self._comm.on_msg = None


class FrontEnd:
    """What shows the notebook: a page for the channel, and a count of what else arrives."""

    def __init__(self, kernel: KernelConnection) -> None:
        self._kernel = kernel
        self._joining: list[asyncio.Task[None]] = []
        self.flooded = 0
        kernel.register_comm_target("jupyter.widget", self._widget)
        kernel.register_comm_target("flood", self._flood)

    def _widget(self, comm: ClientComm, opening: Message) -> None:
        self._look(comm, opening)
        comm.on_msg = lambda message: self._look(comm, message)

    def _look(self, comm: ClientComm, message: Message) -> None:
        channel_id = message.content["data"].get("state", {}).get("channel_id")
        if channel_id:
            page = Page(Carrier(comm), channel_id)
            page.expose(double=lambda number: 2 * number)
            self._joining.append(asyncio.create_task(page.join()))

    def _flood(self, comm: ClientComm, _opening: Message) -> None:
        def hear(_message: Message) -> None:
            self.flooded += 1

        comm.on_msg = hear

    async def run(self, code: str) -> str:
        """Run a cell; return what it calls ``found``, which comes by the reply: none is dropped."""
        replied: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        future = self._kernel.request_execute(code, user_expressions={"found": "found"})
        future.on_reply = replied.set_result
        content = (await asyncio.wait_for(replied, WITHIN_S)).content
        assert content["status"] == "ok", content
        return str(content["user_expressions"]["found"]["data"]["text/plain"])


def in_a_notebook(server: JupyterServer, kernel: str, *cells: str) -> tuple[list[str], int]:
    """Return what cells print, and how much of the flood arrived."""

    async def run() -> tuple[list[str], int]:
        async with Server(ServerSettings(base_url=server.url, token=server.token)) as known:
            session = await known.sessions.start_new(f"{kernel}.ipynb", kernel_name=kernel)
            front_end = FrontEnd(session.kernel)
            printed = [await front_end.run(cell) for cell in cells]
            kernel_connection = session.kernel
            await session.shutdown()
            await kernel_connection.closed()
            return printed, front_end.flooded

    return asyncio.run(run())


@pytest.mark.parametrize("kernel", KERNELS)
def test_ten_thousand_calls_of_a_cell_are_answered_and_leave_nothing(
    server: JupyterServer, kernel: str
) -> None:
    calls = CALLS.replace("FLOOD", "0").replace("CALLS", "10_000")
    (_, answered, left), _ = in_a_notebook(server, kernel, OPEN, calls, LEFT)
    assert (answered, left) == ("(True, 'open')", "True")


def test_calls_are_answered_though_the_server_drops_messages_between_them() -> None:
    calls = CALLS.replace("FLOOD", "2_000").replace("CALLS", "10_000" if FULL else "2_000")
    limit = "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=100"
    with jupyter_server(limit, DATALAB_KERNEL_WARMUP="off") as strict:
        (_, answered, left), arrived = in_a_notebook(strict, "datalab", OPEN, calls, LEFT)
    assert (answered, left) == ("(True, 'open')", "True")
    assert arrived < 2_000  # else nothing was dropped, and nothing was shown here
