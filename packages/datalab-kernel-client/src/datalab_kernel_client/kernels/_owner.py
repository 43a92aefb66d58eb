"""What a connection to a kernel needs of the manager that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._link import Pace
    from datalab_kernel_client.kernels._models import KernelModel
    from datalab_kernel_client.server import Rest, ServerSettings
    from datalab_kernel_client.specs import KernelSpec

__all__ = ["KernelOwner"]

Connection = TypeVar("Connection")


class KernelOwner(Protocol[Connection]):
    """What a connection needs of its manager, which makes such connections."""

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
    ) -> Connection:
        """Connect to a kernel."""

    def forget(self, kernel: Connection) -> None:
        """Send a connection no more news."""
