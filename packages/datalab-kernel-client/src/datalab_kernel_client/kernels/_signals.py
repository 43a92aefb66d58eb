"""The signals of a kernel connection, in one place for its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from datalab_kernel_client.signals import Signal

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.kernels._models import Gap
    from datalab_kernel_client.kernels._status import ConnectionStatus, Status

__all__ = ["KernelSignals"]


class KernelSignals:
    """What a kernel connection tells."""

    def __init__(self) -> None:
        self.status_changed: Signal[Status] = Signal("status_changed")
        self.connection_status_changed: Signal[ConnectionStatus] = Signal(
            "connection_status_changed"
        )
        self.iopub_message: Signal[Message] = Signal("iopub_message")
        self.any_message: Signal[tuple[Literal["send", "recv"], Message]] = Signal("any_message")
        self.unhandled_message: Signal[Message] = Signal("unhandled_message")
        self.pending_input: Signal[bool] = Signal("pending_input")
        self.disposed: Signal[None] = Signal("disposed")
        self.messages_lost: Signal[Gap] = Signal("messages_lost")
        self.gone: Signal[None] = Signal("gone")
        """The kernel is dead: its connection is to be disposed of."""

    def end_loops(self) -> None:
        """End every ``async for`` over them."""
        for signal in vars(self).values():
            signal._close_loops()  # noqa: SLF001  our own signals
