"""Requests to a server's REST interface; what isn't an answer becomes an error that says what it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from datalab_kernel_client.errors import (
    ClientError,
    NotAJupyterServerError,
    ResponseError,
    ServerStoppedError,
    ServerTimeoutError,
    ServerUnreachableError,
    WrongBaseUrlError,
    WrongTokenError,
)
from datalab_kernel_client.server._discovery import local_servers, same_place
from datalab_kernel_client.transport import (
    CertificateError,
    Request,
    Response,
    Transport,
    TransportError,
    TransportTimeoutError,
)

if TYPE_CHECKING:
    from datalab_kernel_client.server._settings import ServerSettings

__all__ = ["Rest"]

CHANGING = {"POST", "PATCH", "PUT", "DELETE"}
XSRF = "_xsrf"
FORBIDDEN, NOT_FOUND, STOPPED = {401, 403}, 404, {424, 503}
REDIRECTS = range(300, 400)
CLOSE_S = 2.0


class Rest:
    """A server's REST interface.

    Parameters
    ----------
    settings
        Which server.
    transport
        How it is reached; the network if not given.
    """

    def __init__(self, settings: ServerSettings, transport: Transport | None = None) -> None:
        self.settings = settings
        if transport is None:
            from datalab_kernel_client.transport._network import NetworkTransport

            transport = NetworkTransport(
                verify=settings.verify,
                timeout_s=settings.timeout_s,
                connect_timeout_s=settings.connect_timeout_s,
            )
        self.transport = transport
        self._cookies = dict(settings.cookies)
        self._in_flight: dict[tuple[str, ...], asyncio.Task[Any]] = {}
        self._running: set[asyncio.Task[Any] | None] = set()
        self.claims = 0
        """How many use it."""

    async def get(self, *parts: str) -> Any:
        """Return what is at a path; who asks for the same meanwhile waits for the same request."""
        task = self._in_flight.get(parts)
        if task is None:
            task = asyncio.get_running_loop().create_task(self.request("GET", *parts))
            self._in_flight[parts] = task
            task.add_done_callback(lambda done: self._forget(parts, done))
        return await asyncio.shield(task)

    def _forget(self, parts: tuple[str, ...], task: asyncio.Task[Any]) -> None:
        if self._in_flight.get(parts) is task:
            del self._in_flight[parts]
        if not task.cancelled():
            task.exception()  # whoever asked has it, or went away

    async def request(self, method: str, *parts: str, body: Any = None) -> Any:
        """Send a request and return the JSON of its answer, None where there is none.

        Raises
        ------
        ResponseError
            If the server says anything but that it is done; the other errors of servers where
            it is clear what is wrong.
        """
        answer = await self.answer(method, *parts, body=body)
        if not answer.content:
            return None
        found = answer.json()
        if found is None:
            raise await self._not_jupyter()
        return found

    async def content(self, *parts: str) -> bytes:
        """Return the bytes at a path."""
        return (await self.answer("GET", *parts)).content

    async def answer(self, method: str, *parts: str, body: Any = None) -> Response:
        """Send a request and return its answer, if that is a good one."""
        if method in CHANGING and not self.settings.token and XSRF not in self._cookies:
            await self._fetch_xsrf()
        answer = await self._send(method, self.settings.url(*parts), body)
        if answer.status in range(200, 300):
            return answer
        raise await self._error(method, "/".join(("", *parts)), answer)

    @property
    def cookies(self) -> dict[str, str]:
        """What the server gave us to send back."""
        return dict(self._cookies)

    async def close(self) -> None:
        """Drop what is kept open."""
        running = {*self._running, *self._in_flight.values()} - {asyncio.current_task()}
        if tasks := [task for task in running if task is not None]:
            # httpcore may leave a connection open where a request is cancelled while it connects
            await asyncio.wait(tasks, timeout=CLOSE_S)
        for task in list(self._in_flight.values()):
            task.cancel()
        await self.transport.close()

    async def _send(self, method: str, url: str, body: Any = None) -> Response:
        headers = self.settings.all_headers
        if method in CHANGING and XSRF in self._cookies:
            headers["X-XSRFToken"] = self._cookies[XSRF]
        request = Request(method=method, url=url, headers=headers, cookies=self._cookies, body=body)
        base_url = self.settings.base_url
        task = asyncio.current_task()
        self._running.add(task)
        try:
            answer = await self.transport.request(request)
        except TransportTimeoutError as error:
            waited = self.settings.timeout_s
            speaks = ", and does it speak https" if base_url.startswith("https:") else ""
            message = (
                f"{base_url} didn't answer within {waited:g} s. Is it the right server{speaks}? "
                "A slow one needs a longer timeout_s."
            )
            raise ServerTimeoutError(message, url=base_url, timeout_s=waited) from error
        except CertificateError as error:
            message = (
                f"{base_url} can't be trusted: {error}. If it is the right server, give the "
                'certificate that its own is signed with (or its own): verify="FILE.pem", or the '
                "environment variable SSL_CERT_FILE; verify=False trusts whatever answers there."
            )
            raise ServerUnreachableError(message, url=base_url, reason=str(error)) from error
        except TransportError as error:
            message = (
                f"{base_url} can't be reached: {error}. Is the server running, and is this its "
                "address?"
            )
            raise ServerUnreachableError(message, url=base_url, reason=str(error)) from error
        finally:
            self._running.discard(task)
        if not self.settings.token:
            self._cookies.update(answer.cookies)
        return answer

    async def _fetch_xsrf(self) -> None:
        """Get the cookie that a change without a token must come with: any page sets it."""
        for path in ("login", "tree", "lab"):
            await self._send("GET", self.settings.url(path))
            if XSRF in self._cookies:
                return

    # ---------------------------------------------------------------- what went wrong

    async def _error(self, method: str, path: str, answer: Response) -> ClientError:
        url, status = self.settings.base_url, answer.status
        told = answer.json()
        if status in FORBIDDEN or (status in REDIRECTS and "login" in _target(answer)):
            return self._wrong_token(status)
        if status in STOPPED:
            message = (
                f"{url}: no server runs there now (the hub answered {status}). Start it on the "
                "hub's page, and try again."
            )
            return ServerStoppedError(message, url=url, status=status)
        if told is None and (status == NOT_FOUND or status in REDIRECTS):
            return await self._not_jupyter(_target(answer))
        fields = told if isinstance(told, dict) else {}
        words = str(fields.get("message") or fields.get("reason") or "")
        return ResponseError(
            f"{method} {path} was answered with {status}: {words or 'no reason given'}",
            status=status,
            method=method,
            path=path,
            server_message=words,
            traceback=str(fields.get("traceback") or ""),
        )

    def _wrong_token(self, status: int) -> WrongTokenError:
        url = self.settings.base_url
        given = "refused the token" if self.settings.token else "wants a token or a login"
        message = (
            f"{url} {given} (status {status}). `jupyter server list` shows the tokens of the "
            "servers on a computer; pass it as connect(url, token), or in "
            "a command's --token-file."
        )
        return WrongTokenError(message, url=url, status=status)

    async def _not_jupyter(self, redirect: str = "") -> ClientError:
        """Return the error for an answer that isn't a Jupyter server's, after a look around."""
        url = self.settings.base_url
        for place in self._other_places(redirect):
            if await self._is_jupyter(place):
                message = (
                    f"No Jupyter server answers at {url}, but one does at {place}. Use that URL."
                )
                return WrongBaseUrlError(message, url=url, suggestion=place)
        message = (
            f"What answers at {url} isn't a Jupyter server. The URL is that of the server's "
            "start page without /lab or /tree; a server behind a hub has a prefix (/user/NAME/)."
        )
        return NotAJupyterServerError(message, url=url)

    def _other_places(self, redirect: str) -> list[str]:
        """Return where else on the same host the server could be, each a base URL."""
        url = self.settings.base_url
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        places = []
        if redirect.startswith(("/", f"{origin}/")):
            path = urlsplit(redirect).path
            places += [
                f"{origin}{path.partition(f'/{word}')[0]}/"
                for word in ("api", "lab", "tree")
                if f"/{word}" in path
            ]
        above = [part for part in parts.path.split("/") if part]
        places += [
            f"{origin}/{'/'.join(above[:number])}/".replace("//", "/").replace(":/", "://")
            for number in range(len(above) - 1, -1, -1)
        ]
        for server in local_servers():
            place = urlsplit(server.base_url)
            if same_place(f"{place.scheme}://{place.netloc}/", f"{origin}/"):
                places.append(f"{origin}{place.path}")
        return [place for place in dict.fromkeys(places) if place != url]

    async def _is_jupyter(self, place: str) -> bool:
        """Return whether ``/api`` answers with a version there; asked without the token."""
        try:
            answer = await self.transport.request(Request(method="GET", url=f"{place}api"))
        except TransportError:
            return False
        found = answer.json()
        return isinstance(found, dict) and "version" in found


def _target(answer: Response) -> str:
    return answer.headers.get("location", "")
