"""One :class:`Rest` for all who speak to the same server in the same loop: one pool, one request in flight."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

from datalab_kernel_client.server._rest import Rest

if TYPE_CHECKING:
    from datalab_kernel_client.server._settings import ServerSettings
    from datalab_kernel_client.transport import Transport

__all__ = ["Lease"]

_SHARED: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[object, Rest]] = (
    weakref.WeakKeyDictionary()
)
"""A hundred managers of one server are to send one request; nothing else connects them."""


class Lease:
    """A claim on the shared :class:`Rest`, which is closed with the last claim.

    Parameters
    ----------
    settings
        Which server.
    transport
        One of one's own: then nothing is shared.
    """

    def __init__(self, settings: ServerSettings, transport: Transport | None = None) -> None:
        self.settings, self._transport = settings, transport
        self._rest: Rest | None = None

    @property
    def rest(self) -> Rest:
        """The REST interface; made when it is first used, in a running loop."""
        if self._rest is None:
            if self._transport is not None:
                self._rest = Rest(self.settings, self._transport)
            else:
                shared = _SHARED.setdefault(asyncio.get_running_loop(), {})
                self._rest = shared.get(self.settings.key)
                if self._rest is None:
                    self._rest = shared[self.settings.key] = Rest(self.settings)
            self._rest.claims += 1
        return self._rest

    async def release(self) -> None:
        """Give up the claim; twice is safe."""
        rest, self._rest = self._rest, None
        if rest is None:
            return
        rest.claims -= 1
        if rest.claims == 0:
            shared = _SHARED.get(asyncio.get_running_loop(), {})
            if shared.get(self.settings.key) is rest:
                del shared[self.settings.key]
            await rest.close()
