"""How far ahead of the relay the kernel may publish: the relay's half.

xpython's own publisher drops what exceeds a thousand messages, silently. So the kernel
publishes a fence now and then, a message that the relay keeps, and waits where too much
lies behind the last one that was answered. The relay answers only while it has room.
"""

from __future__ import annotations

import json
import os

from datalab_kernel_spec.protocol._lines import WORD_BYTES
from datalab_kernel_spec.protocol._words import FENCE

__all__ = ["Credit"]

FENCE_BYTES = 200
"""No fence's content is longer."""

_FENCE = FENCE.encode()


class Credit:
    """Answer fences, the last one only."""

    def __init__(self, line: int) -> None:
        self._line = line
        self._unanswered = b""

    def is_fence(self, frames: list[bytes]) -> bool:
        """Say whether a message is a fence; one that is will be answered."""
        content = frames[-1]
        if len(content) > FENCE_BYTES or _FENCE not in content:
            return False
        number = int(json.loads(content)["data"][FENCE])
        self._unanswered = number.to_bytes(WORD_BYTES, "little")
        return True

    def grant(self) -> None:
        """Say that there is room for more."""
        if self._unanswered:
            os.write(self._line, self._unanswered)
            self._unanswered = b""
