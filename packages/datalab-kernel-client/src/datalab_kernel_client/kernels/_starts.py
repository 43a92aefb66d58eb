"""Which start of a kernel a message is of: restarts by others, and late words of one that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["LAST_WORDS", "Starts"]

LAST_WORDS = {"shutdown_reply", "shutdown"}
"""What kernels publish before they are restarted or end."""
_SAID = {"status", "kernel_info_reply"}


class Starts:
    """The starts of one kernel, by the session that its messages name.

    Parameters
    ----------
    client_id
        Of this client; what a server says in a kernel's place may name it as the session.
    """

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._now = ""
        self._over: set[str] = set()
        self._before = ""
        self.is_restarted_here = False
        """Whether this client restarts it at the moment."""

    def begin_restart(self) -> None:
        """Take note that this client restarts it."""
        self.is_restarted_here, self._before = True, self._now

    def end_restart(self, *, is_done: bool) -> None:
        """Take the start before as over; the new one may have spoken before the server said that it is there."""
        self.is_restarted_here = False
        if is_done and self._now == self._before:
            self.next()

    def next(self) -> None:
        """Take what has spoken until now as over."""
        if self._now:
            self._over.add(self._now)
        self._now = ""

    def is_over(self, message: Message) -> bool:
        """Return whether a message is of a start that is over: it came late."""
        return message.session in self._over

    def is_new(self, message: Message) -> bool:
        """Take a message, and return whether it shows that the kernel was started again."""
        session = message.session
        if message.msg_type not in _SAID or session in {"", self._client_id} | self._over:
            return False
        before, self._now = self._now, session
        if before in {"", session}:
            return False
        self._over.add(before)
        return True
