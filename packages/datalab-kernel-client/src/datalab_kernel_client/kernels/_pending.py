"""Requests on their way: by their ids, with the questions that the kernel asked under them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from datalab_kernel_client.errors import RequestCanceledError
    from datalab_kernel_client.kernels._future import KernelFuture
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["Pending"]

REMEMBERED = 1000


class Pending:
    """The requests of one connection that take messages.

    Parameters
    ----------
    tell
        Called when it changes whether the kernel waits for an answer.
    """

    def __init__(self, tell: Callable[[bool], object]) -> None:
        self._futures: dict[str, KernelFuture] = {}
        self._questions: dict[str, Message] = {}
        self._given_up: deque[str] = deque(maxlen=REMEMBERED)
        self._tell = tell

    def add(self, future: KernelFuture) -> None:
        """Send a future the messages of its request."""
        self._futures[future.msg_id] = future

    def get(self, msg_id: str) -> KernelFuture | None:
        """Return the future of a request."""
        return self._futures.get(msg_id)

    def forget(self, future: KernelFuture) -> None:
        """Send it no more."""
        if self._futures.pop(future.msg_id, None) is not None:
            self._given_up.append(future.msg_id)

    def is_known(self, msg_id: str) -> bool:
        """Return whether a request was of this connection, and is forgotten."""
        return msg_id in self._given_up

    def overdue(self, waiting: Iterable[Message]) -> dict[str, list[KernelFuture]]:
        """Return what was sent, unlike what waits, and isn't done, by channel."""
        unsent = {message.msg_id for message in waiting}
        found: dict[str, list[KernelFuture]] = {}
        for one in self._futures.values():
            if not one.is_done and one.msg_id not in unsent:
                found.setdefault(one.msg.channel, []).append(one)
        return found

    def end_all(self, error: Callable[[str], RequestCanceledError]) -> None:
        """End every request; `error` makes the error for a message type."""
        futures, self._futures = list(self._futures.values()), {}
        for future in futures:
            self._given_up.append(future.msg_id)
            if not future.is_done:
                future.end(error(future.msg.msg_type))
        self.answer_all()

    # ---------------------------------------------------------------- questions

    @property
    def has_question(self) -> bool:
        """Whether the kernel waits for an answer."""
        return bool(self._questions)

    def ask(self, request: Message) -> None:
        """Take note of a question."""
        had = self.has_question
        self._questions[request.parent_id] = request
        self._tell_if(had)

    def answer(self, parent_id: str) -> None:
        """Take note that the question under a request is answered, or waits no more."""
        had = self.has_question
        self._questions.pop(parent_id, None)
        self._tell_if(had)

    def answer_all(self) -> None:
        """Forget all questions."""
        had = self.has_question
        self._questions.clear()
        self._tell_if(had)

    def _tell_if(self, had: Any) -> None:
        if had != self.has_question:
            self._tell(self.has_question)
