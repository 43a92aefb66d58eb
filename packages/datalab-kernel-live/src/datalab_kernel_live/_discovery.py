"""Where the DataLab is: arguments, else the environment, else DataLab's own connection file.

No port is ever tried: the usual one may be another user's DataLab, which asks for no token.
The token of a connection file is used only once it is sure whose server it is.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabBusyError,
    DataLabRefusedError,
    DataLabUnreachableError,
)
from datalab_kernel.platform import here
from datalab_kernel_live import _process
from datalab_kernel_live.doors._address import is_address, normalised_url
from datalab_kernel_live.doors.web._door import WebDoor

URL_VARIABLE = "DATALAB_WORKSPACE_URL"
TOKEN_VARIABLE = "DATALAB_WORKSPACE_TOKEN"  # noqa: S105 - a name
LIMIT_S = 2.0
"""Longest time that looking for a DataLab takes."""

_PROBE_TIMEOUT_S = 0.8  # for connecting, and again for the answer
_FILE_LIMIT_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Address:
    """Where a DataLab is, and how it was found (``argument``, ``environment`` or ``file``)."""

    url: str
    token: str | None = field(repr=False)
    pid: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What looking for a DataLab gave: an address, or the reason why there is none.

    ``is_busy`` if one is there that didn't answer in time.
    """

    address: Address | None
    reason: str = ""
    is_busy: bool = False


def discover(url: str | None = None, token: str | None = None) -> Finding:
    """Return where a DataLab answers, or why there is none; takes 2 s at most.

    Parameters
    ----------
    url, token
        If given, only that one is asked. A token alone is used for what is found.
    """
    wanted = os.environ.get(URL_VARIABLE, "").strip()
    if url is not None:
        return _probed(url, token or _token_for(url, wanted), "argument")
    if wanted:
        return _probed(wanted, token or os.environ.get(TOKEN_VARIABLE), "environment")
    return _of_file(connection_file(), token)


def explain_absence(reason: str = "") -> str:
    """Return the text for a person who wanted a DataLab where there is none.

    Examples
    --------
    >>> print(explain_absence("nothing is there").partition(".")[0])
    No running DataLab was found: nothing is there
    """
    why = f": {reason}" if reason else ""
    return (
        f"No running DataLab was found{why}. Start DataLab, then its Web API: in the menu File > "
        "Web API > Start Web API Server, or by a click on 'Web API' in the status bar (or start "
        "DataLab with DATALAB_WEBAPI_ENABLED=1 in its environment). For a DataLab elsewhere: "
        f"workspace.connect(url, token), or {URL_VARIABLE} and {TOKEN_VARIABLE}."
    )


def connection_file() -> Path:
    """Return where DataLab of this user writes its address while its Web API runs."""
    if sys.platform == "win32":
        appdata = os.environ.get("APPDATA")
        folder = Path(appdata) if appdata else _home() / "AppData" / "Roaming"
        return folder / "DataLab" / "webapi_connection.json"
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or _home() / ".config")
    return folder / "datalab" / "webapi_connection.json"


def _home() -> Path:
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - never raises


def _token_for(url: str, wanted: str) -> str | None:
    """Return the environment's token, unless the environment names another server."""
    if wanted and wanted.rstrip("/") != url.strip().rstrip("/"):
        return None
    return os.environ.get(TOKEN_VARIABLE)


# ---------------------------------------------------------------- the connection file


class _UnusableError(Exception):
    """The connection file leads to no DataLab; the text says why."""


def _of_file(path: Path, token: str | None) -> Finding:
    """Look where DataLab's connection file says that it is."""
    try:
        written = _read(path)
    except FileNotFoundError:
        return Finding(None)
    except (OSError, _UnusableError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        return Finding(None, f"its connection file {path} can't be used ({said})")
    try:
        address = _checked(written, token)
    except (_UnusableError, DataLabUnreachableError) as error:
        return Finding(None, f"its connection file {path} is an old or damaged one ({error})")
    return _confirmed(address, must_be_its_url=True)


def _read(path: Path) -> Any:
    """Return what the file says, if nobody else can have written it."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _UnusableError("it is no file")
        if sys.platform != "win32":
            _check_owner(found)
        content = file.read(_FILE_LIMIT_BYTES + 1)
    if len(content) > _FILE_LIMIT_BYTES:
        raise _UnusableError("it is far too large")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _UnusableError("it isn't JSON") from None


def _check_owner(found: os.stat_result) -> None:
    """Refuse what another user owns or may write."""
    if sys.platform == "win32":
        return
    if found.st_uid != os.getuid():
        raise _UnusableError("it belongs to another user")
    if found.st_mode & stat.S_IWOTH:
        raise _UnusableError("other users may write it")
    if found.st_mode & stat.S_IWGRP and found.st_gid != os.getuid():
        # where each user has a group of their own, of the same number, files are often so
        raise _UnusableError("other users of its group may write it")


def _checked(written: Any, token: str | None) -> Address:
    """Return the address in the file, if the user's own live process listens there."""
    if not isinstance(written, dict):
        raise _UnusableError("it has another form")
    url, given, pid = (written.get(key) for key in ("url", "token", "pid"))
    if not (isinstance(url, str) and isinstance(given, str) and type(pid) is int and pid > 0):
        raise _UnusableError("it has other entries")
    url = normalised_url(url)
    if not _process.is_own(pid):
        raise _UnusableError(f"the process {pid} has ended or is another user's")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    if host != "localhost" and not is_address(host):
        raise _UnusableError("it names another computer")
    if _process.listens(pid, host, port) is False:
        raise _UnusableError(f"the process {pid} doesn't listen at {url}")
    return Address(url, token or given, pid, "file")


# ---------------------------------------------------------------- asking


def _probed(url: str, token: str | None, source: str) -> Finding:
    """Ask the server that somebody named; a host's name may take long to be found."""
    try:
        address = Address(normalised_url(url), token or None, None, source)
    except DataLabUnreachableError as error:
        return Finding(None, str(error).rstrip("."))
    host = urlsplit(address.url).hostname or ""
    if host == "localhost" or is_address(host) or not here().has_threads:
        return _confirmed(address, must_be_its_url=False)
    answers: list[Finding] = []
    asking = threading.Thread(
        target=lambda: answers.append(_confirmed(address, must_be_its_url=False)), daemon=True
    )
    asking.start()
    asking.join(LIMIT_S)
    if answers:
        return answers[0]
    return Finding(None, f"{address.url} can't be reached within {LIMIT_S:g} s")


def _confirmed(address: Address, *, must_be_its_url: bool) -> Finding:
    """Ask what is there for its status, which needs no token."""
    door = WebDoor(address.url)
    try:
        status = door.status(timeout_s=_PROBE_TIMEOUT_S)
    except DataLabAuthError:  # something in front of it asks for the token
        return Finding(address)
    except DataLabBusyError as error:
        return Finding(None, f"the one at {address.url} is busy ({error.detail})", is_busy=True)
    except (DataLabRefusedError, DataLabUnreachableError) as error:
        return Finding(None, f"at {address.url}: {error.detail}")
    finally:
        door.close()
    if must_be_its_url and not _is_same(status.get("url"), address.url):
        return Finding(None, f"the one at {address.url} says that it is elsewhere")
    return Finding(address)


def _is_same(said: Any, url: str) -> bool:
    """Say whether what a server calls its own address is the one that was asked."""
    try:
        return isinstance(said, str) and normalised_url(said) == url
    except DataLabUnreachableError:
        return False
