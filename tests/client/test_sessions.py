"""Sessions on a real server: by path, reused, shared, renamed, given another kernel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_client import (
    KernelNotFoundError,
    KernelSpecNotFoundError,
    SessionExistsError,
    SessionKernelMismatchWarning,
    SessionNotFoundError,
    SharedKernelError,
    connect,
    sync,
)

if TYPE_CHECKING:
    from support.client.server import JupyterServer


async def test_a_session_begins_is_found_and_its_path_is_taken_once(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        first, second = await asyncio.gather(
            server.sessions.start_new("/sub/a.ipynb"), server.sessions.start_new("./sub/a.ipynb")
        )
        assert first.id == second.id
        assert first.path == "sub/a.ipynb"
        assert sorted([first.is_reused, second.is_reused]) == [False, True]
        with pytest.raises(SessionExistsError):
            await server.sessions.start_new("sub/a.ipynb", reuse=False)
        with pytest.warns(SessionKernelMismatchWarning, match="datalab"):
            other = await server.sessions.start_new("sub/a.ipynb", kernel_name="datalab")
        assert other.kernel.name == "python3"
        assert (await server.sessions.find_by_path("sub/a.ipynb")).id == first.id
        await first.kernel.execute("x = 1")
        async with await server.sessions.attach("sub/a.ipynb") as attached:
            assert (await attached.kernel.execute("x")).outputs[0]["data"]["text/plain"] == "1"
        await first.shutdown()
        assert first.is_disposed
        assert await server.sessions.find_by_path("sub/a.ipynb") is None


@pytest.mark.filterwarnings("ignore::datalab_kernel_client.DuplicateSessionWarning")
async def test_two_clients_that_begin_a_session_at_once_share_one_and_no_kernel_is_left(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as one, opened(jupyter) as other:
        before = {model.id for model in await one.kernels.refresh_anew()}
        first, second = await asyncio.gather(
            *(each.sessions.start_new("both.ipynb", kernel_name="python3") for each in (one, other))
        )
        running = [x.id for x in await one.sessions.refresh_anew() if x.path == "both.ipynb"]
        kernels = {model.id for model in await one.kernels.refresh_anew()} - before
        assert (running, kernels) == ([first.id], {first.kernel.id})
        assert (second.id, second.kernel.id) == (first.id, first.kernel.id)
        assert (await second.kernel.execute("6 * 7")).status == "ok"


async def test_a_path_without_a_session_names_those_that_resemble_it(
    jupyter: JupyterServer, opened: Any, shared_kernels: dict[str, str]
) -> None:
    async with opened(jupyter) as server:
        session = await server.sessions.start_new(
            "analysis.ipynb", kernel_id=shared_kernels["python3"]
        )
        with pytest.raises(SessionNotFoundError, match="Did you mean") as caught:
            await server.sessions.attach("analisys.ipynb")
        assert "analysis.ipynb" in caught.value.nearest
        with pytest.raises(ValueError, match=r"'\.\.'"):
            await server.sessions.attach("../a.ipynb")
        for kernel in ({"kernel_name": "nosuch"}, {"kernel_id": "1-1-1-1-1"}):
            with pytest.raises((KernelSpecNotFoundError, KernelNotFoundError)):
                await server.sessions.start_new("new.ipynb", **kernel)
        assert await server.sessions.find_by_path("new.ipynb") is None

        # a kernel that two sessions share isn't taken from the other
        twin = await server.sessions.start_new("twin.ipynb", kernel_id=session.kernel.id)
        for act in (twin.shutdown, lambda: twin.change_kernel(name="python3")):
            with pytest.raises(SharedKernelError) as shared:
                await act()
        assert shared.value.paths == ["analysis.ipynb"]

        # its properties change, here and for others
        changed: list[str] = []
        session.property_changed.connect(changed.append)
        await session.set_path("moved.ipynb")
        await session.set_name("a name")
        assert (session.path, session.name, changed) == ("moved.ipynb", "a name", ["path", "name"])


async def test_a_session_gets_another_kernel_under_the_same_client_id(
    jupyter: JupyterServer, opened: Any
) -> None:
    changes: list[tuple[Any, Any]] = []
    async with opened(jupyter) as server:
        session = await server.sessions.start_new("change.ipynb", kernel_name="python3")
        old = session.kernel
        session.kernel_changed.connect(changes.append)
        new = await session.change_kernel(name="datalab")
        await new.connected()
        assert changes == [(old, new)]
        assert (new.name, new.client_id, old.is_disposed) == ("datalab", old.client_id, True)
        seen = asyncio.ensure_future(session.iopub_message.next(60))
        await asyncio.sleep(0)
        await new.execute("1")
        assert (await seen).msg_type
        with pytest.raises(KernelSpecNotFoundError):
            await session.change_kernel(name="nosuch")
        assert session.kernel is new
        await server.sessions.stop_if_needed("change.ipynb")
        assert session.is_disposed
        assert changes[-1] == (new, None)


def test_a_script_waits_also_within_a_running_loop(
    jupyter: JupyterServer, shared_kernels: dict[str, str]
) -> None:
    statuses: list[str] = []

    async def within() -> Any:
        with sync.connect(jupyter.url, jupyter.token) as server:
            kernel = server.kernels.connect_to(shared_kernels["python3"])
            with kernel:
                kernel.status_changed.connect(statuses.append)
                shown: list[str] = []
                result = kernel.execute(
                    "input('? ')", on_stdin=lambda prompt, _: prompt, on_output=shown.append
                )
                future = kernel.request_execute("print(1); print(2)")
                texts = [m.content["text"] for m in future if m.msg_type == "stream"]
                assert future.result(60).outputs[0]["text"] == "1\n2\n"
                assert shown
                return result.outputs[0]["data"], "".join(texts)

    assert asyncio.run(within()) == ({"text/plain": "'? '"}, "1\n2\n")
    assert {"busy", "idle"} <= {*statuses}


async def test_nothing_of_a_closed_server_runs_on(jupyter: JupyterServer) -> None:
    before = asyncio.all_tasks()
    async with connect(jupyter.url, jupyter.token) as server:
        sessions = [
            await server.sessions.start_new(f"end{number}.ipynb", kernel_name="python3")
            for number in range(2)
        ]
        kernel = sessions[0].kernel
        await sessions[0].shutdown()
        await sessions[1].kernel.shutdown()  # which the session finds out by a poll, or never
        assert kernel.is_disposed
    assert asyncio.all_tasks() == before


async def test_everything_ends_at_once(unlimited: JupyterServer) -> None:
    async with connect(unlimited.url, unlimited.token) as server:
        kernel = await server.kernels.start_new("python3")
        sessions = [
            await server.sessions.start_new(f"all{number}.ipynb", kernel_id=kernel.id)
            for number in range(2)
        ]
        await server.kernels.start_new("python3")
        await server.sessions.shutdown_all()
        assert server.sessions.running == ()
        assert [session.is_disposed for session in sessions] == [True, True]
        assert kernel.status == "dead"
        assert len(await server.kernels.refresh_anew()) == 1
        await server.kernels.shutdown_all()
        assert await server.kernels.refresh_anew() == ()
