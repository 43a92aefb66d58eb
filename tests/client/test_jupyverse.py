"""Another Jupyter server: jupyverse, where its command is named by ``DATALAB_KERNEL_TEST_JUPYVERSE``.

The task `test-jupyverse` does so. Its token isn't taken as a header: whoever opens a page with
``?token=…`` gets a cookie, by which it knows a client from then on.
"""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from support.client.server import free_port

from datalab_kernel_client import KernelStartError, WrongTokenError, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COMMAND = os.environ.get("DATALAB_KERNEL_TEST_JUPYVERSE", "")
START_S = 200.0
pytestmark = pytest.mark.skipif(
    not COMMAND, reason="DATALAB_KERNEL_TEST_JUPYVERSE doesn't say where it is"
)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start it with options of its command line; give its URL."""
    processes: list[subprocess.Popen[bytes]] = []

    def started(*options: str) -> str:
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        command = [COMMAND, "--port", str(port), "--timeout", str(START_S), *options]
        environment = {**os.environ, "HOME": str(tmp_path)}  # where it keeps its users
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=tmp_path, env=environment, stdout=log, stderr=log
            )
        processes.append(process)
        wait_until_up(url, process)
        return url

    yield started
    for process in processes:
        process.terminate()
        process.wait(60)


@pytest.fixture
def url(start: Callable[..., str]) -> str:
    """Start it without any token."""
    return start("--disable", "login", "--disable", "auth")


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            httpx.get(f"{url}api/status", timeout=30)
        except httpx.TransportError:
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


async def test_with_a_token_a_cookie_of_it_opens_sessions_and_their_links(
    start: Callable[..., str],
) -> None:
    url = start("--disable", "login", "--disable", "noauth", "--set", "auth.token=abc")
    with pytest.raises(WrongTokenError):
        async with connect(url, "abc"):
            pass
    async with httpx.AsyncClient() as browser:
        page = await browser.get(f"{url}api/status", params={"token": "abc"}, timeout=60)
    async with connect(url, "", cookies=dict(page.cookies)) as server:
        session = await server.sessions.start_new("a.ipynb", kernel_name="python3")
        result = await session.kernel.execute("6 * 7", timeout_s=60)
        assert result.outputs[0]["data"] == {"text/plain": "42"}
        await session.shutdown()
