"""Where the XML-RPC server of a DataLab listens: settings say where, the server whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datalab_kernel.errors import DataLabRefusedError, DataLabUnreachableError
from datalab_kernel.platform import here
from datalab_kernel_live import _process
from datalab_kernel_live.doors._address import is_loopback
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.window import _settings

if TYPE_CHECKING:
    import os

    from datalab_kernel_live.doors.web._door import WebDoor


def find_remote_door(
    web: WebDoor, pid: int | None = None, config_home: str | os.PathLike[str] | None = None
) -> RemoteDoor | None:
    """Return the door to the XML-RPC server of the DataLab whose Web API answers.

    A port in the settings may be an old one: it counts only if what listens there says that
    its Web API is this one. A server that hangs is made to answer again if that is possible.

    Parameters
    ----------
    web
        Its Web API, on this computer.
    pid
        Its process, if known. A port isn't asked where it is known that another process
        listens there than at the Web API's.
    config_home
        Folder of settings; by default the one that DataLab uses.

    Returns
    -------
    RemoteDoor or None
        None if it is closed, can't be reached from a web page, or isn't on this computer.

    Raises
    ------
    DataLabBusyError
        If it doesn't answer, within 5 s: it isn't closed, and what it does right isn't to be
        done without it.
    """
    if not (here().has_sockets and is_loopback(web.url)):
        return None
    web_port = urlsplit(web.url).port or 80
    for port in _settings.ports(config_home):
        is_its_own = (
            _process.one_listens(web_port, port)
            if pid is None
            else _process.listens(pid, "127.0.0.1", port)
        )
        if is_its_own is False:
            continue
        door = RemoteDoor(port, heals_by=web)
        if _is_to_the_same(door, web_port):
            return door
    return None


def _is_to_the_same(door: RemoteDoor, web_port: int | None) -> bool:
    """Say whether what listens there is a DataLab that has its Web API at that port."""
    try:
        door.version()
        status = door.webapi_status()
    except (DataLabRefusedError, DataLabUnreachableError, ValueError, TypeError):
        return False
    url = status.get("url")
    return isinstance(url, str) and is_loopback(url) and (urlsplit(url).port or 80) == web_port
