"""A comm with ipykernel's interface: checked here, sent by whichever kernel runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import comm
from comm.base_comm import BaseComm

from datalab_kernel_channel.comm._buffers import as_buffers
from datalab_kernel_channel.comm._callbacks import run_callback, running_shell
from datalab_kernel_channel.comm._json_data import as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Comm", "create_comm"]

DEFAULT_TARGET = "comm"


class _AnyKernelsComm(type):
    """Let ``isinstance(x, Comm)`` hold for the comms of every kernel's own class."""

    def __instancecheck__(cls, instance: object) -> bool:
        """Say whether it is a comm: of this class, or of the kernel's."""
        if cls is Comm:
            return isinstance(instance, BaseComm)
        return super().__instancecheck__(instance)


class Comm(BaseComm, metaclass=_AnyKernelsComm):
    """A connection between the kernel and the page, for messages of JSON and bytes.

    Parameters
    ----------
    target_name
        Who is to answer in the page.
    data
        Of the opening message: dicts with str keys, lists, str, numbers, bool, None.
    metadata
        Of the opening message, likewise.
    buffers
        Of the opening message: bytes or C-contiguous arrays; they aren't copied.
    comm_id
        An id of one's choice; else a new one.
    primary
        False: nothing is sent and nothing registered, because the page opened it.
    target_module
        The page's module in which the target is found.
    topic
        The topic on iopub; else ``comm-<id>``.
    **kwargs
        For the package ``comm``.

    Raises
    ------
    WireValueError
        If data, metadata or buffers can't travel; nothing is sent or registered then.

    Notes
    -----
    ``isinstance(x, Comm)`` holds for the comms of the running kernel's own class too, and for
    those made before this package was imported. Without a kernel, nothing is sent.

    Examples
    --------
    >>> from datalab_kernel_channel import Comm
    >>> connection = Comm(target_name="my_target", data={"here": "I am"})
    >>> connection.on_msg(lambda message: print(message["content"]["data"]))
    >>> connection.send({"value": 0.5}, buffers=[b"bytes"])
    >>> connection.close()
    """

    comm_id: str
    target_name: str
    target_module: str | None
    primary: bool
    topic: bytes
    _msg_callback: Any
    _close_callback: Any

    def __init__(  # noqa: PLR0913 - ipykernel's
        self,
        target_name: str = DEFAULT_TARGET,
        data: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Sequence[Any] | None = None,
        *,
        comm_id: str | None = None,
        primary: bool = True,
        target_module: str | None = None,
        topic: bytes | None = None,
        **kwargs: Any,
    ) -> None:
        names: dict[str, Any] = {
            "target_name": target_name or DEFAULT_TARGET,
            "comm_id": comm_id or uuid.uuid4().hex,
            "target_module": target_module,
            "topic": topic,
        }
        self._kernels: Any = comm.create_comm(**names, primary=False)
        self._kernels._closed = True  # noqa: SLF001 - else it would close this one when it goes
        opening: dict[str, Any] = {"data": data, "metadata": metadata, "buffers": buffers}
        super().__init__(primary=primary, **names, **opening, **kwargs)

    @property
    def kernel(self) -> Any:
        """The running kernel's object; None without one."""
        return getattr(running_shell(), "kernel", None)

    def publish_msg(
        self,
        msg_type: str,
        data: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: Sequence[Any] | None = None,
        **keys: Any,
    ) -> None:
        """Send a message of any type under this comm's id.

        Parameters
        ----------
        msg_type
            ``comm_open``, ``comm_msg`` or ``comm_close``.
        data, metadata, buffers
            As :class:`Comm` takes them.
        **keys
            What else its content has.

        Raises
        ------
        WireValueError
            If something can't travel; its ``path`` says what, and nothing is sent.
        """
        self._kernels.publish_msg(
            msg_type,
            data=as_json({} if data is None else data, "data"),
            metadata=as_json({} if metadata is None else metadata, "metadata"),
            buffers=as_buffers(buffers),
            **keys,
        )

    def on_msg(self, callback: Callable[[dict[str, Any]], object] | None) -> None:
        """Say who is called with each message of the page's; None: nobody.

        Parameters
        ----------
        callback
            Called with the whole message: ``header``, ``parent_header``, ``metadata``, ``content``,
            ``buffers``. What it returns to be awaited runs as a task.
        """
        self._msg_callback = callback

    def on_close(self, callback: Callable[[dict[str, Any]], object] | None) -> None:
        """Say who is called when the page closes this comm; None: nobody.

        Parameters
        ----------
        callback
            As for :meth:`on_msg`.
        """
        self._close_callback = callback

    def handle_msg(self, msg: dict[str, Any]) -> None:
        """Call back for a message; the comm manager does this."""
        if self._msg_callback is not None:
            run_callback(self._msg_callback, msg)

    def handle_close(self, msg: dict[str, Any]) -> None:
        """Call back for the page's closing; the comm manager does this."""
        if self._close_callback is not None:
            run_callback(self._close_callback, msg)


def create_comm(*args: Any, **kwargs: Any) -> Comm:
    """Make a comm, as :class:`Comm` does.

    Parameters
    ----------
    *args, **kwargs
        Those of :class:`Comm`.
    """
    return Comm(*args, **kwargs)
