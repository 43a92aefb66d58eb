"""How far ahead of the relay the kernel may publish: the kernel's half.

What is agreed on is written down in :mod:`datalab_kernel_spec.relay._credit`.
"""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.protocol._lines import WORD_BYTES
from datalab_kernel_spec.protocol._words import FENCE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Flow", "count_displays", "size_of"]

AHEAD = 400
AHEAD_BYTES = 8 << 20
"""How many messages, or how much, may be on the way to the relay."""
FENCE_EVERY = 100
FENCE_BYTES = 2 << 20
"""After how many messages, or how much, a fence follows."""
AROUND_A_CELL = 4
"""What xpython itself publishes for a cell: two statuses, the input, an error."""
LEEWAY, LEEWAY_BYTES = 100, 2 << 20
"""How much more after a Stop, so that the cell ends without another wait."""
LOOK_MS = 50
AGAIN_S = 1.0
"""When a fence is published again: where it was dropped nothing else would end the wait."""
CHUNK_BYTES = 4096


class Flow:
    """Count what is published, and let who publishes wait for the relay.

    Parameters
    ----------
    line
        Where the relay's answers come.
    keep_order
        Called before a message is published; returns how many others it has published.
    """

    def __init__(self, line: int, keep_order: Callable[[], int]) -> None:
        self._keep_order = keep_order
        self._line = line
        self._lock = threading.Lock()
        self._publish_fence: Callable[[str], None] | None = None
        self._fences: deque[tuple[int, int, int]] = deque()
        """Number of each unanswered fence, and the counts up to it."""
        self._number = 0
        self._count = self._size = 0
        self._fenced = self._answered = (0, 0)
        self._is_stopped = False
        os.set_blocking(line, False)
        os.register_at_fork(after_in_child=self._end)

    def open(self, publish_fence: Callable[[str], None]) -> None:
        """Say how a fence is published; before, nobody waits."""
        self._publish_fence = publish_fence

    def _end(self) -> None:
        """Wait no more: the relay has gone, or this is a forked child."""
        self._publish_fence = None

    def begin_cell(self) -> None:
        """Count what xpython publishes by itself."""
        self._is_stopped = False
        with self._lock:
            self._count += AROUND_A_CELL

    def before(self, size: int) -> None:
        """Wait until a message of so many bytes may be published, which is then counted."""
        if self._publish_fence is None:
            return
        if self._is_far(self._fenced, FENCE_EVERY, FENCE_BYTES):
            self._fence()
            if self._is_too_far:
                self._wait()
        others = self._keep_order()
        with self._lock:
            self._count += 1 + others
            self._size += size

    def before_reply(self) -> None:
        """Let what children wrote come before an error that xpython itself publishes."""
        if self._publish_fence is not None:
            self._keep_order()

    @property
    def _is_too_far(self) -> bool:
        if self._publish_fence is None:
            return False
        more, more_bytes = (LEEWAY, LEEWAY_BYTES) if self._is_stopped else (0, 0)
        return self._is_far(self._answered, AHEAD + more, AHEAD_BYTES + more_bytes)

    def _is_far(self, mark: tuple[int, int], count: int, size: int) -> bool:
        return self._count - mark[0] >= count or self._size - mark[1] >= size

    def _fence(self) -> None:
        with self._lock:
            self._number += 1
            number = self._number
            self._fenced = self._count, self._size
            self._fences.append((number, *self._fenced))
            publish = self._publish_fence
        if publish is not None:
            publish(str(number))

    def _wait(self) -> None:
        """Wait in Python, so that a Stop ends the wait before anything is published."""
        poller = select.poll()
        poller.register(self._line, select.POLLIN)
        again_at = time.monotonic() + AGAIN_S
        try:
            self._hear()
            while self._is_too_far:
                if poller.poll(LOOK_MS):
                    self._hear()
                elif time.monotonic() > again_at:
                    again_at = time.monotonic() + AGAIN_S
                    self._fence()
        except KeyboardInterrupt:
            self._is_stopped = True
            raise

    def _hear(self) -> None:
        with self._lock:
            try:
                said = os.read(self._line, CHUNK_BYTES)
            except BlockingIOError:  # another thread was faster
                return
            if not said:
                self._end()
            number = int.from_bytes(said[-WORD_BYTES:], "little")
            while self._fences and self._fences[0][0] <= number:
                self._answered = self._fences.popleft()[1:]


def count_displays(shell: Any, flow: Flow) -> None:
    """Let displays and results wait for the relay, and publish fences among them."""
    publisher, hook = shell.display_pub, shell.displayhook
    show, clear = publisher.publish_display_data, publisher.clear_output
    publish_result = hook.publish_execution_result

    def publish_display_data(data: Any, metadata: Any, transient: Any, update: bool) -> None:
        flow.before(size_of(data, metadata))
        show(data, metadata, transient, update)

    def clear_output(wait: bool = False) -> None:
        flow.before(0)
        clear(wait)

    def publish_execution_result(number: int, data: Any, metadata: Any) -> None:
        flow.before(size_of(data, metadata))
        publish_result(number, data, metadata)

    publisher.publish_display_data = publish_display_data
    publisher.clear_output = clear_output
    hook.publish_execution_result = publish_execution_result
    flow.open(lambda number: show({FENCE: number}, {}, {}, False))  # noqa: FBT003


def size_of(*bundles: dict[str, Any] | None) -> int:
    """Return how many bytes displayed data takes at most, or nearly so."""
    size = 0
    for bundle in bundles:
        for value in bundle.values() if bundle else ():
            if isinstance(value, str):
                size += len(value) if value.isascii() else 4 * len(value)
            else:
                size += len(json.dumps(value, default=str, skipkeys=True))
    return size
