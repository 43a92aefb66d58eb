"""Whether a process is alive, the user's own, and the one that listens at an address."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTENING = "0A"
_STILL_ACTIVE = 259
_QUERY_LIMITED_INFORMATION = 0x1000


def is_own(pid: int) -> bool:
    """Say whether a process is alive and belongs to this user."""
    if sys.platform == "win32":
        return _is_open_to_us(pid)
    try:
        os.kill(pid, 0)  # sends nothing
    except (OSError, OverflowError):
        return False
    try:
        return Path(f"/proc/{pid}").stat().st_uid == os.getuid()
    except OSError:  # no /proc: kill would have failed for another user's
        return True


def listens(pid: int, host: str, port: int) -> bool | None:
    """Say whether it is that process that listens there; None where it can't be known.

    It is known on Linux, from ``/proc``. A port without any listener gives False.
    """
    table = list(_listening(port))
    if not table and not Path("/proc/net/tcp").exists():
        return None
    asked = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    exact = [one for one in table if one.address == asked]
    found = exact or [one for one in table if one.address.is_unspecified]
    try:
        links = _links_in(Path(f"/proc/{pid}/fd"))
    except PermissionError:
        return None
    except OSError:
        return False
    return any(f"socket:[{one.inode}]" in links for one in found)


def one_listens(port: int, other: int) -> bool | None:
    """Say whether one process listens at both ports; None where it can't be known."""
    links = [{f"socket:[{one.inode}]" for one in _listening(number)} for number in (port, other)]
    if not all(links):
        return None
    is_known = False
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        try:
            own = _links_in(descriptors)
        except OSError:  # another user's, or ended
            continue
        has = [not own.isdisjoint(ones) for ones in links]
        if all(has):
            return True
        is_known |= any(has)
    return False if is_known else None


class _Listener(NamedTuple):
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    inode: str


def _listening(port: int) -> Iterator[_Listener]:
    """Give all listeners at a port, as the kernel's table has them."""
    for name in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", name).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, port_text = fields[1].partition(":")
            if fields[3] == _LISTENING and int(port_text, 16) == port:
                yield _Listener(_address(address), fields[9])


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address of the table: words of 4 bytes in the processor's order."""
    words = [text[start : start + 8] for start in range(0, len(text), 8)]
    raw = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    found = ipaddress.ip_address(raw)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _links_in(descriptors: Path) -> set[str]:
    """Return what a process' descriptors lead to; one that is closed meanwhile is left out."""
    return {os.readlink(entry) for entry in descriptors.iterdir() if entry.is_symlink()}  # noqa: PTH115


def _is_open_to_us(pid: int) -> bool:
    """Ask Windows: it opens a process to its own user, not to others without privileges."""
    if sys.platform != "win32":
        return False
    import ctypes

    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)  # noqa: FBT003
    if not handle:
        return False
    try:
        code = ctypes.c_ulong()
        is_read = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        return bool(is_read) and code.value == _STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)
