"""The faces, one for each object of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_client import _server, kernels, sessions
from datalab_kernel_client import specs as core_specs
from datalab_kernel_client.server import ServerSettings
from datalab_kernel_client.sync._background import Background
from datalab_kernel_client.sync._face import Face, calls, iterate, listens, reads, tells, waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from datalab_kernel_client.kernels import ExecuteResult

__all__ = [
    "ClientComm",
    "KernelConnection",
    "KernelFuture",
    "KernelManager",
    "KernelSpecManager",
    "Server",
    "SessionConnection",
    "SessionManager",
    "connect",
]


def connect(url: str | None = None, token: str | None = None, **overrides: Any) -> Server:
    """Return the server that is meant, not yet connected; as a context manager it is checked.

    Parameters
    ----------
    url, token
        The server; without them it is looked for, see :meth:`ServerSettings.discover`.
    **overrides
        Other settings.

    Examples
    --------
    ::

        with sync.connect() as server, server.sessions.attach("a.ipynb") as session:
            print(session.kernel.execute("1 + 1").outputs)
    """
    settings = ServerSettings.discover(url, token, **overrides)
    background = Background()
    return Server(background.call(lambda: _server.Server(settings)), background)


class Server(Face, of=_server.Server):
    """A Jupyter server; see :class:`datalab_kernel_client.Server`."""

    settings: ServerSettings = reads("settings")
    kernelspecs: KernelSpecManager = reads("kernelspecs")
    kernels: KernelManager = reads("kernels")
    sessions: SessionManager = reads("sessions")
    check = waits(_server.Server.check)

    def close(self) -> None:
        """Dispose of all managers and connections; kernels live on. Twice is safe."""
        if not self._background.is_closed:
            self._background.wait(self._core.close, 30.0)
            self._background.close()

    def __enter__(self) -> Self:
        try:
            self.check()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class KernelSpecManager(Face, of=core_specs.KernelSpecManager):
    """Which kernels a server can start; see :class:`datalab_kernel_client.KernelSpecManager`."""

    specs: core_specs.KernelSpecs | None = reads("specs")
    default: str = reads("default")
    names: tuple[str, ...] = reads("names")
    is_ready: bool = reads("is_ready")
    changed = listens("changed")
    connection_failure = listens("connection_failure")
    ready = waits(core_specs.KernelSpecManager.ready)
    refresh = waits(core_specs.KernelSpecManager.refresh)
    resource = waits(core_specs.KernelSpecManager.resource)
    start_polling = calls(core_specs.KernelSpecManager.start_polling)
    stop_polling = calls(core_specs.KernelSpecManager.stop_polling)
    dispose = calls(core_specs.KernelSpecManager.dispose)


class KernelManager(Face, of=kernels.KernelManager):
    """The kernels of a server; see :class:`datalab_kernel_client.KernelManager`."""

    is_ready: bool = reads("is_ready")
    running: tuple[kernels.KernelModel, ...] = reads("running")
    running_changed = listens("running_changed")
    connection_failure = listens("connection_failure")
    ready = waits(kernels.KernelManager.ready)
    refresh = waits(kernels.KernelManager.refresh)
    start_new: Callable[..., KernelConnection] = waits(kernels.KernelManager.start_new)
    connect_to: Callable[..., KernelConnection] = calls(kernels.KernelManager.connect_to)
    find_by_id: Callable[..., kernels.KernelModel | None] = waits(kernels.KernelManager.find_by_id)
    interrupt = waits(kernels.KernelManager.interrupt)
    restart = waits(kernels.KernelManager.restart)
    shutdown = waits(kernels.KernelManager.shutdown)
    shutdown_all = waits(kernels.KernelManager.shutdown_all)
    dispose = calls(kernels.KernelManager.dispose)


class KernelConnection(Face, of=kernels.KernelConnection):
    """A client of a kernel; see :class:`datalab_kernel_client.KernelConnection`."""

    id: str = reads("id")
    name: str = reads("name")
    model: kernels.KernelModel = reads("model")
    client_id: str = reads("client_id")
    username: str = reads("username")
    handle_comms: bool = reads("handle_comms")
    status: kernels.Status = reads("status")
    connection_status: kernels.ConnectionStatus = reads("connection_status")
    is_disposed: bool = reads("is_disposed")
    has_pending_input: bool = reads("has_pending_input")
    protocol: str = reads("protocol")
    status_changed = listens("status_changed")
    connection_status_changed = listens("connection_status_changed")
    iopub_message = listens("iopub_message")
    any_message = listens("any_message")
    unhandled_message = listens("unhandled_message")
    pending_input = listens("pending_input")
    disposed = listens("disposed")
    messages_lost = listens("messages_lost")
    info = waits(kernels.KernelConnection.info)
    spec = waits(kernels.KernelConnection.spec)
    request_complete = waits(kernels.KernelConnection.request_complete)
    request_inspect = waits(kernels.KernelConnection.request_inspect)
    request_history = waits(kernels.KernelConnection.request_history)
    request_is_complete = waits(kernels.KernelConnection.request_is_complete)
    request_kernel_info = waits(kernels.KernelConnection.request_kernel_info)
    request_comm_info = waits(kernels.KernelConnection.request_comm_info)
    request_execute: Callable[..., KernelFuture] = calls(kernels.KernelConnection.request_execute)
    request_debug: Callable[..., KernelFuture] = calls(kernels.KernelConnection.request_debug)
    send_shell_message: Callable[..., KernelFuture] = calls(
        kernels.KernelConnection.send_shell_message
    )
    send_control_message: Callable[..., KernelFuture] = calls(
        kernels.KernelConnection.send_control_message
    )
    send_input_reply = calls(kernels.KernelConnection.send_input_reply)
    interrupt = waits(kernels.KernelConnection.interrupt)
    restart = waits(kernels.KernelConnection.restart)
    shutdown = waits(kernels.KernelConnection.shutdown)
    reconnect = waits(kernels.KernelConnection.reconnect)
    clone: Callable[..., KernelConnection] = calls(kernels.KernelConnection.clone)
    dispose = calls(kernels.KernelConnection.dispose)
    create_comm: Callable[..., ClientComm] = calls(kernels.KernelConnection.create_comm)
    has_comm = calls(kernels.KernelConnection.has_comm)

    def connected(self, timeout_s: float | None = 60.0) -> None:
        """Wait until it is connected; see the asynchronous one."""
        self._background.wait(lambda: self._core.connected(timeout_s))

    def execute(
        self,
        code: str,
        *,
        timeout_s: float | None = None,
        on_output: Callable[[Any], Any] | None = None,
        on_stdin: Callable[[str, bool], str] | None = None,
        **request: Any,
    ) -> ExecuteResult:
        """Execute code, wait, and return what came of it; see the asynchronous one.

        `on_output` and `on_stdin` are called in threads of their own. Ctrl-C leaves the cell
        running; twice within a second, it interrupts the kernel.
        """
        background = self._background
        if on_output is not None:
            request["on_output"] = background.outside(on_output)
        if on_stdin is not None:
            request["on_stdin"] = background.outside_answer(on_stdin)
        found: ExecuteResult = background.wait(
            lambda: self._core.execute(code, timeout_s=timeout_s, **request),
            again=self._core.interrupt,
        )
        return found

    def register_comm_target(
        self, target_name: str, callback: Callable[[ClientComm, Any], object]
    ) -> None:
        """Have a function called, in the callbacks' thread, with each comm that the kernel opens."""
        background = self._background

        def with_face(pair: tuple[kernels.ClientComm, Any]) -> object:
            return callback(ClientComm(pair[0], background), pair[1])

        forward = background.outside(with_face)

        async def opened(comm: kernels.ClientComm, message: kernels.Message) -> None:
            await forward((comm, message))

        known = self._core.__dict__.setdefault("_targets_outside", {})
        known[target_name, callback] = opened
        background.call(lambda: self._core.register_comm_target(target_name, opened))

    def remove_comm_target(
        self, target_name: str, callback: Callable[[ClientComm, Any], object]
    ) -> None:
        """Have it called no more."""
        known = self._core.__dict__.setdefault("_targets_outside", {})
        if (opened := known.pop((target_name, callback), None)) is not None:
            self._background.call(lambda: self._core.remove_comm_target(target_name, opened))

    def __enter__(self) -> Self:
        self._background.wait(self._core.__aenter__)
        return self

    def __exit__(self, *error: object) -> None:
        self._background.wait(self._core.__aexit__)


