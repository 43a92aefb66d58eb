"""The first door: DataLab's Web API, one method for each of its requests that can be trusted.

Says what a failure means to a person. What a name, a file or a workspace is, the backend knows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode

from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabKernelError,
    DataLabUnreachableError,
    LiveLimitError,
)
from datalab_kernel.platform import here
from datalab_kernel_live.doors._address import normalised_url
from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
    WireError,
)
from datalab_kernel_live.doors.web._answers import detail_in, is_info, is_status_of_datalab
from datalab_kernel_live.doors.web._errors import WebErrors
from datalab_kernel_live.doors.web._messages import (
    DATA_LIMIT_BYTES,
    JSON_LIMIT_BYTES,
    Answer,
    Body,
    Request,
    Transport,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
Names: TypeAlias = list[str]
Info: TypeAlias = dict[str, Any]
Infos: TypeAlias = list[Info]

TIMEOUT_S = 10.0
MODAL_TIMEOUT_S = 35.0
"""For what needs DataLab's window: DataLab itself gives up after 30 s."""

_API = "/api/v1"
_NPZ = "application/x-npz"
_OK, _REDIRECTS, _UNAUTHORIZED, _NOT_FOUND, _REFUSED = 200, 300, 401, 404, 400
_TIMED_OUT_THERE = "Main thread execution timed out"


class Missing(LookupError):  # noqa: N818 - a fact that the backend acts on, not a failure
    """DataLab has no object of that name."""


def is_routable(name: str) -> bool:
    """Say whether DataLab's Web API can address an object of that name.

    Its routes take no slash, clients and servers shorten dots, and DataLab answers an ASCII
    name with a line end by a header that breaks the connection.

    Examples
    --------
    >>> [is_routable(name) for name in ("a b%2F?", "Ω", "a/b", "..", "")]
    [True, True, False, False, False]
    """
    if name in {"", ".", ".."} or "/" in name:
        return False
    if name.isascii() and not name.replace("\t", " ").isprintable():
        return False
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _transport_to(url: str) -> Transport:
    if here().has_sockets:
        from datalab_kernel_live.doors.web._http import RequestsTransport

        return RequestsTransport(url)
    from datalab_kernel_live.doors.web._xhr import XhrTransport

    return XhrTransport(url)


