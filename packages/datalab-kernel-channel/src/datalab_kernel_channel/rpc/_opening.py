"""Opening a channel: what is shown, and the wait for the first page."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from datalab_kernel_channel._errors import NoFrontendError
from datalab_kernel_channel.rpc._broadcast import BroadcastTransport, is_part_of_page
from datalab_kernel_channel.rpc._channel import Channel
from datalab_kernel_channel.rpc._notebook import RunningCell, display, running_cell
from datalab_kernel_channel.rpc._sources import module_text, name_of, style_text
from datalab_kernel_channel.rpc._transport import WidgetTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from types import TracebackType

    from datalab_kernel_channel._errors import NoFrontendReason
    from datalab_kernel_channel._widget import ChannelWidget

__all__ = ["OpeningChannel", "open_channel"]

HEADLESS_S = 2.0
"""How long a page is waited for where there is no browser, as far as can be known."""


class OpeningChannel:
    """A channel that opens: await it, or use it as an asynchronous context manager.

    Attributes
    ----------
    channel
        The channel, there at once.
    """

    def __init__(
        self, channel: Channel, *, cell: RunningCell, is_shown: bool, timeout_s: float | None
    ) -> None:
        self.channel = channel
        self._cell = cell
        self._is_shown = is_shown
        self._timeout_s = timeout_s

    def __await__(self) -> Generator[Any, None, Channel]:
        return self._open().__await__()

    async def __aenter__(self) -> Channel:
        return await self._open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.channel.close()

    async def _open(self) -> Channel:
        limit_s = self._timeout_s
        if self._cell.is_headless:
            limit_s = HEADLESS_S if limit_s is None else min(HEADLESS_S, limit_s)
        try:
            async with asyncio.timeout(limit_s) as scope:
                await self.channel.wait_until_open()
        except BaseException as error:
            is_late = isinstance(error, TimeoutError) and scope.expired()
            await self.channel.close()
            if is_late:
                raise NoFrontendError(reason=self._reason()) from None
            raise
        return self.channel

    def _reason(self) -> NoFrontendReason:
        if self._cell.is_headless:
            return "headless"
        if self._is_shown and self._cell.cell_id is not None:
            return "no_widget_manager"  # a page ran this cell, so it shows what the cell displays
        return "nobody_displays"


class _Opened:
    """The channels that are open, by the cell that opened them and their name."""

    def __init__(self) -> None:
        self._channels: dict[tuple[str | None, str], list[tuple[str | None, Channel]]] = {}

    def add(self, cell: RunningCell, channel: Channel) -> None:
        """Note a channel; close those that an earlier run of the same cell opened under its name."""
        key = (cell.cell_id, channel.name)
        kept: list[tuple[str | None, Channel]] = []
        for message_id, former in self._channels.get(key, []):
            is_earlier_run = cell.message_id is not None and message_id != cell.message_id
            if is_earlier_run:
                former.close_now()
            elif former.state != "closed":
                kept.append((message_id, former))
        self._channels[key] = [*kept, (cell.message_id, channel)]
        channel.on_state(lambda _state: self._forget(key, channel))

    def _forget(self, key: tuple[str | None, str], channel: Channel) -> None:
        if channel.state == "closed":
            left = [entry for entry in self._channels.get(key, []) if entry[1] is not channel]
            self._channels[key] = left
            if not left:
                del self._channels[key]


_OPENED = _Opened()


def open_channel(  # noqa: PLR0913 - as documented
    frontend: str | Path | ChannelWidget | type[ChannelWidget],
    *,
    expose: object | Mapping[str, Callable[..., Any]] | None = None,
    name: str | None = None,
    css: str | Path | None = None,
    display: bool = True,
    timeout_s: float | None = 10.0,
    call_timeout_s: float | None = 30.0,
) -> OpeningChannel:
    """Open a channel to the pages that show this notebook.

    Running the cell again closes the channel that it opened before, and opens a new one.

    Parameters
    ----------
    frontend
        The page's half: an ES module whose default export is a function, or an object with
        ``initialize`` and ``render``; its text, its file, or a widget of it.
    expose
        What pages may call: an object, or functions by name; see :meth:`Channel.expose`.
    name
        What the channel is called; derived from the module unless given.
    css
        A style sheet, or its file.
    display
        Whether the cell shows the front end.
    timeout_s
        How long the first page is waited for; None: for ever. Where the notebook runs without a
        browser it is 3 s at most.
    call_timeout_s
        The channel's `call_timeout_s`.

    Returns
    -------
    OpeningChannel
        To be awaited, or used by ``async with``.

    Raises
    ------
    FrontendSourceError
        At once, if the module has no default export.
    FileNotFoundError
        At once, if there is no such file.
    NoFrontendError
        When it is awaited and no page comes.
    JavaScriptError
        When it is awaited and the module doesn't load, or its function throws.

    Examples
    --------
    >>> async def cell() -> None:
    ...     channel = await open_channel(
    ...         "export default function ({ channel }) { channel.expose({ add: (a, b) => a + b }); }"
    ...     )
    ...     assert await channel.call("add", 1, 2) == 3
    """
    if timeout_s is not None and not timeout_s > 0:
        raise ValueError(f"A time-out is above 0 s, or None to wait for ever; got {timeout_s}.")
    cell = running_cell()
    widget, text = _widget_of(frontend, css)
    channel = Channel(
        channel_id=uuid.uuid4().hex,
        name=name or name_of(text),
        call_timeout_s=call_timeout_s,
        widget=widget,
    )
    if expose is not None:
        channel.expose(expose)
    channel.attach(WidgetTransport(widget, channel.channel_id))
    if is_part_of_page():
        channel.attach(BroadcastTransport(channel.channel_id))
    with widget.hold_sync():
        widget.is_broadcast = is_part_of_page()
        widget.is_displayed = display
        widget.channel_id = channel.channel_id
    _OPENED.add(cell, channel)
    is_shown = display and _show(channel)
    return OpeningChannel(channel, cell=cell, is_shown=is_shown, timeout_s=timeout_s)


def _show(channel: Channel) -> bool:
    return display(channel)


def _widget_of(
    frontend: str | Path | ChannelWidget | type[ChannelWidget], css: str | Path | None
) -> tuple[ChannelWidget, str]:
    if isinstance(frontend, str | Path):
        text, style = module_text(frontend), style_text(css)
        from datalab_kernel_channel._widget import ChannelWidget

        return ChannelWidget.from_module(text, css=style), text
    widget = cast("ChannelWidget", frontend() if isinstance(frontend, type) else frontend)
    return widget, type(widget).__qualname__
