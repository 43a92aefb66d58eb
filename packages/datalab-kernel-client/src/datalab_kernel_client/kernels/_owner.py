"""What a connection to a kernel needs of the manager that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._connection import KernelConnection
    from datalab_kernel_client.kernels._link import Pace
    from datalab_kernel_client.kernels._models import KernelModel
    from datalab_kernel_client.server import Rest, ServerSettings
    from datalab_kernel_client.specs import KernelSpec

__all__ = ["KernelOwner"]


class KernelOwner(Protocol):
    """What a connection needs of its manager."""

    settings: ServerSettings

    @property
    def rest(self) -> Rest:
        """The server."""

    async def interrupt(self, kernel_id: str) -> None:
        """Interrupt a kernel."""

    async def restart(self, kernel_id: str) -> KernelModel:
        """Restart a kernel."""

    async def shutdown(self, kernel_id: str) -> None:
        """Shut a kernel down."""

    async def spec_of(self, name: str) -> KernelSpec | None:
        """Return a kernel spec."""

    def connect_to(
        self,
        model: KernelModel,
        *,
        client_id: str | None = None,
        username: str = "",
        handle_comms: bool | None = None,
        pace: Pace | None = None,
    ) -> KernelConnection:
        """Connect to a kernel."""

    def forget(self, kernel: KernelConnection) -> None:
        """Send a connection no more news."""
