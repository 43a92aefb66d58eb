"""What carries frames: anything that sends a dict with buffers, and hands on what comes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datalab_kernel_channel._widget import ChannelWidget

__all__ = ["Receive", "Transport", "WidgetTransport"]

Receive = Callable[[Any, Sequence[Any]], None]
"""Called with what came, which may be anything, and its buffers."""


def with_nones(content: Any) -> Any:
    """Return JSON as every kernel but Pyodide's gives it: there JavaScript's null is an object of its own.

    Examples
    --------
    >>> with_nones({"replaces": None, "items": [1]})
    {'replaces': None, 'items': [1]}
    """
    ffi = sys.modules.get("pyodide.ffi")
    null = getattr(ffi, "jsnull", None)  # since Pyodide 0.28
    return content if null is None else _replaced(content, null)


def _replaced(value: Any, null: object) -> Any:
    if value is null:
        return None
    if isinstance(value, dict):
        return {key: _replaced(part, null) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, null) for part in value]
    return value


class Transport(Protocol):
    """A carrier of frames to all pages that show one notebook, or to one page."""

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Send a frame; nothing is said about its arrival."""

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what comes."""

    def close(self) -> None:
        """Carry nothing any more."""


class WidgetTransport:
    """Custom messages of a widget, which every page gets that shows the notebook.

    Parameters
    ----------
    widget
        The widget.
    channel_id
        The channel whose frames these are.
    """

    def __init__(self, widget: ChannelWidget, channel_id: str) -> None:
        self._widget = widget
        self._channel_id = channel_id
        self._receive: Receive | None = None

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Send a frame to all pages."""
        self._widget.send(data, list(buffers))

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what pages send."""
        self._receive = callback
        self._widget.on_msg(self._take)

    def _take(self, _widget: Any, content: Any, buffers: Any) -> None:
        if self._receive is not None:
            self._receive(with_nones(content), buffers or ())

    def close(self) -> None:
        """Take the widget, with its layout, out of all pages, unless it carries another channel now."""
        self._receive = None
        self._widget.on_msg(self._take, remove=True)
        if self._widget.channel_id != self._channel_id:
            return
        layout = self._widget.layout
        self._widget.close()
        layout.close()
