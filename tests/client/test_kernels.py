"""Kernels on a real server: started, asked, interrupted, restarted and shut down, both ours and ipykernel."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from support.client.gate import Gate
from support.client.proxy import Proxy

from datalab_kernel_client import (
    DisposedError,
    ExecutionError,
    Gap,
    KernelGoneError,
    KernelManager,
    KernelModel,
    KernelNotFoundError,
    KernelRestartedError,
    KernelSpecNotFoundError,
    KernelStartError,
    Message,
    MessageTooLargeError,
    RequestCanceledError,
    RequestTimeoutError,
    Server,
    ServerSettings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.client.server import JupyterServer


async def test_what_a_cell_shows_comes_as_a_notebook_keeps_it(
    joined: Any, kernel_name: str
) -> None:
    code = (
        "import sys\nfrom IPython.display import display, clear_output\n"
        "print('gone'); clear_output()\n"
        "print('a'); print('b'); print('c', file=sys.stderr)\n"
        "shown = display('old', display_id='d'); 6 * 7"
    )
    async with joined(kernel_name) as kernel:
        before = (await kernel.execute("1")).execution_count
        result = await kernel.execute(code, user_expressions={"x": "1 + 1"})
        await kernel.execute("shown.update('new')")
    streams = {item["name"]: item["text"] for item in result.outputs if "text" in item}
    [display] = [item for item in result.outputs if item["output_type"] == "display_data"]
    assert streams == {"stdout": "a\nb\n", "stderr": "c\n"}
    assert display["data"] == {"text/plain": "'new'"}  # updated by a later cell
    assert "transient" not in display
    assert result.outputs[-1]["data"] == {"text/plain": "42"}
    assert (result.status, result.execution_count) == ("ok", before + 1)
    assert result.user_expressions["x"]["data"] == {"text/plain": "2"}


async def test_an_exception_in_a_cell_is_raised_here_or_told(joined: Any, kernel_name: str) -> None:
    async with joined(kernel_name) as kernel:
        with pytest.raises(ExecutionError) as caught:
            await kernel.execute("1 / 0")
        told = await kernel.execute("1 / 0", raise_on_error=False)
        futures = [
            kernel.request_execute(code)
            for code in ("import time; time.sleep(0.3); 1 / 0", "2", "3")
        ]
        statuses = [(await future.result()).status for future in futures]
    assert (caught.value.ename, told.status) == ("ZeroDivisionError", "error")
    assert any("ZeroDivisionError" in line for line in caught.value.traceback)
    assert statuses == ["error", "aborted", "aborted"]


async def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_one_runs(
    joined: Any, kernel_name: str
) -> None:
    async with joined(kernel_name) as kernel:
        with pytest.raises(RequestTimeoutError, match="interrupted"):
            await kernel.execute("import time; time.sleep(60)", timeout_s=0.5)
        assert (await kernel.execute("1")).status == "ok"


async def test_a_question_is_answered_by_a_function_and_while_a_person_thinks_reading_goes_on(
    joined: Any, kernel_name: str
) -> None:
    pending: list[bool] = []

    async with joined(kernel_name) as kernel:
        kernel.pending_input.connect(pending.append)

        async def think(prompt: str, password: bool) -> str:
            assert kernel.has_pending_input
            assert (await kernel.spec()).name == kernel_name  # by the server
            return f"{prompt}{password}"

        result = await kernel.execute("input('name? ')", on_stdin=think)
    assert result.outputs[-1]["data"] == {"text/plain": "'name? False'"}
    assert pending == [True, False]


async def test_a_cell_that_may_not_ask_is_told_so(joined: Any) -> None:
    async with joined("python3") as kernel:
        result = await kernel.execute("input()", raise_on_error=False)
    assert result.error.ename == "StdinNotImplementedError"


async def test_messages_of_a_request_can_be_read_while_and_after_it_runs(
    joined: Any, kernel_name: str
) -> None:
    async with joined(kernel_name) as kernel:
        future = kernel.request_execute("for i in range(3): print(i, flush=True)")
        live = "".join([m.content["text"] async for m in future if m.msg_type == "stream"])
        reply = await future
        late = "".join([m.content["text"] async for m in future if m.msg_type == "stream"])
    assert live == late == "0\n1\n2\n"
    assert reply.content["status"] == "ok"
    assert future.reply is reply
    assert future.is_done


async def test_everything_that_can_be_asked_is_answered(joined: Any, kernel_name: str) -> None:
    async with joined(kernel_name) as kernel:
        await kernel.execute("value = 1")
        assert "value" in (await kernel.request_complete("val"))["matches"]
        assert (await kernel.request_inspect("value"))["found"]
        assert (await kernel.request_is_complete("for i in x:"))["status"] == "incomplete"
        assert (await kernel.request_history(n=1))["history"][-1][2] == "value = 1"
        assert await kernel.request_comm_info("nobody") == {}
        assert (await kernel.info())["language_info"]["name"] == "python"
        assert (await kernel.spec()).name == kernel_name
        debug = await kernel.request_debug("debugInfo")
        assert debug.content["command"] == "debugInfo"


async def test_a_restart_ends_what_was_on_its_way_and_the_connection_goes_on(
    jupyter: JupyterServer, opened: Any, kernel_name: str
) -> None:
    statuses: list[str] = []
    async with opened(jupyter) as server:
        kernel = await server.kernels.start_new(kernel_name)
        kernel.status_changed.connect(statuses.append)
        await kernel.execute("x = 1")
        running = kernel.request_execute("import time; time.sleep(60)")
        queued = kernel.request_execute("x")
        await kernel.restart()
        for future in (running, queued):
            with pytest.raises(KernelRestartedError):
                await future
        result = await kernel.execute("'x' in globals()")
        assert result.execution_count == 1
    assert result.outputs[0]["data"] == {"text/plain": "False"}
    assert "restarting" in statuses
    assert statuses[-1] in {"idle", "dead"}


async def test_a_restart_by_somebody_else_ends_what_was_on_its_way(
    jupyter: JupyterServer, opened: Any, kernel_name: str
) -> None:
    async with opened(jupyter) as server, opened(jupyter) as other:
        kernel = await server.kernels.start_new(kernel_name)
        running = kernel.request_execute("import time; time.sleep(60)")
        await asyncio.wait_for(started(running), 60)
        await other.kernels.restart(kernel.id)
        with pytest.raises(KernelRestartedError):
            await asyncio.wait_for(running.result(), 60)
        assert (await kernel.execute("1")).execution_count == 1


async def started(future: Any) -> None:
    async for message in future:
        if message.msg_type == "execute_input":
            return


async def test_a_kernel_that_dies_is_restarted_by_the_server_and_says_so(
    jupyter: JupyterServer, opened: Any, kernel_name: str
) -> None:
    statuses: list[str] = []
    async with opened(jupyter) as server:
        kernel = await server.kernels.start_new(kernel_name)
        kernel.status_changed.connect(statuses.append)
        future = kernel.request_execute("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        with pytest.raises(KernelRestartedError, match="died"):
            await asyncio.wait_for(future.result(), 60)
        assert "autorestarting" in statuses
        while kernel.status != "idle":  # nobody says it unless asked: the connection asks
            await kernel.status_changed.next(60)
        assert (await kernel.execute("1")).execution_count == 1


async def test_a_kernel_that_is_shut_down_elsewhere_ends_its_connections(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server, opened(jupyter) as other:
        kernel = await server.kernels.start_new("python3")
        future = kernel.request_execute("import time; time.sleep(60)")
        await started(future)
        await other.kernels.shutdown(kernel.id)
        await server.kernels.refresh_anew()  # what a poll does within ten seconds
        with pytest.raises(KernelGoneError):
            await future
        assert (kernel.status, kernel.is_disposed) == ("dead", True)
        with pytest.raises(KernelGoneError):
            kernel.request_execute("1")


async def test_shutting_down_an_unknown_kernel_passes_and_restarting_it_does_not(
    jupyter: JupyterServer, opened: Any
) -> None:
    unknown = "11111111-1111-1111-1111-111111111111"
    async with opened(jupyter) as server:
        await server.kernels.shutdown(unknown)
        for act in (server.kernels.restart, server.kernels.interrupt):
            with pytest.raises(KernelNotFoundError) as caught:
                await act(unknown)
        assert caught.value.kernel_id == unknown
        kernel = server.kernels.connect_to(unknown)
        with pytest.raises(KernelGoneError):
            await kernel.connected(60)


async def test_a_kernel_that_the_server_does_not_have_is_not_asked_for(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        with pytest.raises(KernelSpecNotFoundError) as caught:
            await server.kernels.start_new("nosuch")
        assert set(caught.value.available) >= {"python3", "datalab"}
        assert "nosuch" not in jupyter.log


async def test_a_kernel_id_that_is_taken_by_another_kernel_is_an_error(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        kernel = await server.kernels.start_new("python3")
        before = {model.id for model in await server.kernels.refresh_anew()}
        with pytest.raises(KernelStartError, match=kernel.id):
            await server.kernels.start_new("datalab", kernel_id=kernel.id)
        assert {model.id for model in await server.kernels.refresh_anew()} == before
        assert (await kernel.execute("1")).status == "ok"


async def test_a_message_that_the_server_would_not_take_is_not_sent(joined: Any) -> None:
    gaps: list[Gap] = []
    async with joined("python3") as kernel:
        kernel.messages_lost.connect(gaps.append)
        with pytest.raises(MessageTooLargeError) as caught:
            kernel.request_execute("x" * 10_000_000)
        assert caught.value.size_bytes > caught.value.limit_bytes
        closed = asyncio.Event()
        comm = kernel.create_comm("nobody")
        comm.on_close = lambda _: closed.set()
        comm.open(buffers=[bytes(caught.value.limit_bytes - 10_000)])
        await asyncio.wait_for(closed.wait(), 60)  # by the kernel: it has come
    assert gaps == []


async def test_what_is_cancelled_is_cancelled_and_the_cell_runs_on(
    joined: Any, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    async with joined("python3") as kernel:
        shown = asyncio.Event()
        cell = kernel.execute(f"{gate.run}\nx = 1", on_output=lambda _: shown.set())
        task = asyncio.ensure_future(cell)
        await asyncio.wait_for(shown.wait(), 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.open()
        future = kernel.request_execute("import time; time.sleep(60)")
        await started(future)
        future.cancel(interrupt=True)
        with pytest.raises(RequestCanceledError):
            await future
        while kernel.status != "idle":
            await kernel.status_changed.next(60)
        assert (await kernel.execute("x")).outputs[0]["data"] == {"text/plain": "1"}


@pytest.mark.parametrize("subprotocol", ["v1", "json"])
async def test_both_ways_of_putting_messages_into_frames_work(
    joined: Any, subprotocol: str
) -> None:
    async with joined("python3", subprotocol=subprotocol) as kernel:
        assert kernel.protocol == subprotocol
        assert (await kernel.execute("'ü𝄞'")).outputs[0]["data"] == {"text/plain": "'ü𝄞'"}


async def test_requests_made_before_the_link_is_open_go_out_in_order(
    jupyter: JupyterServer, opened: Any, kernel_name: str
) -> None:
    async with opened(jupyter) as server:
        model = await started_without_a_client(server, kernel_name)
        kernel = server.kernels.connect_to(model)
        futures = [kernel.request_execute(f"{number}") for number in range(5)]
        counts = [(await future.result()).execution_count for future in futures]
    assert counts == [1, 2, 3, 4, 5]


async def started_without_a_client(server: Server, name: str) -> KernelModel:
    made = await server.kernels.rest.request("POST", "api", "kernels", body={"name": name})
    await server.kernels.refresh_anew()
    return await server.kernels.find_by_id(made["id"])


async def test_while_a_cell_of_somebody_else_runs_the_kernel_is_busy_and_then_idle(
    jupyter: JupyterServer, opened: Any, kernel_name: str, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    async with opened(jupyter) as server, opened(jupyter) as other:
        first = await server.kernels.start_new(kernel_name)
        running = first.request_execute(gate.run)
        await started(running)
        await other.kernels.refresh_anew()
        second = other.kernels.connect_to(first.id)
        await second.connected()
        await second.info()
        assert second.status == "busy"
        gate.open()
        await running
        while second.status != "idle":
            await second.status_changed.next(60)


async def test_two_clients_of_a_kernel_see_each_others_output_and_their_own_replies(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server, opened(jupyter) as other:
        first = await server.kernels.start_new("python3")
        async with other.kernels.connect_to(first.id) as second:
            seen: list[str] = []
            second.iopub_message.connect(lambda m: seen.append(m.content.get("text", "")))
            unhandled: list[Message] = []
            second.unhandled_message.connect(unhandled.append)
            await first.execute("print('hello')")
            await second.execute("1")
    assert "hello\n" in seen
    assert unhandled == []


async def test_a_clone_is_another_client_of_the_same_kernel(joined: Any) -> None:
    async with joined("python3") as kernel:
        async with kernel.clone() as clone:
            assert (clone.id, clone.handle_comms) == (kernel.id, False)
            assert clone.client_id != kernel.client_id
            await clone.execute("x = 6 * 7")
        assert (await kernel.execute("x")).outputs[0]["data"] == {"text/plain": "42"}
        clone.dispose()
        with pytest.raises(DisposedError):
            clone.clone()


async def test_files_of_a_kernel_spec_are_fetched(jupyter: JupyterServer, opened: Any) -> None:
    async with opened(jupyter) as server:
        assert (await server.kernelspecs.resource("python3")).startswith(b"\x89PNG")
        with pytest.raises(LookupError, match="'logo-999'; it has .*'logo-64x64'"):
            await server.kernelspecs.resource("python3", "logo-999")
        with pytest.raises(KernelSpecNotFoundError):
            await server.kernelspecs.resource("nosuch")


async def test_a_disposed_connection_refuses_and_its_kernel_lives(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        kernel = await server.kernels.start_new("python3")
        future = kernel.request_execute("import time; time.sleep(60)")
        kernel.dispose()
        kernel.dispose()
        with pytest.raises(RequestCanceledError):
            await future
        with pytest.raises(DisposedError):
            kernel.request_execute("1")
        assert await server.kernels.find_by_id(kernel.id) is not None


async def test_messages_come_one_by_one_and_in_order_also_to_a_slow_listener(joined: Any) -> None:
    seen: list[int] = []

    async with joined("python3") as kernel:

        @kernel.iopub_message.connect
        async def slowly(message: Message) -> None:
            if message.msg_type == "display_data":
                await asyncio.sleep(0.001)
                seen.append(int(message.content["data"]["text/plain"]))

        await kernel.execute("for i in range(300): display(i)")
    assert seen == sorted(seen)
    assert all(later == earlier + 1 for earlier, later in pairwise(seen))
    assert len(seen) == 300


async def test_a_hundred_managers_ask_with_one_request(jupyter: JupyterServer) -> None:
    async with Proxy(jupyter.port) as proxy:
        settings = ServerSettings(base_url=proxy.url(jupyter.base_url), token=jupyter.token)
        managers = [KernelManager(settings) for _ in range(100)]
        lists = await asyncio.gather(*(manager.refresh() for manager in managers))
        for manager in managers:
            manager.dispose()
        await asyncio.gather(*(manager.closed() for manager in managers))
    assert proxy.requests == ["GET /user/ana/api/kernels HTTP/1.1"]
    assert len({tuple(sorted(model.id for model in found)) for found in lists}) == 1
