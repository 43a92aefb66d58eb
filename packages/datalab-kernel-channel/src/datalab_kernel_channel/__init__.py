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
    from datalab_kernel_channel.comm import Comm, CommManager, create_comm, get_comm_manager

__all__ = [
    "CallAllError",
    "CancelledByUser",
    "ChannelClosedError",
    "ChannelError",
    "ChannelTimeoutError",
    "ClientGoneError",
    "Comm",
    "CommManager",
    "FrontendSourceError",
    "JavaScriptError",
    "MethodNotFoundError",
    "NoClientError",
    "NoFrontendError",
    "StreamConsumedError",
    "WireValueError",
    "__version__",
    "create_comm",
    "get_comm_manager",
]

_HOMES = dict.fromkeys(("Comm", "CommManager", "create_comm", "get_comm_manager"), "comm")
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
