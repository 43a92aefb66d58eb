"""Sigima's remote control of the same DataLab, for who wants to steer the window itself."""

from __future__ import annotations

import xmlrpc.client
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor


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

    def request(self, *arguments: Any, **options: Any) -> Any:
        """Wait for one's turn, then send."""
        return self._door.in_turn(lambda: super(_InTurn, self).request(*arguments, **options))
