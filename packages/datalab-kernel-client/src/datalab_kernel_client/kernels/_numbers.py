"""Messages that didn't come, found out by the numbers in a kernel's message ids.

ipykernel, and whatever makes its messages with `jupyter_client.session`, ends each id with a running
number. On iopub those of replies are missing, one for each request, and no others; but a server that
looks whether a link works, by requests of its own, keeps the first message for itself, which is the
`busy` of one of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datalab_kernel_client.kernels._messages import Message

__all__ = ["Numbers", "note_look"]

LOOK = "kernel_info_request"

_NUMBERED = re.compile(r"(.+_\d+)_(\d+)")


class Numbers:
    """Count what a kernel publishes behind one of its messages.

    Parameters
    ----------
    last_id
        Id of that message.
    looks
        Ids of the requests for kernel_info that the kernel has begun with and not ended.

    Examples
    --------
    >>> from datalab_kernel_client.kernels import Message
    >>> numbers = Numbers("abc_17_4")
    >>> for name in ("abc_17_5", "abc_17_8"):
    ...     numbers.take(Message(channel="iopub", header={"msg_id": name}))
    >>> numbers.missing
    2
    """

    def __init__(self, last_id: str, looks: Iterable[str] = ()) -> None:
        self._maker, self._last = _split(last_id)
        self._first = self._last
        self._came = 0
        self._looks = {*looks}

    @property
    def are_known(self) -> bool:
        """Whether this kernel numbers its messages."""
        return bool(self._maker)

    @property
    def missing(self) -> int:
        """How many messages before the last one didn't come."""
        return max(0, self._last - self._first - self._came)

    @property
    def is_open(self) -> bool:
        """Whether replies may be on their way that nothing has told of yet."""
        return bool(self._looks)

    def take(self, message: Message) -> None:
        """Count a message that came on iopub, and the reply of a request that has ended."""
        maker, number = _split(message.msg_id)
        if not maker or maker != self._maker or number <= self._first:
            return
        self._last = max(self._last, number)
        self._came += 1
        is_idle = message.content.get("execution_state") == "idle"
        if is_idle and message.parent_type.endswith("_request"):
            self._came += 1
            if message.parent_type == LOOK and message.parent_id not in self._looks:
                self._came += 1
        note_look(self._looks, message)


def note_look(looks: set[str], message: Message) -> None:
    """Take note of a request for kernel_info that begins or ends."""
    if message.parent_type == LOOK:
        state = message.content.get("execution_state")
        if state == "busy":
            looks.add(message.parent_id)
        elif state == "idle":
            looks.discard(message.parent_id)


def _split(msg_id: str) -> tuple[str, int]:
    """Return who made a message, and its number; an empty text where it has none."""
    found = _NUMBERED.fullmatch(msg_id)
    return (found[1], int(found[2])) if found else ("", 0)
