"""URLs of servers in one form, and their tokens apart from them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SCHEMES", "plain_url"]

SCHEMES = {"http": "ws", "https": "wss"}


def plain_url(url: str, schemes: Iterable[str] = SCHEMES) -> tuple[str, str]:
    """Return a URL with a slash at its end and without its query, and the token from that.

    Raises
    ------
    ValueError
        If it has none of `schemes`, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.netloc:
        known = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        message = f"{shown!r} is no URL of a Jupyter server; it begins with {known} and a host."
        raise ValueError(message)
    token = dict(parse_qsl(parts.query)).get("token", "")
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), token
