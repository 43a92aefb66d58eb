"""Links and servers that fail, by a proxy between the client and a real server."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from support.client.gate import Gate
from support.client.proxy import Proxy

from datalab_kernel_client import (
    ConnectionLostError,
    Gap,
    KernelConnection,
    KernelGoneError,
    Pace,
    RequestCanceledError,
    connect,
)
from datalab_kernel_client.kernels import _link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from support.client.server import JupyterServer

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))
QUICK = Pace(reconnect_for_s=120.0, look_s=1.0)
IMPATIENT = Pace(ping_s=0.5, pong_s=2.0, reconnect_for_s=120.0, look_s=1.0)
STEPS = "import time\nfor i in range(12):\n    print(i, flush=True); time.sleep(0.15)"


class Linked:
    """A kernel behind a link that can be broken."""

    def __init__(self, proxy: Proxy, kernel: KernelConnection) -> None:
        self.proxy, self.kernel = proxy, kernel
        self.gaps: list[Gap] = []
        kernel.messages_lost.connect(self.gaps.append)

    async def until(self, status: str, limit_s: float = 60.0) -> None:
        while self.kernel.connection_status != status:
            await self.kernel.connection_status_changed.next(limit_s)


@asynccontextmanager
async def linked(
    server: JupyterServer, kernel_id: str, pace: Pace = QUICK
) -> AsyncIterator[Linked]:
    async with (
        Proxy(server.port) as proxy,
        connect(proxy.url(server.base_url), server.token) as client,
        client.kernels.connect_to(kernel_id, pace=pace) as kernel,
    ):
        yield Linked(proxy, kernel)


async def shown(kernel: KernelConnection, code: str) -> tuple[Any, list[int]]:
    """Return a future and the numbers that it prints, as they come."""
    numbers: list[int] = []
    future = kernel.request_execute(code)

    def note(message: Any) -> None:
        if message.msg_type == "stream":
            numbers.extend(int(line) for line in message.content["text"].split())

    future.on_iopub = note
    async for message in future:
        if message.msg_type == "stream":
            break
    return future, numbers


@pytest.fixture
def kernel_id(shared_kernels: dict[str, str]) -> str:
    return shared_kernels["python3"]


async def test_a_dropped_link_is_made_again_and_nothing_is_missing(
    jupyter: JupyterServer, kernel_id: str
) -> None:
    async with linked(jupyter, kernel_id) as link:
        future, numbers = await shown(link.kernel, STEPS)
        client_id = link.kernel.client_id
        link.proxy.is_closed = True
        link.proxy.drop()
        await link.until("connecting")
        assert link.kernel.status == "unknown"
        await asyncio.sleep(0.3)  # output comes meanwhile, which the server keeps
        link.proxy.is_closed = False
        result = await future.result(60)
        assert link.kernel.client_id == client_id
    assert result.status == "ok"
    assert numbers == list(range(12))
    assert link.gaps == []


async def test_a_link_that_only_we_saw_break_is_told_as_a_gap_and_the_answer_comes(
    jupyter: JupyterServer, kernel_id: str
) -> None:
    async with linked(jupyter, kernel_id) as link:
        future, numbers = await shown(link.kernel, STEPS)
        link.proxy.is_closed = True
        link.proxy.deafen()
        await link.until("connecting")
        await asyncio.sleep(0.3)
        link.proxy.is_closed = False
        with suppress(ConnectionLostError):  # where it was sent to the old link, too
            await future.result(60)
    assert numbers == sorted(numbers)
    assert "reconnect" in [gap.reason for gap in link.gaps]
    assert link.gaps[0].since < link.gaps[0].until


async def test_a_frozen_link_is_found_by_its_missing_pongs(
    jupyter: JupyterServer, kernel_id: str, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    async with linked(jupyter, kernel_id, IMPATIENT) as link:
        future, numbers = await shown(link.kernel, f"{STEPS}\n{gate.wait}")
        link.proxy.freeze()
        await link.until("connecting")
        link.proxy.thaw()
        await link.until("connected")
        gate.open()
        result = await future.result(60)
    assert result.status == "ok"
    assert numbers == sorted(numbers)
    assert {gap.reason for gap in link.gaps} == {"reconnect"}


async def test_an_answer_that_the_server_threw_away_ends_its_request(
    jupyter: JupyterServer, kernel_id: str, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    async with linked(jupyter, kernel_id) as link:
        future, _ = await shown(link.kernel, f"print(1, flush=True)\n{gate.wait}")
        link.proxy.is_closed = True
        link.proxy.drop()
        await link.until("connecting")
        async with (  # whose coming destroys what is kept for us, and who stays for the answer
            connect(jupyter.url, jupyter.token) as other,
            other.kernels.connect_to(kernel_id) as kernel,
        ):
            gate.open()
            await kernel.execute("1")  # behind the cell
        link.proxy.is_closed = False
        with pytest.raises(ConnectionLostError, match="lost with the link"):
            await future.result(60)
        assert [gap.reason for gap in link.gaps] == ["reconnect"]
        assert (await link.kernel.execute("1 + 1")).status == "ok"


async def test_a_question_stays_open_over_a_reconnect(
    jupyter: JupyterServer, kernel_id: str
) -> None:
    async with linked(jupyter, kernel_id) as link:
        future = link.kernel.request_execute("input('? ')", allow_stdin=True)
        async for message in future:
            if message.msg_type == "input_request":
                break
        link.proxy.drop()
        await link.until("connecting")
        await link.until("connected")
        assert link.kernel.has_pending_input
        future.send_input_reply("after all")
        result = await future.result(60)
    assert result.outputs[-1]["data"] == {"text/plain": "'after all'"}


async def test_requests_made_while_the_link_is_down_go_out_in_order(
    jupyter: JupyterServer, kernel_id: str
) -> None:
    async with linked(jupyter, kernel_id) as link:
        await link.kernel.execute("seen = []")
        link.proxy.is_closed = True
        link.proxy.drop()
        await link.until("connecting")
        for number in range(5):
            link.kernel.request_execute(f"seen.append({number})")
        link.proxy.is_closed = False
        result = await link.kernel.execute("seen", timeout_s=60)
    assert result.outputs[0]["data"] == {"text/plain": "[0, 1, 2, 3, 4]"}


async def test_a_link_that_stays_down_is_given_up_and_can_be_made_again(
    jupyter: JupyterServer, kernel_id: str
) -> None:
    pace = Pace(reconnect_for_s=0.5, look_s=1.0)
    async with linked(jupyter, kernel_id, pace) as link:
        future = link.kernel.request_execute("import time; time.sleep(1.5)")
        link.proxy.is_closed = True
        link.proxy.drop()
        with pytest.raises(ConnectionLostError):
            await future
        assert link.kernel.connection_status == "disconnected"
        with pytest.raises(ConnectionLostError):
            link.kernel.request_execute("1")
        link.proxy.is_closed = False
        for _ in ("after it was given up", "while it is there"):
            await link.kernel.reconnect()
            assert (await link.kernel.execute("6 * 7", timeout_s=60)).status == "ok"


async def test_a_slow_listener_is_no_lost_link(jupyter: JupyterServer, kernel_id: str) -> None:
    pace = Pace(ping_s=0.5, pong_s=2.0, reconnect_for_s=120.0, look_s=1.0)
    async with linked(jupyter, kernel_id, pace) as link:
        first = asyncio.Event()

        @link.kernel.iopub_message.connect
        async def slowly(message: Any) -> None:
            if message.msg_type == "stream" and not first.is_set():
                first.set()
                await asyncio.sleep(2.8)  # longer than a link may be mute

        result = await link.kernel.execute("print(1)")
        assert first.is_set()
        assert result.outputs[0]["text"] == "1\n"
        assert (link.gaps, link.kernel.connection_status) == ([], "connected")


@pytest.mark.parametrize("kill", [False, True] if FULL else [True])
async def test_a_server_that_comes_back_without_the_kernel_ends_requests(
    new_server: Callable[..., JupyterServer], kill: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_link, "LONGEST_WAIT_S", 0.3)
    server = new_server()
    async with connect(server.url, server.token) as client:
        kernel = await client.kernels.start_new("python3", pace=QUICK)
        future = kernel.request_execute("import time; time.sleep(60)")
        await kernel.iopub_message.next(60)
        server.stop(kill=kill)
        server.start()
        with pytest.raises(RequestCanceledError) as caught:
            await future.result(60)
        assert isinstance(caught.value, KernelGoneError)
        assert (kernel.status, kernel.is_disposed) == ("dead", True)


@pytest.mark.skipif(not FULL, reason="waits for a culler: whole with DATALAB_KERNEL_TEST_FULL=1")
async def test_a_kernel_that_the_server_culls_ends_its_connections(
    new_server: Callable[..., JupyterServer],
) -> None:
    words = ("cull_idle_timeout=10", "cull_interval=1", "cull_connected=True")
    server = new_server(options=tuple(f"--MappingKernelManager.{word}" for word in words))
    async with connect(server.url, server.token) as client:
        kernel = await client.kernels.start_new("python3")
        await kernel.execute("1")
        gone = asyncio.ensure_future(kernel.disposed.next(60))
        await asyncio.sleep(0)
        while not kernel.is_disposed:  # what a poll does; the link stays open and mute
            await client.kernels.refresh_anew()
            await asyncio.wait([gone], timeout=0.2)
        assert kernel.status == "dead"
        with pytest.raises(KernelGoneError, match="not on the server any more"):
            kernel.request_execute("1")


async def test_the_datalab_kernel_says_what_a_client_missed_whoever_connected_meanwhile(
    jupyter: JupyterServer, shared_kernels: dict[str, str]
) -> None:
    kernel_id = shared_kernels["datalab"]
    async with linked(jupyter, kernel_id) as link:
        future, numbers = await shown(link.kernel, STEPS)
        link.proxy.is_closed = True
        link.proxy.drop()
        await link.until("connecting")
        async with (
            connect(jupyter.url, jupyter.token) as other,
            other.kernels.connect_to(kernel_id) as kernel,
        ):
            await kernel.execute("1")  # behind the cell
        link.proxy.is_closed = False
        result = await future.result(60)
    assert numbers == list(range(12))
    assert (result.status, link.gaps) == ("ok", [])
    assert result.outputs[0]["text"].split() == [str(number) for number in range(12)]
