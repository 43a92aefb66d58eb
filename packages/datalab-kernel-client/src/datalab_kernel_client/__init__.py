"""Kernels and sessions on any Jupyter server, driven from Python.

Importing this package costs next to nothing: every name is imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_client import sync
    from datalab_kernel_client._server import Server, connect
    from datalab_kernel_client.context import KernelPreference, SessionContext, default_kernel
    from datalab_kernel_client.errors import (
        AmbiguousServerError,
        ClientError,
        ConnectionLostError,
        DisposedError,
        DuplicateSessionWarning,
        ExecutionError,
        KernelDeadError,
        KernelGoneError,
        KernelNotFoundError,
        KernelRestartedError,
        KernelSpecError,
        KernelSpecNotFoundError,
        KernelStartError,
        MessageTooLargeError,
        NoServerError,
        NotAJupyterServerError,
        NoWorkspaceError,
        RequestCanceledError,
        RequestTimeoutError,
        ResponseError,
        ServerStoppedError,
        ServerTimeoutError,
        ServerUnreachableError,
        SessionExistsError,
        SessionKernelMismatchWarning,
        SessionNotFoundError,
        SharedKernelError,
        WrongBaseUrlError,
        WrongTokenError,
    )
    from datalab_kernel_client.kernels import (
        Change,
        ClientComm,
        ExecuteResult,
        Gap,
        KernelConnection,
        KernelFuture,
        KernelManager,
        KernelModel,
        Message,
        Pace,
    )
    from datalab_kernel_client.server import ServerInfo, ServerSettings, running_servers
    from datalab_kernel_client.sessions import SessionConnection, SessionManager, SessionModel
    from datalab_kernel_client.signals import Signal
    from datalab_kernel_client.specs import KernelSpec, KernelSpecManager, KernelSpecs

_ERRORS = (
    *("AmbiguousServerError", "ClientError", "ConnectionLostError", "DisposedError"),
    *("DuplicateSessionWarning", "ExecutionError", "KernelDeadError", "KernelGoneError"),
    *("KernelNotFoundError", "KernelRestartedError", "KernelSpecError", "KernelSpecNotFoundError"),
    *("KernelStartError", "MessageTooLargeError", "NoServerError", "NoWorkspaceError"),
    *("NotAJupyterServerError", "RequestCanceledError", "RequestTimeoutError", "ResponseError"),
    *("ServerStoppedError", "ServerTimeoutError", "ServerUnreachableError", "SessionExistsError"),
    *("SessionKernelMismatchWarning", "SessionNotFoundError", "SharedKernelError"),
    *("WrongBaseUrlError", "WrongTokenError"),
)
_HOMES = {
    **dict.fromkeys(_ERRORS, "errors"),
    "Change": "kernels",
    "ClientComm": "kernels",
    "ExecuteResult": "kernels",
    "Gap": "kernels",
    "KernelConnection": "kernels",
    "KernelFuture": "kernels",
    "KernelManager": "kernels",
    "KernelModel": "kernels",
    "KernelPreference": "context",
    "SessionContext": "context",
    "default_kernel": "context",
    "KernelSpec": "specs",
    "KernelSpecManager": "specs",
    "KernelSpecs": "specs",
    "Message": "kernels",
    "Pace": "kernels",
    "Server": "_server",
    "ServerInfo": "server",
    "ServerSettings": "server",
    "SessionConnection": "sessions",
    "SessionManager": "sessions",
    "SessionModel": "sessions",
    "Signal": "signals",
    "connect": "_server",
    "sync": "sync",
    "running_servers": "server",
}


__all__ = [
    "AmbiguousServerError",
    "Change",
    "ClientComm",
    "ClientError",
    "ConnectionLostError",
    "DisposedError",
    "DuplicateSessionWarning",
    "ExecuteResult",
    "ExecutionError",
    "Gap",
    "KernelConnection",
    "KernelDeadError",
    "KernelFuture",
    "KernelGoneError",
    "KernelManager",
    "KernelModel",
    "KernelNotFoundError",
    "KernelPreference",
    "KernelRestartedError",
    "KernelSpec",
    "KernelSpecError",
    "KernelSpecManager",
    "KernelSpecNotFoundError",
    "KernelSpecs",
    "KernelStartError",
    "Message",
    "MessageTooLargeError",
    "NoServerError",
    "NoWorkspaceError",
    "NotAJupyterServerError",
    "Pace",
    "RequestCanceledError",
    "RequestTimeoutError",
    "ResponseError",
    "Server",
    "ServerInfo",
    "ServerSettings",
    "ServerStoppedError",
    "ServerTimeoutError",
    "ServerUnreachableError",
    "SessionConnection",
    "SessionContext",
    "SessionExistsError",
    "SessionKernelMismatchWarning",
    "SessionManager",
    "SessionModel",
    "SessionNotFoundError",
    "SharedKernelError",
    "Signal",
    "WrongBaseUrlError",
    "WrongTokenError",
    "__version__",
    "connect",
    "default_kernel",
    "running_servers",
    "sync",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("datalab-kernel-client")
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = import_module(f"{__name__}.{_HOMES[name]}")
    value = home if name == _HOMES[name] else getattr(home, name)
    globals()[name] = value
    return value
