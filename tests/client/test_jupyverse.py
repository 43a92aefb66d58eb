"""Another Jupyter server: jupyverse, where its command is named by ``DATALAB_KERNEL_TEST_JUPYVERSE``.

``pip install "jupyverse[noauth,jupyterlab]" ipykernel`` in an environment of its own makes it.
"""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from support.client.server import free_port

from datalab_kernel_client import KernelStartError, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = os.environ.get("DATALAB_KERNEL_TEST_JUPYVERSE", "")
START_S = 90.0
pytestmark = pytest.mark.skipif(
    not COMMAND, reason="DATALAB_KERNEL_TEST_JUPYVERSE doesn't say where it is"
)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Start it, without any token."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [COMMAND, "--port", str(port), "--timeout", str(START_S), "--disable", "login"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            httpx.get(f"{url}api/status").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(url)


async def test_a_session_runs_is_restarted_and_ends(url: str) -> None:
    async with connect(url, "") as server:
        session = await server.sessions.start_new("a.ipynb", kernel_name="python3")
        kernel = session.kernel
        assert kernel is not None
        for _ in range(2):
            result = await kernel.execute("print(1)\n6 * 7", timeout_s=60)
            assert result.execution_count == 1
            assert [item["output_type"] for item in result.outputs] == ["stream", "execute_result"]
            await kernel.restart()
        assert [one.path for one in await server.sessions.refresh_anew()] == ["a.ipynb"]
        await session.shutdown()
        assert await server.sessions.refresh_anew() == ()


async def test_a_kernel_without_a_session_is_refused_with_what_to_do(url: str) -> None:
    async with connect(url, "") as server:
        with pytest.raises(KernelStartError, match=r"sessions\.start_new"):
            await server.kernels.start_new("python3")
