"""The client over a Jupyter server beside jupyter_client over ZMQ, on the same kernel.

``python benchmarks/client.py``: how long one execute takes, how many outputs arrive in a second,
how long attaching to a running session takes, and what the import costs. On Linux the client sets
TCP_NODELAY, and TCP_QUICKACK after each packet; without the latter an execute takes 45 ms.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_client.blocking import BlockingKernelClient

from datalab_kernel_client import connect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.client.server import JupyterServer

if TYPE_CHECKING:
    from datalab_kernel_client import KernelConnection, Server

ROUNDS, EACH, OUTPUTS, ATTACHES = 4, 40, 3000, 7
SHOW = f"for i in range({OUTPUTS}): display(i)"
KERNELS = ("python3", "datalab")


def zmq_client(home: Path, kernel_id: str) -> BlockingKernelClient:
    """Return a client of the same kernel without the server in between."""
    client = BlockingKernelClient()
    client.load_connection_file(str(home / "runtime" / f"kernel-{kernel_id}.json"))
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def zmq_execute(client: BlockingKernelClient, code: str) -> float:
    """Execute code until reply and idle, and return the seconds."""
    begin = time.perf_counter()
    client.execute_interactive(code, output_hook=lambda _: None, timeout=120)
    return time.perf_counter() - begin


async def ws_execute(kernel: KernelConnection, code: str) -> float:
    """Do the same through the server."""
    begin = time.perf_counter()
    await kernel.execute(code)
    return time.perf_counter() - begin


async def compare(server: Server, home: Path, name: str) -> None:
    """Print the figures of one kernel."""
    kernel = await server.kernels.start_new(name)
    client = await asyncio.to_thread(zmq_client, home, kernel.id)
    ws: list[float] = []
    zmq: list[float] = []
    for _ in range(ROUNDS):
        ws += [await ws_execute(kernel, "1") for _ in range(EACH)]
        zmq += await asyncio.to_thread(lambda: [zmq_execute(client, "1") for _ in range(EACH)])
    pair = statistics.median(ws), statistics.median(zmq)
    print(
        f"{name}: execute {pair[0] * 1e3:.1f} ms, ZMQ {pair[1] * 1e3:.1f} ms: ratio {pair[0] / pair[1]:.2f}"
    )
    seconds = min([await ws_execute(kernel, SHOW) for _ in range(2)])
    reference = min([await asyncio.to_thread(zmq_execute, client, SHOW) for _ in range(2)])
    print(
        f"{name}: {OUTPUTS / seconds:.0f} outputs/s, ZMQ {OUTPUTS / reference:.0f}: "
        f"ratio {reference / seconds:.2f}"
    )
    client.stop_channels()
    await kernel.shutdown()


async def attaching(server: Server) -> None:
    """Print how long it takes to attach to a running session, and what of it is the handshake."""
    session = await server.sessions.start_new("bench.ipynb", kernel_name="python3")
    whole, first = [], []
    for _ in range(ATTACHES):
        begin = time.perf_counter()
        async with await server.sessions.attach("bench.ipynb"):
            whole.append(time.perf_counter() - begin)
        again = time.perf_counter()
        socket = await server.kernels.rest.transport.websocket(
            f"{server.settings.ws_url}api/kernels/{session.kernel.id}/channels",
            server.settings.all_headers,
            [],
        )
        first.append(time.perf_counter() - again)
        await socket.close()
    pair = statistics.median(whole) * 1e3, statistics.median(first) * 1e3
    print(
        f"attach {pair[0]:.0f} ms, the server's handshake {pair[1]:.0f} ms: {pair[0] - pair[1]:.0f} ms beyond it"
    )
    await session.shutdown()


def importing() -> None:
    """Print what importing the package costs, as processor time."""
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"

    def cost(what: str) -> float:
        runs = [
            subprocess.run(
                [sys.executable, "-c", code.format(what)], capture_output=True, check=True
            ).stdout
            for _ in range(5)
        ]
        return min(float(run) for run in runs) * 1e3

    names = ("datalab_kernel_client", "datalab_kernel_client._server", "datalab_kernel_client.sync")
    for name in names:
        print(f"import {name}: {cost(name):.0f} ms")


async def main(jupyter: JupyterServer) -> None:
    """Measure everything."""
    async with connect(jupyter.url, jupyter.token) as server:
        for name in KERNELS:
            await compare(server, jupyter.home, name)
        await attaching(server)


if __name__ == "__main__":
    os.environ["DATALAB_KERNEL_WARMUP"] = "off"
    importing()
    with (
        tempfile.TemporaryDirectory() as folder,
        JupyterServer(
            Path(folder), options=("--ZMQChannelsWebsocketConnection.limit_rate=False",)
        ) as started,
    ):
        asyncio.run(main(started))
