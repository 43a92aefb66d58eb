"""A request's callbacks, and how a broken link is tried again, without any server."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any

from datalab_kernel_client import KernelFuture, Message
from datalab_kernel_client.kernels._link import waits
from datalab_kernel_client.kernels._outputs import Displays

if TYPE_CHECKING:
    import pytest


class Owner:
    """A connection that takes note of what is forgotten."""

    displays = Displays()

    def __init__(self) -> None:
        self.forgotten: list[KernelFuture] = []

    def forget_request(self, future: KernelFuture) -> None:
        self.forgotten.append(future)

    def send_input_reply(self, value: str, request: Message) -> None:
        raise AssertionError((value, request))

    async def interrupt(self) -> None:
        raise AssertionError


def message(msg_type: str, **content: Any) -> Message:
    return Message(channel="iopub", header={"msg_type": msg_type}, content=content)


def test_the_hook_that_came_last_is_asked_first_and_may_keep_a_message_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[str] = []

    def keep(_: Message) -> bool:
        heard.append("last")
        return False

    def fail(_: Message) -> bool:
        raise ValueError("no")

    async def act() -> tuple[bool, bool]:
        owner = Owner()
        future = KernelFuture(Message.new("execute_request", session="me"), owner)
        future.on_iopub = lambda _: heard.append("callback")
        future.register_message_hook(lambda _: heard.append("first"))
        future.register_message_hook(keep)
        await future.take_iopub(message("stream", text="kept"))
        future.remove_message_hook(keep)
        future.register_message_hook(fail)  # which counts as if it had let it pass
        await future.take_iopub(message("stream", text="passed"))
        future.register_message_hook(keep)
        await future.take_iopub(message("status", execution_state="idle"))
        before = future.is_done
        await future.take_reply(message("execute_reply", status="ok"))
        assert owner.forgotten == [future]
        return before, future.is_done

    assert asyncio.run(act()) == (False, True)  # done by both, whatever hooks say
    assert heard == ["last", "first", "callback", "last"]
    assert "ValueError: no" in caplog.text


def test_a_broken_link_is_tried_at_once_and_then_ever_more_rarely() -> None:
    bounds = [0, 1, 3, 7, 15, 31, 60, 60, 60]
    for _ in range(20):
        for waited_s, bound_s in zip(islice(waits(), len(bounds)), bounds, strict=True):
            assert 0 <= waited_s <= bound_s
