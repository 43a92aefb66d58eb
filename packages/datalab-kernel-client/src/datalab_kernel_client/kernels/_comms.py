"""Comms from the client's side."""

from __future__ import annotations

import logging
import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from datalab_kernel_client.errors import DisposedError
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.signals import call

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._future import KernelFuture

__all__ = ["ClientComm", "CommOwner", "Comms", "HasComms"]

LOGGER = logging.getLogger(__name__)
Listener = Callable[[Message], Any]
TargetCallback = Callable[["ClientComm", Message], object]


class CommOwner(Protocol):
    """What a comm needs of its connection."""

    client_id: str
    username: str

    def send_shell_message(
        self, msg: Message, *, expect_reply: bool = False, dispose_on_done: bool = True
    ) -> KernelFuture:
        """Send a message."""


class ClientComm:
    """A comm between this client and the kernel.

    ``on_msg`` and ``on_close`` are assigned: functions or coroutine functions of one
    :class:`Message`. :meth:`close` ends it on both sides; so do a restart and the connection's end.
    """

    def __init__(self, owner: CommOwner, comms: Comms, target_name: str, comm_id: str) -> None:
        self._owner, self._comms = owner, comms
        self.target_name, self.comm_id = target_name, comm_id
        self.is_disposed = False
        self.on_msg: Listener | None = None
        self.on_close: Listener | None = None

    def __repr__(self) -> str:
        state = ", disposed" if self.is_disposed else ""
        return f"<ClientComm {self.target_name!r} {self.comm_id}{state}>"

    def open(
        self,
        data: Any = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Iterable[Any] = (),
    ) -> KernelFuture:
        """Open it in the kernel, whose target of this name gets `data`.

        Returns
        -------
        KernelFuture
            Done when the kernel has dealt with it. Where the kernel has no such target, it
            answers by closing the comm.
        """
        return self._send("comm_open", data, metadata, buffers, target_name=self.target_name)

    def send(
        self,
        data: Any = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Iterable[Any] = (),
    ) -> KernelFuture:
        """Send a message; `buffers` travel as they are.

        Raises
        ------
        MessageTooLargeError
            If it has more than 9 MiB.
        DisposedError
            If the comm is closed.
        """
        return self._send("comm_msg", data, metadata, buffers)

    def close(
        self,
        data: Any = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Iterable[Any] = (),
    ) -> KernelFuture:
        """Close it on both sides; `on_close` is called with the message that is sent."""
        future = self._send("comm_close", data, metadata, buffers)
        self.dispose()
        if self.on_close is not None:
            self._comms.later(call(self.on_close, future.msg))
        return future

    def dispose(self) -> None:
        """Forget it on this side only."""
        self.is_disposed = True
        self._comms.forget(self)

    def _send(
        self,
        msg_type: str,
        data: Any,
        metadata: Mapping[str, Any] | None,
        buffers: Iterable[Any],
        **more: str,
    ) -> KernelFuture:
        if self.is_disposed:
            message = f"The comm {self.comm_id} to {self.target_name!r} is closed. Open a new one."
            raise DisposedError(message)
        content = {"comm_id": self.comm_id, "data": {} if data is None else data, **more}
        message_ = Message.new(
            msg_type,
            content,
            session=self._owner.client_id,
            username=self._owner.username,
            metadata=metadata,
            buffers=buffers,
        )
        return self._owner.send_shell_message(message_)


class Comms:
    """The comms of one connection.

    Parameters
    ----------
    owner
        The connection.
    later
        Runs a coroutine in a task.
    """

    def __init__(self, owner: CommOwner, later: Callable[[Any], object]) -> None:
        self._owner = owner
        self.later = later
        self._comms: dict[str, ClientComm] = {}
        self._targets: dict[str, list[TargetCallback]] = defaultdict(list)

    def __contains__(self, comm_id: object) -> bool:
        return comm_id in self._comms

    def new(self, target_name: str, comm_id: str | None) -> ClientComm:
        """Return a new comm, not yet open.

        Raises
        ------
        ValueError
            If there is one of that id.
        """
        comm_id = comm_id or uuid.uuid4().hex
        if comm_id in self._comms:
            message = f"This connection has a comm {comm_id} already."
            raise ValueError(message)
        comm = ClientComm(self._owner, self, target_name, comm_id)
        self._comms[comm_id] = comm
        return comm

    def forget(self, comm: ClientComm) -> None:
        """Send a comm no more messages."""
        if self._comms.get(comm.comm_id) is comm:
            del self._comms[comm.comm_id]

    def register(self, target_name: str, callback: TargetCallback) -> None:
        """Have a function called with each comm that the kernel opens to a target."""
        if callback not in self._targets[target_name]:
            self._targets[target_name].append(callback)

    def remove(self, target_name: str, callback: TargetCallback) -> None:
        """Have it called no more."""
        if callback in self._targets[target_name]:
            self._targets[target_name].remove(callback)

    def dispose(self) -> None:
        """Forget all comms; their targets stay."""
        for comm in list(self._comms.values()):
            comm.dispose()

    async def take(self, message: Message) -> None:
        """Take what the kernel sends to a comm."""
        comm_id = str(message.content.get("comm_id"))
        match message.msg_type:
            case "comm_open":
                await self._opened(comm_id, message)
            case "comm_msg":
                comm = self._comms.get(comm_id)
                if comm is not None and comm.on_msg is not None:
                    await call(comm.on_msg, message)
            case "comm_close":
                comm = self._comms.get(comm_id)
                if comm is not None:
                    comm.dispose()
                    if comm.on_close is not None:
                        await call(comm.on_close, message)
            case _:
                return

    async def _opened(self, comm_id: str, message: Message) -> None:
        target_name = str(message.content.get("target_name"))
        callbacks = list(self._targets[target_name])
        if not callbacks and message.parent_header.get("session") != self._owner.client_id:
            return  # of a cell of somebody else, whose page shows it: a widget, most often
        comm = self._comms.get(comm_id) or self.new(target_name, comm_id)
        if not callbacks:
            LOGGER.info("The kernel opened a comm to %r, which nobody here answers", target_name)
            comm.close()
        for callback in callbacks:
            try:
                found = callback(comm, message)
                if hasattr(found, "__await__"):
                    await found
            except Exception:
                LOGGER.exception("The target %r raised; its comm is closed", target_name)
                if not comm.is_disposed:
                    comm.close()


class HasComms(ABC):
    """The comms of a connection."""

    _comms: Comms
    handle_comms: bool

    @abstractmethod
    def _check(self) -> None:
        """Raise what has ended the connection."""

    def create_comm(self, target_name: str, comm_id: str | None = None) -> ClientComm:
        """Return a new comm to a target in the kernel; it is opened by its ``open``.

        Raises
        ------
        ValueError
            If there is one of that id, or this connection handles no comms.
        """
        self._check()
        if not self.handle_comms:
            message = (
                "This connection handles no comms, because another one to the same kernel does. "
                "Use that one, or connect with handle_comms=True."
            )
            raise ValueError(message)
        return self._comms.new(target_name, comm_id)

    def has_comm(self, comm_id: str) -> bool:
        """Return whether a comm of that id is open here."""
        return comm_id in self._comms

    def register_comm_target(self, target_name: str, callback: TargetCallback) -> None:
        """Have a function called with each comm that the kernel opens to a target."""
        self._comms.register(target_name, callback)

    def remove_comm_target(self, target_name: str, callback: TargetCallback) -> None:
        """Have it called no more."""
        self._comms.remove(target_name, callback)
