"""Where a server is and how it is spoken to: a frozen value that never shows its token."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from datalab_kernel_client.server._discovery import discovered, local_servers
from datalab_kernel_client.server._in_page import refuse_in_page
from datalab_kernel_client.server._urls import SCHEMES, plain_url

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ServerSettings", "running_servers"]


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that it takes to speak to one Jupyter server.

    Parameters
    ----------
    base_url
        Where the server is, with its prefix; a ``?token=`` in it moves to `token`.
    ws_url
        The same for WebSockets; made from `base_url` if empty.
    token
        Sent as a header only, never in a URL, and shown nowhere.
    headers, cookies
        More to send with every request.
    verify
        Whether certificates are checked (True); a file or folder of certificates to trust
        instead; or a whole TLS context.
    timeout_s, connect_timeout_s
        How long an answer, or a connection, may take.
    username
        Who sends the messages; the kernel sees it.
    subprotocol
        How messages are put into frames: ``"v1"``, ``"json"``, or what the server likes better.

    Raises
    ------
    ValueError
        If the URL is none of ``http:`` or ``https:``.

    Examples
    --------
    >>> from datalab_kernel_client import ServerSettings
    >>> settings = ServerSettings(base_url="https://lab.example/user/ana?token=secret")
    >>> settings.base_url, settings.ws_url
    ('https://lab.example/user/ana/', 'wss://lab.example/user/ana/')
    >>> settings.token == "secret", "secret" in repr(settings)
    (True, False)
    """

    base_url: str = "http://127.0.0.1:8888/"
    ws_url: str = ""
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    cookies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    verify: bool | str | ssl.SSLContext = True
    timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    username: str = ""
    subprotocol: Literal["auto", "v1", "json"] = "auto"

    def __post_init__(self) -> None:
        """Bring both URLs into their form, and take the token out of them."""
        refuse_in_page(self.base_url.partition("?")[0])
        base_url, token = plain_url(self.base_url, SCHEMES)
        object.__setattr__(self, "base_url", base_url)
        object.__setattr__(self, "token", self.token or token)
        if self.ws_url:
            ws_url, _ = plain_url(self.ws_url, {*SCHEMES.values()})
        else:
            scheme, rest = base_url.split(":", 1)
            ws_url = f"{SCHEMES[scheme]}:{rest}"
        object.__setattr__(self, "ws_url", ws_url)

    @classmethod
    def discover(
        cls,
        url: str | None = None,
        token: str | None = None,
        *,
        near: Path | None = None,
        **overrides: Any,
    ) -> ServerSettings:
        """Find the server that is meant.

        What is given counts first, then ``JUPYTER_SERVER_URL`` and ``JUPYTER_TOKEN``, then on a
        hub ``JUPYTERHUB_SERVICE_URL`` or ``_PREFIX`` and ``JUPYTERHUB_API_TOKEN``, then the servers that run here.

        Parameters
        ----------
        url, token
            The server; its token is looked up among the servers that run here if it isn't given.
        near
            Of several servers that run here, the one whose folder contains this one is taken, the
            deepest first; the current folder if not given.
        **overrides
            Other settings.

        Raises
        ------
        NoServerError
            If nothing says which server.
        AmbiguousServerError
            If several could be meant.
        ServerUnreachableError
            If this kernel is part of a web page.
        """
        refuse_in_page(url and url.partition("?")[0])
        base_url, token = discovered(url, token, near)
        return replace(cls(base_url=base_url, token=token), **overrides)

    def url(self, *parts: str) -> str:
        """Return the URL of something on the server; each part is quoted as a whole.

        Examples
        --------
        >>> ServerSettings().url("api", "sessions", "a/b")
        'http://127.0.0.1:8888/api/sessions/a%2Fb'
        """
        return self.base_url + "/".join(quote(part, safe="") for part in parts)

    @property
    def all_headers(self) -> dict[str, str]:
        """What is sent with every request, the token included."""
        token = {"Authorization": f"token {self.token}"} if self.token else {}
        return {**token, **self.headers}

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two settings speak to the same server as the same person."""
        verify = self.verify if isinstance(self.verify, bool | str) else id(self.verify)
        return (
            *(self.base_url, self.token, verify, self.timeout_s, self.connect_timeout_s),
            *(tuple(sorted(self.headers.items())), tuple(sorted(self.cookies.items()))),
        )


def running_servers() -> list[ServerSettings]:
    """Return the settings of the servers that run on this computer, the newest first.

    A server leaves a file ``jpserver-PID.json`` in Jupyter's runtime folder; those whose process
    lives count.
    """
    return [
        ServerSettings(base_url=server.base_url, token=server.token) for server in local_servers()
    ]
