"""Frames by a ``BroadcastChannel``, where the kernel is part of the page itself: JupyterLite.

Such a kernel hears Jupyter's messages between cells alone, so that no cell could await the page. What
is broadcast it hears while a cell awaits. All pages of the site in this browser may listen, as
they may read the site's files.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel_channel.rpc._transport import Receive

__all__ = ["BroadcastTransport", "is_part_of_page"]


def is_part_of_page() -> bool:
    """Say whether this kernel is Pyodide's, in a worker of the page that shows the notebook.

    Examples
    --------
    >>> is_part_of_page()
    False
    """
    return "pyodide.ffi" in sys.modules


class BroadcastTransport:
    """A ``BroadcastChannel`` of a name that the page learns from the widget.

    Parameters
    ----------
    name
        The name.
    """

    def __init__(self, name: str) -> None:
        js, self._ffi = import_module("js"), import_module("pyodide.ffi")
        self._object_of = js.Object.fromEntries
        self._port = js.BroadcastChannel.new(name)
        self._listener: Any = None

    def send(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Send a frame to all pages."""
        bare = [_bytes_of(buffer) for buffer in buffers]
        message = {"to": "page", "content": json.dumps(data), "buffers": bare}
        self._port.postMessage(self._ffi.to_js(message, dict_converter=self._object_of))

    def on_receive(self, callback: Receive) -> None:
        """Say who gets what pages send."""

        def take(event: Any) -> None:
            if event.data.to == "kernel":
                buffers = [buffer.to_bytes() for buffer in event.data.buffers]
                callback(json.loads(event.data.content), buffers)

        self._listener = self._ffi.create_proxy(take)
        self._port.onmessage = self._listener

    def close(self) -> None:
        """Carry nothing any more."""
        self._port.close()
        if self._listener is not None:
            asyncio.get_running_loop().call_soon(self._listener.destroy)  # it may be running
            self._listener = None


def _bytes_of(buffer: Any) -> Any:
    view = memoryview(buffer)
    return view.cast("B") if view.nbytes else b""
