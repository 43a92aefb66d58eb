"""Comms from this side, with both kernels: opened, answered, and left to whom they are meant for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_client import DisposedError, Message

if TYPE_CHECKING:
    from support.client.server import JupyterServer


async def test_only_the_first_connection_of_a_kernel_answers_comms(
    jupyter: JupyterServer, opened: Any
) -> None:
    async with opened(jupyter) as server:
        first = await server.kernels.start_new("python3")
        second = server.kernels.connect_to(first.id)
        assert (first.handle_comms, second.handle_comms) == (True, False)
        with pytest.raises(ValueError, match="handles no comms"):
            second.create_comm("target")
        first.dispose()
        assert server.kernels.connect_to(second.id).handle_comms


async def test_a_comm_goes_there_and_back_with_its_buffers(joined: Any, kernel_name: str) -> None:
    target = (
        "def opened(comm, message):\n"
        "    comm.on_msg(lambda m: comm.send({'got': m['content']['data']}, buffers=m['buffers']))\n"
        "get_ipython().kernel.comm_manager.register_target('echo', opened)"
    )
    answers: asyncio.Queue[Message] = asyncio.Queue()
    async with joined(kernel_name) as kernel:
        await kernel.execute(target)
        comm = kernel.create_comm("echo")
        comm.on_msg = answers.put_nowait
        await comm.open()
        comm.send([1, "ü"], buffers=[b"abc", bytes(5_000_000)])
        answer = await asyncio.wait_for(answers.get(), 60)
        assert kernel.has_comm(comm.comm_id)
        assert (await kernel.request_comm_info("echo")) == {comm.comm_id: "echo"}
        await comm.close()
        with pytest.raises(DisposedError):
            comm.send(1)
    assert answer.content["data"] == {"got": [1, "ü"]}
    assert [bytes(buffer[:3]) for buffer in answer.buffers] == [b"abc", b"\0\0\0"]
    assert answer.buffers[1].nbytes == 5_000_000


async def test_a_comm_to_no_target_is_closed_and_one_from_the_kernel_finds_its_target(
    joined: Any, kernel_name: str
) -> None:
    closed, arrived = asyncio.Event(), asyncio.Queue[Any]()
    async with joined(kernel_name) as kernel:
        comm = kernel.create_comm("nobody")
        comm.on_close = lambda _: closed.set()
        comm.open()
        await asyncio.wait_for(closed.wait(), 60)

        kernel.register_comm_target("here", lambda comm, m: arrived.put_nowait((comm, m)))
        code = "from comm import create_comm\nc = create_comm('here', data={'a': 1})"
        await kernel.execute(code)
        opened_comm, message = await asyncio.wait_for(arrived.get(), 60)
        assert message.content["data"] == {"a": 1}
        assert kernel.has_comm(opened_comm.comm_id)


async def test_a_comm_that_a_cell_of_somebody_else_opens_is_left_to_their_page(
    jupyter: JupyterServer, opened: Any, joined: Any, kernel_name: str
) -> None:
    code = "from comm import create_comm\nc = create_comm('theirs')"
    async with joined(kernel_name) as kernel, opened(jupyter) as other:
        async with other.kernels.connect_to(kernel.id, handle_comms=False) as theirs:
            await theirs.execute(code)
        result = await kernel.execute("c._closed")
    assert kernel.handle_comms
    assert result.outputs[0]["data"] == {"text/plain": "False"}
