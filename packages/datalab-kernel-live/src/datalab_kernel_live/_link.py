"""The way to one DataLab: how it was found, its two doors, and whether it is still that one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datalab_kernel.errors import DataLabBusyError, DataLabUnreachableError
from datalab_kernel_live import _process
from datalab_kernel_live._discovery import Address, connection_file, discover, explain_absence
from datalab_kernel_live._xmlrpc_port import find_remote_door
from datalab_kernel_live.doors._address import is_loopback
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc._watchdog import NO_NAME

if TYPE_CHECKING:
    from typing import TypeAlias

    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

Stamp: TypeAlias = "tuple[int, int, int] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The doors of a DataLab; ``remote`` is None where only its Web API is open."""

    web: WebDoor
    remote: RemoteDoor | None
    version: str
    address: Address
    stamp: Stamp

    @property
    def is_stale(self) -> bool:
        """Whether to look for DataLab again: it was gone, or another one has started since.

        Asks nobody: it looks at the connection file, which DataLab writes when it starts.
        """
        if self.web.is_lost or (self.remote is not None and self.remote.is_lost):
            return True
        if not is_loopback(self.web.url) or _stamp() == self.stamp:
            return False
        pid = self.address.pid
        if pid is None:  # not found by that file, but it may be the one that has come back
            return True
        parts = urlsplit(self.web.url)
        listens = _process.listens(pid, parts.hostname or "", parts.port or 80)
        return not _process.is_own(pid) or listens is False

    def latency_s(self) -> float:
        """Return how long one small request takes."""
        started_s = time.perf_counter()
        self.web.status()
        return time.perf_counter() - started_s


def open_link(url: str | None, token: str | None) -> Link:
    """Find a DataLab, and knock at both doors.

    Raises
    ------
    DataLabUnreachableError, DataLabBusyError
        If there is none, or it doesn't answer in time at one of its doors.
    DataLabAuthError
        If it wants a token, or another one.
    """
    stamp = _stamp()  # before looking: what changes meanwhile is seen the next time
    found = discover(url, token)
    if found.address is None:
        if found.is_busy:
            message = (
                f"DataLab is there, but {found.reason}. If a dialog box is open in its window, close "
                "it there and run this again; to work without DataLab: Workspace('standalone')."
            )
            raise DataLabBusyError(message, url=url, detail=found.reason, was_sent=False)
        message = explain_absence(found.reason)
        raise DataLabUnreachableError(message, url=url, detail=found.reason, was_sent=False)
    web = WebDoor(found.address.url, found.address.token)
    version = str(web.status()["version"])
    try:
        web.info(NO_NAME)  # a wrong token is told here, and not in the middle of something
        remote = find_remote_door(web, found.address.pid)
    except DataLabBusyError as error:
        message = f"{error} To work without DataLab: Workspace('standalone')."
        raise DataLabBusyError(message, **error.facts) from None
    return Link(web=web, remote=remote, version=version, address=found.address, stamp=stamp)


def _stamp() -> Stamp:
    """Return what differs once DataLab has written its connection file anew."""
    try:
        found = connection_file().stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
