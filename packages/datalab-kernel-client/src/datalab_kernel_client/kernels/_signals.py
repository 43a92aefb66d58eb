"""The signals of a kernel connection, in one place for its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from datalab_kernel_client.signals import Signal

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.kernels._models import Gap
    from datalab_kernel_client.kernels._status import ConnectionStatus, Status

__all__ = ["KernelSignals", "Tells"]


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


class Tells:
    """The signals of a connection, to be read."""

    _signals: KernelSignals

    @property
    def status_changed(self) -> Signal[Status]:
        """Emitted when `status` changed."""
        return self._signals.status_changed

    @property
    def connection_status_changed(self) -> Signal[ConnectionStatus]:
        """Emitted when `connection_status` changed."""
        return self._signals.connection_status_changed

    @property
    def iopub_message(self) -> Signal[Message]:
        """Emitted with everything that the kernel publishes, for whatever client."""
        return self._signals.iopub_message

    @property
    def any_message(self) -> Signal[tuple[Literal["send", "recv"], Message]]:
        """Emitted with every message in both directions."""
        return self._signals.any_message

    @property
    def unhandled_message(self) -> Signal[Message]:
        """Emitted with replies to this client that no future waits for."""
        return self._signals.unhandled_message

    @property
    def pending_input(self) -> Signal[bool]:
        """Emitted when `has_pending_input` changed."""
        return self._signals.pending_input

    @property
    def disposed(self) -> Signal[None]:
        """Emitted once, at the end."""
        return self._signals.disposed

    @property
    def messages_lost(self) -> Signal[Gap]:
        """Emitted when messages may be missing, with from when to when."""
        return self._signals.messages_lost
