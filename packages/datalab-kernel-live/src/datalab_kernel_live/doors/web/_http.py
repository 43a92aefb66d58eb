"""The transport on a computer: one kept-alive ``requests`` session."""

from __future__ import annotations

import http.client
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

import requests
import requests.adapters
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions

from datalab_kernel_live.doors._address import is_loopback
from datalab_kernel_live.doors._deadline import DeadlineSocket
from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
    WireError,
)
from datalab_kernel_live.doors.web._messages import Answer, Request

if TYPE_CHECKING:
    import socket

CONNECT_TIMEOUT_S = 3.0
IDLE_LIMIT_S = 3.0
"""DataLab closes a connection after 5 s without a request: a later one gets a new connection."""

_CHUNK_BYTES = 2**20


class _Connection(urllib3.connection.HTTPConnection):
    """A connection with a time limit for the whole answer."""

    def _new_conn(self) -> socket.socket:
        return DeadlineSocket.adopt(super()._new_conn())


class _Pool(urllib3.connectionpool.HTTPConnectionPool):
    """Makes these connections."""

    ConnectionCls = _Connection


class _Adapter(requests.adapters.HTTPAdapter):
    """Connects through these pools."""

    _pools: ClassVar[dict[str, Any]] = {
        "http": _Pool,
        "https": urllib3.connectionpool.HTTPSConnectionPool,
    }

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool manager use them."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


class RequestsTransport:
    """Sends to one server; safe to use from several threads.

    Parameters
    ----------
    url
        The server's address. Proxies of the environment are ignored for this computer.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._under_way = 0
        self._last_end_s = time.monotonic()
        self._session = requests.Session()
        self._session.trust_env = not is_loopback(url)
        self._session.headers.clear()
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.auth = _unchanged  # else a password in ~/.netrc replaces the token
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(pool_maxsize=16))

    def send(self, request: Request) -> Answer:
        """Send a request once (:class:`datalab_kernel_live.doors.web._messages.Transport`)."""
        with self._lock:
            if not self._under_way and time.monotonic() - self._last_end_s > IDLE_LIMIT_S:
                self._session.close()
            self._under_way += 1
        try:
            return self._send(request)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _as_wire_error(error) from None  # its text could hold a header
        finally:
            with self._lock:
                self._under_way -= 1
                self._last_end_s = time.monotonic()

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _send(self, request: Request) -> Answer:
        body: Any = request.body  # any iterable, as requests' documentation says
        with self._session.request(
            request.method,
            self._url + request.path,
            data=body,
            headers=dict(request.headers),
            timeout=(min(CONNECT_TIMEOUT_S, request.timeout_s), request.timeout_s),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _read(response, request.limit_bytes)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, headers, body)


def _unchanged(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _read(response: requests.Response, limit_bytes: int) -> bytes:
    """Return the body in one piece: ``response.content`` joins pieces of 10 kB."""
    raw = response.raw
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise MalformedError("it is compressed, which wasn't asked for")
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal():
        if int(declared) > limit_bytes:
            raise MalformedError(f"it has {int(declared):,} bytes; {limit_bytes:,} is the limit")
        return bytes(raw.read(decode_content=False))
    pieces: list[bytes] = []
    size_bytes = 0
    while piece := raw.read(_CHUNK_BYTES, decode_content=False):
        size_bytes += len(piece)
        if size_bytes > limit_bytes:
            raise MalformedError(f"it has more than {limit_bytes:,} bytes, which is the limit")
        pieces.append(piece)
    return b"".join(pieces)


def _as_wire_error(error: BaseException) -> WireError:
    """Tell the four failures apart by what lies at the bottom of the error."""
    causes = list(_causes(error))
    if any(isinstance(one, _NOT_REACHED) for one in causes):
        return NotReachedError(_innermost(causes))
    if any(isinstance(one, _TIMED_OUT) for one in causes):
        return TimedOutError(_innermost(causes))
    if any(isinstance(one, _DROPPED) for one in causes):
        return DroppedError(_innermost(causes))
    if any(isinstance(one, _MALFORMED) for one in causes):
        return MalformedError(_innermost(causes))
    return NotReachedError(_innermost(causes))


_NOT_REACHED = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.ProxyError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
)
_TIMED_OUT = (TimeoutError, requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
_DROPPED = (
    ConnectionResetError,
    ConnectionAbortedError,
    BrokenPipeError,
    http.client.RemoteDisconnected,
)
_MALFORMED = (http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError)


def _causes(error: BaseException | None) -> list[BaseException]:
    """Return an error and all that it was made from: causes, contexts and arguments."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _innermost(causes: list[BaseException]) -> str:
    """Name the last cause; the system's text of an OSError is kept, others may hold secrets."""
    for one in reversed(causes):
        if isinstance(one, OSError) and one.strerror:
            return str(one.strerror)
    return type(causes[-1]).__name__
