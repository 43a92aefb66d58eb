"""What carries frames: anything that sends a dict with buffers, and hands on what comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datalab_kernel_channel._widget import ChannelWidget

__all__ = ["Receive", "Transport", "WidgetTransport"]

Receive = Callable[[Any, Sequence[Any]], None]
"""Called with what came, which may be anything, and its buffers."""


class Transport(Protocol):
    """A carrier of frames to all pages that show one notebook, or to one page."""

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Send a frame; nothing is said about its arrival."""

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what comes."""

    def close(self) -> None:
        """Carry nothing any more."""


class WidgetTransport:
    """Custom messages of a widget, which every page gets that shows the notebook."""

    def __init__(self, widget: ChannelWidget) -> None:
        self._widget = widget

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Send a frame to all pages."""
        self._widget.send(data, list(buffers))

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what pages send."""
        self._widget.on_msg(lambda _widget, content, buffers: callback(content, buffers or ()))

    def close(self) -> None:
        """Take the widget, with its layout, out of all pages."""
        layout = self._widget.layout
        self._widget.close()
        layout.close()
