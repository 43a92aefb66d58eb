"""The seam between a run and the kernel it runs in, wherever that is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.runs._progress import Progress

__all__ = ["KernelFacts", "NeverArrivedError", "RunKernel", "SentRequest"]


class NeverArrivedError(Exception):
    """A request that an earlier runner sent never reached the kernel: it can be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelFacts:
    """What is known of a kernel when it is ready."""

    name: str
    """Of its kernel spec."""
    language_info: Mapping[str, Any] = field(default_factory=dict)
    server: str = ""
    path: str = ""
    kernel_id: str = ""
    session_id: str = ""
    has_journal: bool = False
    """Whether the kernel keeps what it publishes for who comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """An execute request on its way.

    Awaiting `reply` gives the reply's content when all that the request shows has been handed
    to the kernel's listener; it raises a :class:`~datalab_kernel_client.ClientError` where the
    kernel or the link to it is gone.
    """

    msg_id: str
    reply: Awaitable[Mapping[str, Any]]
    after: str = ""
    """Id of the message of the kernel's that came last before it was sent, where a runner may be lost."""


class RunKernel(ABC):
    """A kernel that a notebook is run in.

    Attributes
    ----------
    on_message
        Called with each message on iopub, in order.
    on_loss
        Called with a reason where output can't have arrived.
    """

    on_message: Callable[[Message], None]
    on_loss: Callable[[str], None]

    @property
    @abstractmethod
    def name_when_kept(self) -> str:
        """How a person reaches the kernel when the run has ended and it was kept."""

    @abstractmethod
    async def start(self) -> KernelFacts:
        """Start the kernel, and wait until it answers."""

    @abstractmethod
    async def rejoin(self, progress: Progress) -> tuple[KernelFacts, SentRequest | None]:
        """Find the kernel of an earlier runner again.

        Returns
        -------
        tuple
            What is known of the kernel, and the request of the cell that was running, if any;
            its reply raises NeverArrivedError where the kernel never got it.

        Raises
        ------
        CannotResumeError
            It is gone, or was restarted.
        """

    @abstractmethod
    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> SentRequest:
        """Send code; a silent request shows nothing and isn't counted."""

    @abstractmethod
    async def interrupt(self) -> None:
        """Interrupt what runs."""

    @abstractmethod
    async def leave(self) -> None:
        """Let go of the kernel, which goes on if it can without this process."""

    @abstractmethod
    async def stop(self) -> None:
        """Shut the kernel down, and let go of it."""
