"""The blocking face, for scripts and consoles; it works inside a running loop, too.

The names are those of the asynchronous objects; methods wait, and take ``timeout_s`` beside.
Signals and assigned callbacks are called in one thread of their own. Ctrl-C ends the wait and
leaves the cell running; twice within a second, it interrupts the kernel.
"""

from __future__ import annotations

from datalab_kernel_client.sync._context_face import SessionContext
from datalab_kernel_client.sync._face import Signal
from datalab_kernel_client.sync._faces import (
    ClientComm,
    KernelConnection,
    KernelFuture,
    KernelManager,
    KernelSpecManager,
    Server,
    SessionConnection,
    SessionManager,
    connect,
)

__all__ = [
    "ClientComm",
    "KernelConnection",
    "KernelFuture",
    "KernelManager",
    "KernelSpecManager",
    "Server",
    "SessionConnection",
    "SessionContext",
    "SessionManager",
    "Signal",
    "connect",
]