class KernelFuture(Face, of=kernels.KernelFuture):
    """A request on its way; see :class:`datalab_kernel_client.KernelFuture`."""

    msg: kernels.Message = reads("msg")
    msg_id: str = reads("msg_id")
    is_done: bool = reads("is_done")
    reply: kernels.Message | None = reads("reply")
    dropped: int = reads("dropped")
    on_iopub = tells("on_iopub")
    on_stdin = tells("on_stdin")
    on_reply = tells("on_reply")
    send_input_reply = calls(kernels.KernelFuture.send_input_reply)
    cancel = calls(kernels.KernelFuture.cancel)
    dispose = calls(kernels.KernelFuture.dispose)

    def wait(self, timeout_s: float | None = None) -> kernels.Message:
        """Wait for its end and return the reply, as awaiting the asynchronous one does."""

        async def end() -> kernels.Message:
            reply: kernels.Message = await self._core
            return reply

        return self._background.wait(end, timeout_s)

    def result(self, timeout_s: float | None = None) -> ExecuteResult:
        """Wait for the end of an execution and return what came of it."""
        found: ExecuteResult = self._background.wait(lambda: self._core.result(timeout_s))
        return found

    def __iter__(self) -> Iterator[kernels.Message]:
        """Give its messages in order; ends when it is done."""
        return iterate(self._background.call(self._core.__aiter__), self._background)


