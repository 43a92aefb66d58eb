"""Comms and two-way calls between a notebook's kernel and its page in the browser.

Every name is imported when first used: importing this package needs neither IPython, NumPy,
Sigima, anywidget nor ipywidgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_channel._errors import (
        CallAllError,
        CancelledByUser,
        ChannelClosedError,
        ChannelError,
        ChannelTimeoutError,
        ClientGoneError,
        FrontendSourceError,
        JavaScriptError,
        MethodNotFoundError,
        NoClientError,
        NoFrontendError,
        StreamConsumedError,
        WireValueError,
    )
    from datalab_kernel_channel._widget import ChannelWidget
    from datalab_kernel_channel.comm import Comm, CommManager, create_comm, get_comm_manager
    from datalab_kernel_channel.rpc import (
        DEFAULT,
        CallInfo,
        Channel,
        Client,
        OpeningChannel,
        current_call,
        expose,
        open_channel,
    )
    from datalab_kernel_channel.streams import InStream, OutStream
    from datalab_kernel_channel.values import NDArray, register_codec

__all__ = [
    "DEFAULT",
    "CallAllError",
    "CallInfo",
    "CancelledByUser",
    "Channel",
    "ChannelClosedError",
    "ChannelError",
    "ChannelTimeoutError",
    "ChannelWidget",
    "Client",
    "ClientGoneError",
    "Comm",
    "CommManager",
    "FrontendSourceError",
    "InStream",
    "JavaScriptError",
    "MethodNotFoundError",
    "NDArray",
    "NoClientError",
    "NoFrontendError",
    "OpeningChannel",
    "OutStream",
    "StreamConsumedError",
    "WireValueError",
    "__version__",
    "create_comm",
    "current_call",
    "expose",
    "get_comm_manager",
    "open_channel",
    "register_codec",
]

_NAMES_OF = {
    "_widget": ("ChannelWidget",),
    "comm": ("Comm", "CommManager", "create_comm", "get_comm_manager"),
    "rpc": (
        "DEFAULT", "CallInfo", "Channel", "Client", "OpeningChannel", "current_call", "expose", "open_channel",
    ),
    "streams": ("InStream", "OutStream"),
    "values": ("NDArray", "register_codec"),
}  # fmt: skip
_HOMES = {name: module for module, names in _NAMES_OF.items() for name in names}
"""Where each public name lives, unless it is an error."""


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("datalab-kernel-channel")
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_HOMES.get(name, '_errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names too."""
    return sorted({*globals(), *__all__})
