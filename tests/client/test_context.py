"""A session that need not be there yet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from datalab_kernel_client import KernelPreference, SessionContext, sync

if TYPE_CHECKING:
    from support.client.server import JupyterServer


async def test_a_document_gets_its_kernel_and_the_last_of_several_requests_wins(
    jupyter: JupyterServer, opened: Any
) -> None:
    changes: list[tuple[Any, Any]] = []
    async with opened(jupyter) as server:
        context = SessionContext(server.sessions, server.kernelspecs, path="doc.ipynb")
        context.kernel_changed.connect(changes.append)
        assert context.kernel_display_status == "initializing"
        assert await context.initialize() is True  # two kernels: somebody has to choose
        assert (context.has_no_kernel, context.kernel_display_name) == (True, "No Kernel")
        first = asyncio.ensure_future(context.change_kernel(name="datalab"))
        second = asyncio.ensure_future(context.change_kernel(name="python3"))
        await asyncio.gather(first, second)
        assert context.session.kernel.name == "python3"
        assert context.kernel_display_name.startswith("Python 3")
        assert changes[-1][1] is context.session.kernel

        other = SessionContext(
            server.sessions,
            server.kernelspecs,
            path="doc.ipynb",
            preference=KernelPreference(should_start=False),
        )
        assert await other.initialize() is False
        assert other.session.id == context.session.id  # taken, though it should start none
        other.dispose()

        await context.restart_kernel()
        assert changes[-1] == (context.session.kernel, context.session.kernel)
        await context.shutdown()
        assert context.has_no_kernel
        assert context.previous_kernel_name == "python3"
        assert not [one for one in await server.sessions.refresh_anew() if one.path == "doc.ipynb"]


async def test_a_shutdown_while_the_kernel_starts_leaves_none(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        context = SessionContext(
            server.sessions,
            server.kernelspecs,
            path="late.ipynb",
            preference=KernelPreference(name="python3"),
        )
        beginning = asyncio.ensure_future(context.initialize())
        while context.kernel_display_status != "starting":
            assert not beginning.done()
            await asyncio.sleep(0.005)  # no signal tells this
        await context.shutdown()
        await beginning
        assert context.has_no_kernel
        assert not [one for one in await server.sessions.refresh_anew() if one.path == "late.ipynb"]


def test_a_script_that_waits_has_the_same(jupyter: JupyterServer) -> None:
    kernels, preferences = [], []
    with sync.connect(jupyter.url, jupyter.token) as server:
        context = sync.SessionContext(
            server.sessions,
            server.kernelspecs,
            path="script.ipynb",
            preference=KernelPreference(name="python3"),
        )
        context.kernel_changed.connect(kernels.append)
        context.kernel_preference_changed.connect(preferences.append)
        assert context.initialize(timeout_s=60) is False
        kernel = context.session.kernel
        assert kernel.execute("6 * 7").outputs[0]["data"] == {"text/plain": "42"}
        context.restart_kernel(timeout_s=60)
        assert kernel.execute("6 * 7").execution_count == 1
        wanted = KernelPreference(name="datalab")
        context.kernel_preference = wanted
        assert context.kernel_preference == wanted
        context.shutdown(timeout_s=60)
        assert (context.has_no_kernel, context.previous_kernel_name) == (True, "python3")
        context.dispose()
    assert preferences == [wanted]
    assert kernels[:2] == [(None, kernel), (kernel, kernel)]
