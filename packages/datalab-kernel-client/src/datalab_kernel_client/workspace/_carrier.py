"""What carries a workspace's requests to a kernel: one method, so that any link can be put in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel.objects import Packed

__all__ = ["Carrier"]


class Carrier(ABC):
    """Carry requests to the kernel that holds a workspace.

    Attributes
    ----------
    changes : int
        How often the kernel has told that something changed, once it was asked to tell.
    """

    changes: int = 0

    @abstractmethod
    def ask(self, request: Packed) -> Packed:
        """Send a request, and return its answer.

        Raises
        ------
        RequestTimeoutError
            If none came in time: most often the kernel is busy with a cell, and answers after it.
        ConnectionError
            If the link, or the kernel, is gone.
        """

    def ask_briefly(self, request: Packed) -> Packed | None:
        """Send a request, and return its answer, or None if it waits for something that runs there."""
        return self.ask(request)

    @abstractmethod
    def close(self) -> None:
        """Let go of the link; the kernel goes on."""
