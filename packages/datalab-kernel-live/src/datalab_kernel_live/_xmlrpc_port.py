"""Where the XML-RPC server of a DataLab listens: settings say where, the server whose it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.platform import here
from datalab_kernel_live.doors._address import is_loopback
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.window import _settings

if TYPE_CHECKING:
    import os

FIND_TIMEOUT_S = 1.0


def find_port(web_url: str, config_home: str | os.PathLike[str] | None = None) -> int | None:
    """Return the port of the XML-RPC server of the DataLab whose Web API is at an address.

    A port in the settings may be an old one: it counts only if what listens there says that
    its Web API is this one.

    Parameters
    ----------
    web_url
        Address of the Web API, on this computer.
    config_home
        Folder of settings; by default the one that DataLab uses.

    Returns
    -------
    int or None
        None if the door is closed, hangs, can't be reached from a web page, or isn't on this computer; within 1 s.
    """
    if not (here().has_sockets and is_loopback(web_url)):
        return None
    end_s = time.monotonic() + FIND_TIMEOUT_S
    for port in _settings.ports(config_home):
        left_s = end_s - time.monotonic()
        if left_s > 0 and _serves(port, urlsplit(web_url).port, left_s):
            return port
    return None


def _serves(port: int, web_port: int | None, timeout_s: float) -> bool:
    """Say whether the DataLab at an XML-RPC port has its Web API at that other port."""
    end_s = time.monotonic() + timeout_s
    door = RemoteDoor(port)
    try:
        door.version(timeout_s=timeout_s)
        left_s = end_s - time.monotonic()
        if left_s <= 0:
            return False
        status = door.webapi_status(timeout_s=left_s)
    except (DataLabKernelError, ValueError, TypeError):
        return False
    url = status.get("url")
    return isinstance(url, str) and is_loopback(url) and urlsplit(url).port == web_port
