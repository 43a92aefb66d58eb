"""A page in Python for one channel in the same process, whose link can be made to fail."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.testing._fake_comm import Direction, FakeComm
from datalab_kernel_channel.testing._page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel_channel.rpc._channel import Channel

__all__ = ["FakePage"]


class FakePage(Page):
    """A page of a channel in this process.

    Parameters
    ----------
    channel
        The channel; ``open_channel(…).channel`` is there before a page is.
    initialize, is_focused
        As for :class:`Page`.

    Examples
    --------
    >>> async def test_adding(opening):
    ...     page = FakePage(opening.channel)
    ...     page.expose(add=lambda a, b: a + b)
    ...     await page.join()
    ...     channel = await opening
    ...     assert await channel.call("add", 1, 2) == 3
    """

    def __init__(
        self,
        channel: Channel,
        *,
        initialize: Callable[[], Any] | None = None,
        is_focused: bool = False,
    ) -> None:
        self.kernel_end, self.page_end = FakeComm.pair()
        self._channel = channel
        super().__init__(
            self.page_end, channel.channel_id, initialize=initialize, is_focused=is_focused
        )
        channel.attach(self.kernel_end)

    async def _until_ready(self) -> None:
        while self.id not in {client.id for client in self._channel.clients}:
            if self._channel.state == "closed":
                return
            await asyncio.sleep(0)

    async def refresh(self) -> None:
        """Load the page again: a new client with the same exposed functions replaces this one."""
        self._end()
        former, self.id = self.id, uuid.uuid4().hex
        self._welcome.clear()
        self.carries_buffers, self._has_asked = True, False
        await self.join(replaces=former)

    # ------------------------------------------------------------ faults

    def drop_frames(self, count: int, direction: Direction = "to_page") -> None:
        """Lose the next frames in one direction."""
        self._sender(direction).drop(count)

    def double_frames(self, count: int, direction: Direction = "to_page") -> None:
        """Deliver the next frames in one direction twice."""
        self._sender(direction).double(count)

    def half_open(self, seconds: float) -> None:
        """Lose everything in both directions for a time, without a word."""
        self.kernel_end.fall_silent(seconds)
        self.page_end.fall_silent(seconds)

    def lose_buffers(self) -> None:
        """Lose every frame that has buffers from now on, as a Jupyter server in front of a gateway does."""
        self.kernel_end.loses_buffers = self.page_end.loses_buffers = True

    def send_raw(self, data: Any, buffers: Sequence[Any] = ()) -> None:
        """Send the kernel anything."""
        self.page_end.send_raw(data, buffers)

    def _sender(self, direction: Direction) -> FakeComm:
        return self.kernel_end if direction == "to_page" else self.page_end
