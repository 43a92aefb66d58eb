"""The exception tree of the client: public, documented, with facts as attributes.

Each error derives from :class:`ClientError` and from the builtin that a caller would guess,
survives pickling, and says what was asked, what was found and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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
]


class ClientError(Exception):
    """Base of every error that this package raises on purpose.

    Parameters
    ----------
    message
        What was asked, what was found, what to do next. No token is ever in it.
    **facts
        The same in machine-readable form; each becomes an attribute, which the class declares
        with its type. Those without a value of their own there are always given.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        for name, fact in facts.items():
            setattr(self, name, fact)

    def __str__(self) -> str:
        """Give the message as it is (LookupError and OSError have ways of their own)."""
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and facts."""
        return _rebuild, (type(self), self.message, self.facts)


def _rebuild(kind: type[ClientError], message: str, facts: dict[str, Any]) -> ClientError:
    return kind(message, **facts)


# ---------------------------------------------------------------- the server


class NoServerError(ClientError, FileNotFoundError):
    """No server was named, and none runs here that could be meant."""


class AmbiguousServerError(ClientError, LookupError):
    """Several servers run here, and nothing says which one is meant."""

    candidates: Sequence[str]
    """Their URLs, without tokens."""


class ServerUnreachableError(ClientError, ConnectionError):
    """The server refused the connection, its name is unknown, or TLS failed."""

    url: str
    reason: str


class ServerTimeoutError(ClientError, TimeoutError):
    """The server didn't answer in time."""

    url: str
    timeout_s: float


class ServerStoppedError(ClientError, ConnectionError):
    """A hub answered that this user's server doesn't run."""

    url: str
    status: int


class WrongTokenError(ClientError, PermissionError):
    """The server wants a token or a login, or refused the ones it got."""

    url: str
    status: int


class WrongBaseUrlError(ClientError, ValueError):
    """A Jupyter server is there, under another prefix."""

    url: str
    suggestion: str
    """The URL that answers as a Jupyter server."""


class NotAJupyterServerError(ClientError, ConnectionError):
    """What answers at the URL isn't a Jupyter server."""

    url: str


class ResponseError(ClientError, RuntimeError):
    """Anything else that the server says instead of doing what it was asked."""

    status: int
    method: str
    path: str
    server_message: str = ""
    """The server's own words."""
    traceback: str = ""


# ---------------------------------------------------------------- kernel specs, kernels, sessions


class KernelSpecError(ClientError, ValueError):
    """The server has no valid kernel spec."""


class KernelSpecNotFoundError(ClientError, LookupError):
    """The server has no kernel spec of that name."""

    name: str
    available: Sequence[str]


class KernelStartError(ClientError, RuntimeError):
    """A kernel couldn't be started, or isn't the one that was asked for."""

    reason: str


class KernelNotFoundError(ClientError, LookupError):
    """No kernel of that id runs on the server."""

    kernel_id: str


class SessionNotFoundError(ClientError, LookupError):
    """No session of that path or id is on the server."""

    path: str
    nearest: Sequence[str]
    """Paths of sessions that resemble it."""
    running: Sequence[str]
    """Paths of all sessions."""


class SessionExistsError(ClientError, FileExistsError):
    """The path has a session already."""

    path: str
    model: Any
    """The :class:`SessionModel` that is there."""


class SharedKernelError(ClientError, RuntimeError):
    """Other sessions use the same kernel, which this would take from them."""

    paths: Sequence[str]


class NoWorkspaceError(ClientError, LookupError):
    """The kernel has no DataLab workspace to talk to."""


# ---------------------------------------------------------------- connections


class DisposedError(ClientError, RuntimeError):
    """The object was disposed of and does nothing any more."""


class MessageTooLargeError(ClientError, ValueError):
    """A message is larger than what a Jupyter server takes in one frame."""

    size_bytes: int
    limit_bytes: int


class RequestCanceledError(ClientError, RuntimeError):
    """A request ended before the kernel had answered it."""

    msg_type: str


class KernelRestartedError(RequestCanceledError):
    """The kernel was restarted meanwhile: it has forgotten the request and all variables."""


class KernelDeadError(RequestCanceledError):
    """The kernel died and doesn't come back."""

    reason: str


class KernelGoneError(RequestCanceledError):
    """The kernel was shut down or removed from the server."""


class ConnectionLostError(RequestCanceledError, ConnectionError):
    """The link broke and couldn't be made again; the kernel may still run."""


class RequestTimeoutError(ClientError, TimeoutError):
    """A request or a wait took longer than it was allowed to."""

    timeout_s: float


class ExecutionError(ClientError, RuntimeError):
    """The code that was executed raised an exception in the kernel."""

    ename: str
    evalue: str
    traceback: Sequence[str]
    """Lines, with the kernel's colour codes."""
    cell_index: int | None = None


# ---------------------------------------------------------------- warnings


class SessionKernelMismatchWarning(UserWarning):
    """The path's session was there already, with another kernel than was asked for."""


class DuplicateSessionWarning(UserWarning):
    """Two sessions have one path: somebody else started one at the same moment."""
