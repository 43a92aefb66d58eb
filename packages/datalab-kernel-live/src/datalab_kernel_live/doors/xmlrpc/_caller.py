"""One XML-RPC call over one connection, with a time limit and a size limit for the answer.

Python's own transport has neither, and sends a call again when its connection breaks.
"""

from __future__ import annotations

import http.client
import xmlrpc.client
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from xml.parsers.expat import ExpatError

from datalab_kernel_live.doors._deadline import DeadlineSocket
from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Wait: TypeAlias = Callable[[], Callable[[], Any]]

ANSWER_LIMIT_BYTES = 2**30
"""An image of 2,048 by 2,048 samples is 85 MB of text here."""


class FaultError(Exception):
    """DataLab's method raised; the text is what it says."""


class Caller(Protocol):
    """Makes one XML-RPC call: what `RemoteDoor` needs of the world."""

    def begin(self, method: str, arguments: tuple[Any, ...], timeout_s: float) -> Wait:
        """Send a call, and return what waits for its answer; ``timeout_s`` is for both.

        That gives, as soon as the answer begins to come, what reads it, which takes long of a
        large one.

        Raises
        ------
        FaultError
            When read: DataLab's method raised.
        NotReachedError, DroppedError, TimedOutError, MalformedError
            As in `datalab_kernel_live.doors.web._messages.Transport`.
        """


class LoopbackCaller:
    """Calls the XML-RPC server at a port of this computer; safe to use from several threads."""

    def __init__(self, port: int) -> None:
        self._port = port

    def begin(self, method: str, arguments: tuple[Any, ...], timeout_s: float) -> Wait:
        """Send a call over a connection of its own (:class:`Caller`)."""
        connection = _Connection("127.0.0.1", self._port, timeout=timeout_s)
        text = xmlrpc.client.dumps(arguments, method, allow_none=True)
        with _translated_failures(connection):
            body = text.encode("utf-8", "xmlcharrefreplace")
            connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})

        def wait() -> Callable[[], Any]:
            with _translated_failures(connection):
                response = connection.getresponse()
            return partial(_read, connection, response)

        return wait


def _read(connection: _Connection, response: http.client.HTTPResponse) -> Any:
    with closing(connection), closing(response), _translated_failures(connection):
        return _value_in(response)


class _Connection(http.client.HTTPConnection):
    """A connection whose time limit is for the whole answer."""

    is_connected = False

    def connect(self) -> None:
        super().connect()
        self.sock = DeadlineSocket.adopt(self.sock)
        self.is_connected = True


@contextmanager
def _translated_failures(connection: _Connection) -> Iterator[None]:
    """Say what went wrong as a failure on the way; the connection is closed then."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - raised again, by what it means
        connection.close()
        raise _failure_of(error, is_connected=connection.is_connected) from None


def _failure_of(error: Exception, *, is_connected: bool) -> Exception:
    """Return the failure that an error of Python's modules means; any other error as it is."""
    match error:
        case xmlrpc.client.Fault():
            return FaultError(error.faultString)
        case TimeoutError():
            return (TimedOutError if is_connected else NotReachedError)("timed out")
        case OSError():  # RemoteDisconnected is one
            text = error.strerror or type(error).__name__
            return (DroppedError if is_connected else NotReachedError)(text)
        case http.client.HTTPException():
            return MalformedError(f"it isn't XML-RPC ({type(error).__name__})")
    return error


def _value_in(response: http.client.HTTPResponse) -> Any:
    if response.status != http.client.OK:
        raise MalformedError(f"it isn't XML-RPC (it answers {response.status})")
    body = response.read(ANSWER_LIMIT_BYTES)
    if len(body) == ANSWER_LIMIT_BYTES:
        raise MalformedError(f"it has {ANSWER_LIMIT_BYTES:,} bytes or more")
    values = _parsed(body)
    if len(values) != 1:
        raise MalformedError(f"it has {len(values)} values")
    return values[0]


def _parsed(body: bytes) -> tuple[Any, ...]:
    """Read an answer; what raises in it depends on what is wrong with it."""
    try:
        return xmlrpc.client.loads(body)[0]
    except xmlrpc.client.Fault:
        raise
    except (
        xmlrpc.client.Error,
        ArithmeticError,
        AttributeError,
        ExpatError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise MalformedError(f"it isn't XML-RPC ({type(error).__name__})") from None
