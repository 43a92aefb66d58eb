"""A server that isn't subscribed yet to what a kernel publishes: what is lost so is asked for again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_client import Message
from datalab_kernel_client.kernels import _greeting, _journal
from datalab_kernel_client.kernels._greeting import Greeting
from datalab_kernel_client.kernels._journal import JournalReader
from datalab_kernel_client.kernels._models import KernelModel

if TYPE_CHECKING:
    from collections.abc import Coroutine


def published(msg_type: str, parent: Message, content: dict[str, Any]) -> Message:
    header = {"msg_type": msg_type, "msg_id": f"after {parent.msg_id}", "session": "kernel"}
    return Message(channel="iopub", header=header, parent_header=parent.header, content=content)


class Kernel:
    """Answers questions to its journal; the first of what it publishes reach nobody."""

    def __init__(self, lost: int) -> None:
        self.lost = lost
        self.questions: list[Message] = []
        self.reader = JournalReader(self.take, "me", "")

    def take(self, question: Message) -> None:
        self.questions.append(question)
        self.publish(published("status", question, {"execution_state": "busy"}))
        if question.msg_type != "comm_close":
            page = {"since": 3, "last": 3, "messages": [], "journal": "j"}
            content = {"comm_id": question.content["comm_id"], "data": page}
            self.publish(published("comm_msg", question, content))
        self.publish(published("status", question, {"execution_state": "idle"}))

    def publish(self, message: Message) -> None:
        self.lost -= 1
        if self.lost < 0:
            assert self.reader.take(message)


@pytest.mark.parametrize(("lost", "questions"), [(0, 1), (1, 1), (2, 2), (3, 2), (7, 3)])
def test_a_journal_is_asked_again_until_it_is_heard(
    lost: int, questions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_journal, "AGAIN_S", 0.01)
    kernel = Kernel(lost)
    assert asyncio.run(kernel.reader.missed("m")) == []
    kinds = ["comm_open", *["comm_msg"] * (questions - 1), "comm_close"]
    assert [question.msg_type for question in kernel.questions] == kinds
    assert all(one.content["data"] == {"after": "m"} for one in kernel.questions[:-1])


class Asker:
    status = "idle"
    connection_status = "connecting"
    client_id, username = "me", ""
    model = KernelModel(id="k", name="n", execution_state="idle", last_activity=None, connections=1)

    def __init__(self) -> None:
        self.asked: asyncio.Queue[Message] = asyncio.Queue()
        self.tasks: list[asyncio.Task[None]] = []
        self.greeting = Greeting(self.asked.put_nowait, self, self)  # type: ignore[arg-type]

    def later(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.tasks.append(asyncio.ensure_future(coroutine))


def test_a_kernel_that_answers_is_greeted_when_it_is_also_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_greeting, "HEARD_S", (0.01, 0.01, 60.0))

    async def greet() -> None:
        asker = Asker()
        greeting = asker.greeting
        greeting.begin()
        greeting.ask()
        for _ in range(3):  # asked again twice, as nothing is heard
            question = await asyncio.wait_for(asker.asked.get(), 10)
            assert not greeting.is_answered
            greeting.take(Message(channel="shell", header={}, parent_header=question.header))
        assert not greeting.is_answered
        greeting.hear()
        assert await greeting.answered(0)
        for task in asker.tasks:
            task.cancel()

    asyncio.run(greet())


def test_a_kernel_that_publishes_nothing_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_greeting, "HEARD_S", (0.01, 0.01))

    async def greet() -> None:
        asker = Asker()
        asker.greeting.begin()
        asker.greeting.take(Message(channel="shell", header={}))
        assert await asker.greeting.answered(10)

    asyncio.run(greet())
