"""All figures of issue 16: the client over a Jupyter server beside its references, same kernels, in one run.

    python benchmarks/client.py

An execute and outputs stand beside jupyter_client over ZMQ, a run of 200 cells beside nbclient
(`client_run.py`), an image beside raw comm messages (`workspace_elsewhere.py`); attaching and the
import are told in milliseconds. On Linux the client sets TCP_NODELAY, and TCP_QUICKACK after each
packet; without the latter an execute takes 45 ms. Takes two to three minutes.
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
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking import BlockingKernelClient

import client_run
import workspace_elsewhere
from _pairs import Ratio, compare_times, print_rows
from datalab_kernel_client import connect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.client.server import JupyterServer

if TYPE_CHECKING:
    from datalab_kernel_client import KernelConnection, Server

EXECUTES, OUTPUTS, FLOODS, ATTACHES, IMPORTS = 60, 2000, 3, 9, 5
SHOW = f"for i in range({OUTPUTS}): display(i)"
KERNELS = ("python3", "datalab")
EXECUTE_GOAL, OUTPUTS_GOAL = 1.5, 1 / 0.7
ATTACH_GOAL_MS, IMPORT_GOAL_MS = 100, 60


def zmq_client(home: Path, kernel_id: str) -> BlockingKernelClient:
    """Return a client of the same kernel without the server in between."""
    client = BlockingKernelClient()
    client.load_connection_file(str(home / "runtime" / f"kernel-{kernel_id}.json"))
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


class Pair:
    """A kernel with a client of either kind, which execute code until reply and idle."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, kernel: KernelConnection, home: Path
    ) -> None:
        self._loop, self._kernel = loop, kernel
        self._zmq = zmq_client(home, kernel.id)

    def ours_s(self, code: str) -> float:
        """Execute through the server, and return the seconds."""
        self._loop.run_until_complete(self._caught_up())
        return self._loop.run_until_complete(self._execute(code))

    async def _caught_up(self) -> None:
        """Read what the other client's execute has shown: the loop stood still meanwhile."""
        await self._kernel.request_kernel_info()

    async def _execute(self, code: str) -> float:
        began = time.perf_counter()
        await self._kernel.execute(code)
        return time.perf_counter() - began

    def reference_s(self, code: str) -> float:
        """Do the same over ZMQ."""
        began = time.perf_counter()
        self._zmq.execute_interactive(code, output_hook=lambda _: None, timeout=120)
        return time.perf_counter() - began

    def compare(self, code: str, pairs: int) -> Ratio:
        """Compare both."""
        return compare_times(lambda: self.ours_s(code), lambda: self.reference_s(code), pairs=pairs)

    def close(self) -> None:
        """Shut the kernel down."""
        self._zmq.stop_channels()
        self._loop.run_until_complete(self._kernel.shutdown())


def compare_with_zmq(loop: asyncio.AbstractEventLoop, server: Server, home: Path) -> None:
    """Print the rows of both kernels."""
    for name in KERNELS:
        pair = Pair(loop, loop.run_until_complete(server.kernels.start_new(name)), home)
        executes = pair.compare("1", EXECUTES)
        outputs = pair.compare(SHOW, FLOODS)
        pair.close()
        print_rows(
            [
                (f"{name}: execute, over ZMQ", executes, EXECUTE_GOAL),
                (f"{name}: {OUTPUTS} outputs, over ZMQ", outputs, OUTPUTS_GOAL),
            ]
        )
        print(
            f"  execute {executes.ours_s * 1e3:.1f} and {executes.reference_s * 1e3:.1f} ms, "
            f"{OUTPUTS / outputs.ours_s:.0f} and {OUTPUTS / outputs.reference_s:.0f} outputs/s: "
            f"throughput {outputs.reference_s / outputs.ours_s:.2f} (goal: at least 0.7)"
        )


async def attaching(server: Server) -> None:
    """Print how long it takes to attach to a running session, and what of it is the handshake."""
    session = await server.sessions.start_new("bench.ipynb", kernel_name="python3")
    assert session.kernel is not None
    whole, first = [], []
    for _ in range(ATTACHES):
        began = time.perf_counter()
        async with await server.sessions.attach("bench.ipynb"):
            whole.append(time.perf_counter() - began)
        began = time.perf_counter()
        socket = await server.kernels.rest.transport.websocket(
            f"{server.settings.ws_url}api/kernels/{session.kernel.id}/channels",
            server.settings.all_headers,
            [],
        )
        first.append(time.perf_counter() - began)
        await socket.close()
    attach, handshake = statistics.median(whole) * 1e3, statistics.median(first) * 1e3
    beyond = f"attach: {attach - handshake:.0f} ms beyond the server's handshake"
    said(beyond, attach - handshake, ATTACH_GOAL_MS)
    print(f"  {attach:.0f} and {handshake:.0f} ms")
    await session.shutdown()


def importing() -> None:
    """Print what importing the package costs, as processor time."""
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"

    def cost_ms(what: str) -> float:
        command = [sys.executable, "-c", code.format(what)]
        runs = [subprocess.check_output(command) for _ in range(IMPORTS)]
        return min(map(float, runs)) * 1e3

    taken = cost_ms("datalab_kernel_client")
    said(f"import datalab_kernel_client: {taken:.0f} ms", taken, IMPORT_GOAL_MS)
    print(f"  with all that a script uses (.sync): {cost_ms('datalab_kernel_client.sync'):.0f} ms")


def said(text: str, found: float, goal: float) -> None:
    """Print a figure that is no ratio."""
    print(f"{text}  goal {goal:g}  {'reached' if found <= goal else 'NOT reached'}", flush=True)


def with_a_server() -> None:
    """Print what is measured on one server."""
    option = "--ZMQChannelsWebsocketConnection.limit_rate=False"
    loop = asyncio.new_event_loop()
    with (
        tempfile.TemporaryDirectory() as folder,
        JupyterServer(Path(folder), options=(option,)) as started,
    ):
        server: Any = loop.run_until_complete(connected(started))
        compare_with_zmq(loop, server, started.home)
        loop.run_until_complete(attaching(server))
        loop.run_until_complete(server.close())
    loop.close()


async def connected(started: JupyterServer) -> Server:
    """Connect to the server."""
    server = connect(started.url, started.token)
    await server.check()
    return server


if __name__ == "__main__":
    os.environ["DATALAB_KERNEL_WARMUP"] = "off"
    began = time.monotonic()
    importing()
    with_a_server()
    client_run.main()
    workspace_elsewhere.main()
    print(f"all figures in {time.monotonic() - began:.0f} s")
