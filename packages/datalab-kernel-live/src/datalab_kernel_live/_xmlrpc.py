"""One XML-RPC call over one connection, with a time limit and a size limit for the answer.

Python's own transport has neither, and sends a call again when its connection breaks.
"""

from __future__ import annotations

import http.client
import xmlrpc.client
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

from datalab_kernel_live._deadline import DeadlineSocket
from datalab_kernel_live._wire import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
)

ANSWER_LIMIT_BYTES = 2**30
"""An image of 2,048 by 2,048 samples is 85 MB of text here."""


class FaultError(Exception):
    """DataLab's method raised; the text is what it says."""


class Caller(Protocol):
    """Makes one XML-RPC call: what `RemoteDoor` needs of the world."""

    def send(self, method: str, arguments: tuple[Any, ...], timeout_s: float) -> Any:
        """Return what DataLab's method returns.

        Raises
        ------
        FaultError
            If it raised.
        NotReachedError, DroppedError, TimedOutError, MalformedError
            As in `datalab_kernel_live._wire.Transport`.
        """


class LoopbackCaller:
    """Calls the XML-RPC server at a port of this computer; safe to use from several threads."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, method: str, arguments: tuple[Any, ...], timeout_s: float) -> Any:
        """Call once (:class:`Caller`)."""
        transport = _Transport(timeout_s)
        proxy = xmlrpc.client.ServerProxy(
            f"http://127.0.0.1:{self._port}", transport=transport, allow_none=True
        )
        try:
            return getattr(proxy, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            raise FaultError(fault.faultString) from None
        except TimeoutError:
            kind = TimedOutError if transport.is_connected else NotReachedError
            raise kind("timed out") from None
        except OSError as error:  # RemoteDisconnected is one
            kind_ = DroppedError if transport.is_connected else NotReachedError
            raise kind_(error.strerror or type(error).__name__) from None
        except (http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise MalformedError(f"it isn't XML-RPC ({type(error).__name__})") from None
        finally:
            transport.close()


class _Connection(http.client.HTTPConnection):
    """A connection whose time limit is for the whole answer."""

    def connect(self) -> None:
        super().connect()
        self.sock = DeadlineSocket.adopt(self.sock)


class _Transport(xmlrpc.client.Transport):
    """Sends one request once."""

    accept_gzip_encoding = False  # it costs more than it saves on this computer

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        self.is_connected = False

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _Connection(str(host), timeout=self._timeout_s)
        connection.connect()
        self.is_connected = True
        self._connection = host, connection
        return connection

    def request(
        self, host: Any, handler: str, request_body: Any, verbose: bool = False
    ) -> tuple[Any, ...]:
        return self.single_request(host, handler, request_body, verbose)

    def parse_response(self, response: http.client.HTTPResponse) -> tuple[Any, ...]:
        body = response.read(ANSWER_LIMIT_BYTES)
        if len(body) == ANSWER_LIMIT_BYTES:
            raise MalformedError(f"it has {ANSWER_LIMIT_BYTES:,} bytes or more")
        values = _parsed(body)
        if len(values) != 1:
            raise MalformedError(f"it has {len(values)} values")
        return values


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
