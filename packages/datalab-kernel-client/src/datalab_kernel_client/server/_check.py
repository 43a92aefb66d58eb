"""Whether a server is there, is one, and knows us."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import ResponseError

if TYPE_CHECKING:
    from datalab_kernel_client.server._rest import Rest

__all__ = ["ServerInfo", "check", "parsed_date"]

NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """What a server says of itself.

    Parameters
    ----------
    version
        Of jupyter_server; empty on a server that doesn't say it, such as jupyverse.
    base_url
        Where it is.
    started, last_activity
        When; None where it doesn't say.
    kernels, connections
        How many there are.
    user
        The name under which it knows us.
    """

    version: str
    base_url: str = ""
    started: datetime | None = None
    last_activity: datetime | None = None
    kernels: int = 0
    connections: int = 0
    user: str = ""


async def check(rest: Rest) -> ServerInfo:
    """Ask a server what it is; ``/api`` alone answers strangers too, so ``/api/status`` is asked.

    Raises
    ------
    ServerUnreachableError, ServerTimeoutError, WrongTokenError, WrongBaseUrlError, NotAJupyterServerError, ServerStoppedError
        If it isn't there, or isn't what it was taken for.
    """
    about, status, person = await asyncio.gather(
        _optional(rest, "api"), rest.get("api", "status"), _optional(rest, "api", "me")
    )
    identity = person.get("identity") or {}
    return ServerInfo(
        version=str(about.get("version", "")),
        base_url=rest.settings.base_url,
        started=parsed_date(status.get("started")),
        last_activity=parsed_date(status.get("last_activity")),
        kernels=int(status.get("kernels") or 0),
        connections=int(status.get("connections") or 0),
        user=str(identity.get("display_name") or identity.get("username") or ""),
    )


async def _optional(rest: Rest, *parts: str) -> dict[str, Any]:
    try:
        found = await rest.get(*parts)
    except ResponseError as error:
        if error.status != NOT_FOUND:
            raise
        return {}
    return found if isinstance(found, dict) else {}


def parsed_date(text: object) -> datetime | None:
    """Return a date of a server, or None where there is none.

    Examples
    --------
    >>> parsed_date("2026-11-28T10:00:00.5Z").isoformat()
    '2026-11-28T10:00:00.500000+00:00'
    """
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
