"""A ready front end while it is shown: opened under the cell, replaced by what is left to say."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.rpc._channel import current_call
from datalab_kernel_channel.rpc._opening import OpeningChannel, open_channel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from datalab_kernel_channel.rpc._channel import Channel
    from datalab_kernel_channel.rpc._client import Client

__all__ = ["Place", "opening", "shown"]

STATIC = files("datalab_kernel_channel.frontends").joinpath("static")


class Place:
    """An output below the running cell, whose content can be replaced."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, channel: Channel) -> None:
        """Show a channel's front end."""
        from IPython.display import display

        self._handle = display(channel, display_id=True)

    def replace(self, bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        """Show something else in its place."""
        if self._handle is not None:
            self._handle.update(bundle, raw=True, metadata=metadata or {})

    def say(self, text: str) -> None:
        """Show a line of text in its place."""
        self.replace({"text/plain": text})


def opening(name: str, module: str, **functions: Callable[..., Any]) -> OpeningChannel:
    """Open a channel to one of the ready modules, without showing it yet."""
    return open_channel(
        STATIC.joinpath(f"{module}.js").read_text("utf-8"),
        css=STATIC.joinpath("frontends.css").read_text("utf-8"),
        expose=functions,
        name=name,
        display=False,
        call_timeout_s=None,
    )


@asynccontextmanager
async def shown(
    name: str, module: str, **functions: Callable[..., Any]
) -> AsyncIterator[tuple[Channel, Place, Client]]:
    """Show a ready front end as long as the block runs; give also the page that shows it.

    Each window of the notebook joins, but only the one in which the cell was run shows what it shows.
    """
    page: asyncio.Future[Client] = asyncio.get_running_loop().create_future()

    def shows() -> None:
        if not page.done():
            page.set_result(current_call().client)

    opened = opening(name, module, shows=shows, **functions)
    place = Place()
    place.show(opened.channel)
    async with opened as channel:
        try:
            yield channel, place, await page
        except BaseException as error:
            place.say(f"Nothing was changed ({type(error).__name__}).")
            raise
