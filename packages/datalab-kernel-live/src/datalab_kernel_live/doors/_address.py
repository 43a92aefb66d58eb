"""Addresses of servers: whether they are ones, and whether they are this computer."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from datalab_kernel.errors import DataLabUnreachableError


def normalised_url(url: str) -> str:
    """Return an address without a slash at the end.

    Raises
    ------
    DataLabUnreachableError
        If it isn't an address, or has a password in it.

    Examples
    --------
    >>> normalised_url("http://127.0.0.1:18080/")
    'http://127.0.0.1:18080'
    >>> normalised_url("http://0.0.0.0:18080")  # as DataLab calls itself when it serves others too
    'http://127.0.0.1:18080'
    """
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        is_address = is_plain = False
    if not (is_address and is_plain and text.isascii() and text.isprintable()) or " " in text:
        shown = "The given text" if "@" in text or "?" in text else repr(text)
        message = (
            f"{shown} isn't the address of a DataLab. Give one such as "
            "'http://127.0.0.1:18080', and the token separately."
        )
        raise DataLabUnreachableError(message, url="", detail="no address", was_sent=False)
    return text.replace("://0.0.0.0", "://127.0.0.1", 1)


def is_loopback(url: str) -> bool:
    """Say whether an address is this computer, or all of its addresses.

    Examples
    --------
    >>> is_loopback("http://127.0.0.1:18080"), is_loopback("http://lab.example.org")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    if not is_address(host):
        return False
    address = ipaddress.ip_address(host)
    return address.is_loopback or address.is_unspecified


def is_address(host: str) -> bool:
    """Say whether a host is given by its number, so that no name has to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
