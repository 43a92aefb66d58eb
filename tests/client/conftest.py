"""Real Jupyter servers with ipykernel and the DataLab kernel; tests may be coroutine functions."""

from __future__ import annotations

import asyncio
import inspect
import os
import zlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from support.client.server import JupyterServer
from support.jupyter_server import JupyterServer as QuickServer
from support.jupyter_server import jupyter_server

from datalab_kernel_client import KernelConnection, Server, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

KERNELS = ["python3", "datalab"]
FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function, in a loop of its own."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    names = inspect.signature(function).parameters
    asyncio.run(function(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def server() -> Iterator[QuickServer]:
    """Give a server that the tests of the workspace share."""
    with jupyter_server() as running:
        yield running


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Give a server with the default limits, below a hub's prefix, that other hosts' names reach."""
    home = tmp_path_factory.mktemp("server")
    option = "--ServerApp.allow_remote_access=True"
    with JupyterServer(home, options=(option,), base_url="/user/ana/") as server:
        yield server


@pytest.fixture(scope="session")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Give a server that drops no output, and wants no token."""
    option = "--ZMQChannelsWebsocketConnection.limit_rate=False"
    home = tmp_path_factory.mktemp("unlimited")
    with JupyterServer(home, options=(option,), token="") as server:
        yield server


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., JupyterServer]]:
    """Start servers of a test's own."""
    started: list[JupyterServer] = []

    def start(**more: Any) -> JupyterServer:
        home = tmp_path / f"server{len(started)}"
        home.mkdir()
        server = JupyterServer(home, **more)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.__exit__()


@asynccontextmanager
async def _opened(
    server: JupyterServer, url: str | None = None, **more: Any
) -> AsyncIterator[Server]:
    """Connect to a server, and end the kernels that this connection has started."""
    async with connect(url or server.url, server.token, **more) as client:
        before = {model.id for model in await client.kernels.refresh()}
        yield client
        for model in await client.kernels.refresh_anew():
            if model.id not in before:
                await client.kernels.shutdown(model.id)


@pytest.fixture
def opened() -> Callable[..., AbstractAsyncContextManager[Server]]:
    """Connect to a server, and end what was started there."""
    return _opened


@pytest.fixture(scope="session")
def shared_kernels(jupyter: JupyterServer) -> dict[str, str]:
    """Give the id of one running kernel of each kind, which several tests use."""

    async def start() -> dict[str, str]:
        async with connect(jupyter.url, jupyter.token) as client:
            names = ("python3", "datalab")
            kernels = await asyncio.gather(*(client.kernels.start_new(name) for name in names))
            return {kernel.name: kernel.id for kernel in kernels}

    return asyncio.run(start())


@asynccontextmanager
async def _joined(server: JupyterServer, kernel_id: str, **more: Any) -> AsyncIterator[Any]:
    async with connect(server.url, server.token, **more) as client:
        kernel = client.kernels.connect_to(kernel_id)
        async with kernel:
            await kernel.execute("%reset -f")
            yield kernel
            if not kernel.is_disposed and kernel.status == "busy":
                await kernel.interrupt()


@pytest.fixture
def joined(
    jupyter: JupyterServer, shared_kernels: dict[str, str]
) -> Callable[..., AbstractAsyncContextManager[KernelConnection]]:
    """Connect to the shared kernel of a name; its variables are gone before."""
    return lambda name="python3", **more: _joined(jupyter, shared_kernels[name], **more)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with each kernel; in a sampled run with one of them, always the same."""
    if "kernel_name" in metafunc.fixturenames:
        chosen = zlib.crc32(metafunc.function.__name__.encode()) % len(KERNELS)
        metafunc.parametrize("kernel_name", KERNELS if FULL else [KERNELS[chosen]])
