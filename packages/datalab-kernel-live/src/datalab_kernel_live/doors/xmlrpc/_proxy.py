"""Sigima's remote control of the same DataLab, for who wants to steer the window itself."""

from __future__ import annotations

import re
import xmlrpc.client
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

_METHOD, _HEAD_BYTES = re.compile(rb"<methodName>([^<]*)"), 200


def connected_proxy(door: RemoteDoor) -> Any:
    """Return Sigima's proxy, connected to the same server.

    Its own ``connect`` isn't called: it prints, and its calls could overtake what the workspace
    still does in the window behind its last call.
    """
    from sigima.client.remote import SimpleRemoteProxy

    proxy = SimpleRemoteProxy(autoconnect=False)
    proxy.port = str(door.port)
    proxy._datalab = xmlrpc.client.ServerProxy(  # noqa: SLF001 - what connect() sets
        door.url, transport=_InTurn(door), allow_none=True
    )
    return proxy


class _InTurn(xmlrpc.client.Transport):
    """Sends each call after what the workspace has begun, and lets none wait for a signal that is lost."""

    def __init__(self, door: RemoteDoor) -> None:
        super().__init__()
        self._door = door

    def request(self, host: Any, handler: str, request_body: Any, verbose: bool = False) -> Any:
        """Wait for one's turn, then send, and read what comes."""
        found = _METHOD.search(request_body[:_HEAD_BYTES])
        method = found[1].decode() if found else ""
        send = partial(super().request, host, handler, request_body, verbose)
        return super().parse_response(self._door.in_turn(method, send))

    def parse_response(self, response: Any) -> Any:
        """Leave it to :meth:`request`: while a large answer is read nobody waits for DataLab."""
        return response