class ClientComm(Face, of=kernels.ClientComm):
    """A comm; see :class:`datalab_kernel_client.ClientComm`."""

    comm_id: str = reads("comm_id")
    target_name: str = reads("target_name")
    is_disposed: bool = reads("is_disposed")
    on_msg = tells("on_msg")
    on_close = tells("on_close")
    open: Callable[..., KernelFuture] = calls(kernels.ClientComm.open)
    send: Callable[..., KernelFuture] = calls(kernels.ClientComm.send)
    close: Callable[..., KernelFuture] = calls(kernels.ClientComm.close)


class SessionManager(Face, of=sessions.SessionManager):
    """The sessions of a server; see :class:`datalab_kernel_client.SessionManager`."""

    is_ready: bool = reads("is_ready")
    running: tuple[sessions.SessionModel, ...] = reads("running")
    running_changed = listens("running_changed")
    connection_failure = listens("connection_failure")
    ready = waits(sessions.SessionManager.ready)
    refresh = waits(sessions.SessionManager.refresh)
    start_new: Callable[..., SessionConnection] = waits(sessions.SessionManager.start_new)
    attach: Callable[..., SessionConnection] = waits(sessions.SessionManager.attach)
    connect_to: Callable[..., SessionConnection] = calls(sessions.SessionManager.connect_to)
    find_by_path: Callable[..., sessions.SessionModel | None] = waits(
        sessions.SessionManager.find_by_path
    )
    find_by_id: Callable[..., sessions.SessionModel | None] = waits(
        sessions.SessionManager.find_by_id
    )
    shutdown = waits(sessions.SessionManager.shutdown)
    shutdown_all = waits(sessions.SessionManager.shutdown_all)
    stop_if_needed = waits(sessions.SessionManager.stop_if_needed)
    dispose = calls(sessions.SessionManager.dispose)


class SessionConnection(Face, of=sessions.SessionConnection):
    """A client of a session; see :class:`datalab_kernel_client.SessionConnection`."""

    id: str = reads("id")
    path: str = reads("path")
    name: str = reads("name")
    type: str = reads("type")
    model: sessions.SessionModel = reads("model")
    kernel: KernelConnection = reads("kernel")
    client_id: str = reads("client_id")
    is_disposed: bool = reads("is_disposed")
    is_reused: bool = reads("is_reused")
    kernel_changed = listens("kernel_changed")
    property_changed = listens("property_changed")
    disposed = listens("disposed")
    status_changed = listens("status_changed")
    connection_status_changed = listens("connection_status_changed")
    iopub_message = listens("iopub_message")
    any_message = listens("any_message")
    unhandled_message = listens("unhandled_message")
    pending_input = listens("pending_input")
    messages_lost = listens("messages_lost")
    set_path = waits(sessions.SessionConnection.set_path)
    set_name = waits(sessions.SessionConnection.set_name)
    set_type = waits(sessions.SessionConnection.set_type)
    change_kernel: Callable[..., KernelConnection] = waits(sessions.SessionConnection.change_kernel)
    shutdown = waits(sessions.SessionConnection.shutdown)
    dispose = calls(sessions.SessionConnection.dispose)

    def __enter__(self) -> Self:
        self._background.wait(self._core.__aenter__)
        return self

    def __exit__(self, *error: object) -> None:
        self._background.wait(self._core.__aexit__)
