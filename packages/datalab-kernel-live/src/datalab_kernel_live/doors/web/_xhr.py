"""The transport in a web page: the page's own requests, which a kernel in it may wait for.

``XMLHttpRequest`` and not ``fetch``: a failure of the latter that is caught still marks the cell
as failed in Pyodide. It tells no cause of a failure apart, so the text lists them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
)
from datalab_kernel_live.doors.web._messages import Answer, Request

if TYPE_CHECKING:
    from datalab_kernel_live.doors.web._messages import Body

CAUSES = (
    "the browser doesn't say why: DataLab or its Web API isn't running there; or the browser was "
    "not allowed to reach this computer ('local network access', asked beside the page's address); "
    "or an https page asked another computer by http; or what answers there doesn't allow web pages"
)
_HARMLESS = frozenset({"GET", "HEAD"})


class XhrTransport:
    """Sends to one server from the worker of a web page.

    Parameters
    ----------
    url
        The server's address.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._js = import_module("js")

    def send(self, request: Request) -> Answer:
        """Send a request once (:class:`datalab_kernel_live.doors.web._messages.Transport`)."""
        asked = self._js.XMLHttpRequest.new()
        address = self._url + request.path
        asked.open(request.method, address, False)  # noqa: FBT003 - the browser's own call
        asked.responseType = "arraybuffer"
        asked.timeout = max(1, round(request.timeout_s * 1000))
        for name, text in request.headers.items():
            asked.setRequestHeader(name, text)
        ffi = import_module("pyodide.ffi")
        try:
            asked.send(None if request.body is None else ffi.to_js(_whole(request.body)))
        except ffi.JsException as error:
            raise _failure(error, request) from None  # its text could hold an address' secrets
        if asked.responseURL and asked.responseURL.split("#")[0] != address:
            raise MalformedError("it leads to another address")
        body = asked.response.to_bytes() if asked.response is not None else b""
        if len(body) > request.limit_bytes:
            raise MalformedError(
                f"it has {len(body):,} bytes; {request.limit_bytes:,} is the limit"
            )
        return Answer(asked.status, _headers(asked.getAllResponseHeaders()), body)

    def close(self) -> None:
        """Do nothing: the browser keeps the connections."""


def _whole(body: Body) -> bytes | bytearray | memoryview:
    if isinstance(body, (bytes, bytearray, memoryview)):
        return body
    return b"".join(body)


def _failure(error: Any, request: Request) -> Exception:
    """Tell what can be told: whether it was the time, and whether anything can have happened."""
    if error.name == "TimeoutError":
        return TimedOutError(f"no answer within {request.timeout_s:g} s")
    return (NotReachedError if request.method in _HARMLESS else DroppedError)(CAUSES)


def _headers(text: str) -> dict[str, str]:
    """Take apart what the browser shows of an answer's headers."""
    pairs = [line.partition(":") for line in text.splitlines() if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
