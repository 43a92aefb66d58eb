"""Kernels and sessions on any Jupyter server, driven from Python.

Importing this package costs next to nothing: every name is imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_HOMES = dict.fromkeys(_ERRORS, "errors")


__all__ = [
    "AmbiguousServerError",
    "ClientError",
    "ConnectionLostError",
    "DisposedError",
    "DuplicateSessionWarning",
    "ExecutionError",
    "KernelDeadError",
    "KernelGoneError",
    "KernelNotFoundError",
    "KernelRestartedError",
    "KernelSpecError",
    "KernelSpecNotFoundError",
    "KernelStartError",
    "MessageTooLargeError",
    "NoServerError",
    "NoWorkspaceError",
    "NotAJupyterServerError",
    "RequestCanceledError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerStoppedError",
    "ServerTimeoutError",
    "ServerUnreachableError",
    "SessionExistsError",
    "SessionKernelMismatchWarning",
    "SessionNotFoundError",
    "SharedKernelError",
    "WrongBaseUrlError",
    "WrongTokenError",
    "__version__",
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