class WebDoor:
    """DataLab's Web API.

    Parameters
    ----------
    url
        Where it is, such as ``http://127.0.0.1:18080``.
    token
        What DataLab shows next to it. It goes to that server alone, and into no text.
    transport
        What sends the requests; by default a ``requests`` session, made at the first request.

    Raises
    ------
    DataLabUnreachableError
        If the address isn't one.
    DataLabAuthError
        If the token can't be one.

    Notes
    -----
    Each method is one request and has a time limit. Every method may raise
    `DataLabUnreachableError`, `DataLabAuthError`, `DataLabBusyError` and
    `DataLabRefusedError`; their fact ``was_sent`` is False where DataLab can't have
    acted on the request.
    """

    def __init__(
        self, url: str, token: str | None = None, transport: Transport | None = None
    ) -> None:
        self._url = normalised_url(url)
        self._token = (token or "").strip()
        if not (self._token.isascii() and self._token.isprintable()) or " " in self._token:
            message = "The token for DataLab has characters that no token has. Copy it again."
            raise DataLabAuthError(message, url=self._url, detail="", was_sent=False)
        self._errors = WebErrors(self._url, has_token=bool(self._token))
        self._transport = transport
        self.is_lost = False
        """Whether DataLab was gone, or wanted another token: look for it again."""

    def __repr__(self) -> str:
        return f"WebDoor({self._url!r})"

    @property
    def url(self) -> str:
        """Where DataLab is, without a slash at the end."""
        return self._url

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._transport is not None:
            self._transport.close()

    # ------------------------------------------------------------ requests

    def status(self, *, timeout_s: float = TIMEOUT_S) -> Info:
        """Return DataLab's version and settings; needs no token.

        Raises
        ------
        DataLabRefusedError
            If what answers is no DataLab.
        """
        answer = self._ask("GET", f"{_API}/status", timeout_s=timeout_s, with_token=False)
        status = self._json(answer, dict)
        if not is_status_of_datalab(status):
            raise self._errors.not_datalab("its status has other entries")
        return dict(status)

    def list(self) -> Infos:
        """Return what DataLab says about each object, in the order of creation."""
        answer = self._json(self._ask("GET", f"{_API}/objects"), dict)
        objects = answer.get("objects")
        if not isinstance(objects, list) or not all(is_info(one) for one in objects):
            raise self._errors.not_datalab("its list of objects has another form")
        return objects

    def info(self, name: str, *, timeout_s: float = TIMEOUT_S) -> Info | None:
        """Return what DataLab says about an object, or None if it has none of that name."""
        try:
            answer = self._ask("GET", self._path(name), timeout_s=timeout_s)
        except Missing:
            return None
        return self._info(answer)

    def get(self, name: str) -> bytes:
        """Return an object as DataLab's NPZ, uncompressed.

        Raises
        ------
        Missing
            If DataLab has none of that name.
        """
        path = self._path(name, "/data", compress="false")
        answer = self._ask("GET", path, timeout_s=MODAL_TIMEOUT_S, limit_bytes=DATA_LIMIT_BYTES)
        if not answer.headers.get("content-type", "").startswith(_NPZ):
            raise self._errors.not_datalab("the object's data has another form")
        return answer.body

    def put(self, name: str, body: Body, *, overwrite: bool = False) -> Info:
        """Add an object that is given as NPZ, and return what DataLab says about it.

        The caller knows that the name is free, or gives ``overwrite``. After a lost
        connection a second request sees whether the object has arrived; if not, it is
        sent again.

        Raises
        ------
        DataLabRefusedError
            With ``status`` 409 if the name is taken, 422 or 500 if DataLab can't read it.
        """
        path = self._path(name, "/data", overwrite="true" if overwrite else "false")
        headers = {"Content-Type": _NPZ}

        def send() -> Answer:
            return self._ask_once("PUT", path, body=body, headers=headers, timeout_s=_slow(body))

        try:
            return self._info(send())
        except DroppedError:
            if not overwrite and (found := self._after_loss(lambda: self.info(name))):
                return found
            return self._info(self._after_loss(send))

    def delete(self, name: str, *, is_only: bool = False) -> None:
        """Remove the first object of that name.

        Parameters
        ----------
        name
            Its title.
        is_only
            No other object has that title, so that asking again after a lost connection
            can't remove another one.

        Raises
        ------
        Missing
            If DataLab has none of that name.
        """

        def send() -> Answer:
            return self._ask_once("DELETE", self._path(name), timeout_s=MODAL_TIMEOUT_S)

        try:
            send()
        except DroppedError as error:
            if self._after_loss(lambda: self.info(name)) is None:
                return
            if not is_only:
                raise self._lost(str(error)) from None
            self._after_loss(send)

    def calc(
        self,
        function: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = MODAL_TIMEOUT_S,
    ) -> Names:
        """Compute with what is selected, and return the titles of new objects.

        DataLab leaves out titles that were there before, and says nothing of errors.
        Never sent twice.

        Raises
        ------
        DataLabRefusedError
            With ``status`` 404 if there is no such function, or a ``ValueError`` ended it.
        """
        body = {"name": function, "param": None if params is None else dict(params)}
        try:
            answer = self._ask_once(
                "POST", f"{_API}/calc", body=_json_bytes(body), timeout_s=timeout_s
            )
        except DroppedError as error:
            raise self._lost(str(error)) from None
        except Missing as error:
            raise self._errors.refused(_NOT_FOUND, str(error)) from None
        names = self._json(answer, dict).get("result_names")
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            raise self._errors.not_datalab("its result has another form")
        return names

    # ------------------------------------------------------------ sending

    def _ask(self, method: str, path: str, **options: Any) -> Answer:
        """Ask what may be asked again: once more if the connection was lost."""
        try:
            return self._ask_once(method, path, **options)
        except DroppedError:
            return self._after_loss(lambda: self._ask_once(method, path, **options))

    def _after_loss(self, ask: Callable[[], T]) -> T:
        """Ask once more; what was asked before may have been done, also if this fails."""
        try:
            return ask()
        except DroppedError as error:
            detail = str(error)
        except DataLabUnreachableError as error:
            detail = error.detail
        raise self._lost(detail)

    def _ask_once(  # noqa: PLR0913 - what a request has
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
        limit_bytes: int = JSON_LIMIT_BYTES,
        with_token: bool = True,
    ) -> Answer:
        """Send a request; only `DroppedError` and `Missing` are left to the caller."""
        given = {} if body is None else {"Content-Type": "application/json"}
        given |= headers or {}
        if with_token and self._token:
            given["Authorization"] = f"Bearer {self._token}"
        request = Request(
            method=method,
            path=path,
            body=body,
            headers=given,
            timeout_s=timeout_s,
            limit_bytes=limit_bytes,
        )
        try:
            answer = self._sender().send(request)
        except DroppedError:
            raise
        except WireError as error:
            raise self._error_of_failure(error, timeout_s) from None
        if _OK <= answer.status < _REDIRECTS:
            return answer
        raise self._error_of_answer(answer)

    def _sender(self) -> Transport:
        if self._transport is None:
            self._transport = _transport_to(self._url)
        return self._transport

    def _path(self, name: str, end: str = "", **query: str) -> str:
        """Return the path of an object's route; LiveLimitError: its name has none."""
        if not is_routable(name):
            message = (
                f"DataLab's Web API can't address an object called {name!r}. "
                "Rename it in DataLab, or let DataLab's XML-RPC server run as well."
            )
            raise LiveLimitError(message, url=self._url, detail=name, was_sent=False)
        asked = f"?{urlencode(query)}" if query else ""
        return f"{_API}/objects/{quote(name, safe='')}{end}{asked}"

    # ------------------------------------------------------------ what comes back

    def _json(self, answer: Answer, kind: type) -> Any:
        try:
            value = json.loads(answer.body)
        except ValueError:
            raise self._errors.not_datalab("the answer isn't JSON") from None
        if not isinstance(value, kind):
            raise self._errors.not_datalab(f"the answer is a {type(value).__name__}")
        return value

    def _info(self, answer: Answer) -> Info:
        info = self._json(answer, dict)
        if not is_info(info):
            raise self._errors.not_datalab("what it says about an object has another form")
        return dict(info)

    def _error_of_answer(self, answer: Answer) -> Exception:
        """Return what an answer with a status of 300 and above means."""
        if answer.status < _REFUSED:
            return self._errors.not_datalab("it redirects to another address, which isn't followed")
        if answer.status == _UNAUTHORIZED:
            self.is_lost = True
            return self._errors.unauthorized()
        try:
            detail = detail_in(json.loads(answer.body))
        except ValueError:
            detail = None
        if detail is None:
            return self._errors.not_datalab(f"it answers {answer.status} in another form")
        if self._token:
            detail = detail.replace(self._token, "(token)")
        if answer.status == _NOT_FOUND and detail != "Not Found":  # that one: no such route
            return Missing(detail)
        if _TIMED_OUT_THERE in detail:
            return self._errors.busy("it waited 30 s for its own window")
        return self._errors.refused(answer.status, detail)

    def _error_of_failure(self, error: WireError, timeout_s: float) -> DataLabKernelError:
        """Return what a failure on the way means to a person."""
        match error:
            case TimedOutError():
                return self._errors.busy(f"no answer within {timeout_s:g} s")
            case MalformedError():
                return self._errors.not_datalab(str(error))
            case NotReachedError():
                self.is_lost = True
                return self._errors.unreachable(str(error), was_sent=False)
        return self._lost(str(error))

    def _lost(self, detail: str) -> DataLabUnreachableError:
        self.is_lost = True
        return self._errors.unreachable(detail, was_sent=True)


def _slow(body: Body) -> float:
    """Return the time limit for adding a body: 1 s more for each 20 MB."""
    if isinstance(body, bytes | bytearray | memoryview):
        return MODAL_TIMEOUT_S + memoryview(body).nbytes / 20e6
    return MODAL_TIMEOUT_S + body.size_bytes / 20e6


def _json_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()
