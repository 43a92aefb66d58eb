"""A WebSocket to a kernel that is opened again whenever it breaks, always under one session id."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from datalab_kernel_client.errors import (
    ClientError,
    ConnectionLostError,
    KernelGoneError,
    RequestCanceledError,
    ResponseError,
    WrongTokenError,
)
from datalab_kernel_client.kernels._models import KernelModel, read_kernel
from datalab_kernel_client.kernels._wire import V1, encode
from datalab_kernel_client.transport import HandshakeError, SocketClosedError, TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel_client.kernels._messages import Message
    from datalab_kernel_client.server import Rest
    from datalab_kernel_client.transport import Socket

__all__ = ["Link", "LinkOwner", "Loss", "Pace"]

LOGGER = logging.getLogger(__name__)
GOOD_BYE = {1000, 1001}
NOT_FOUND = 404
LONGEST_WAIT_S = 60.0
GLANCES_S = (0.1, 0.2, 0.4, 0.0)
"""Waits after which the server is asked again whether it has seen the old link close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient a link is, in seconds.

    Parameters
    ----------
    ping_s, pong_s
        How often the other side is asked for a sign of life, and how long it may stay mute.
    reconnect_for_s
        How long a broken link is tried again.
    handshake_s, look_s
        How long a handshake may take, and how often REST is asked meanwhile whether the kernel lives.
    """

    ping_s: float = 10.0
    pong_s: float = 20.0
    reconnect_for_s: float = 600.0
    handshake_s: float = 90.0
    look_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A link that broke, and was made again.

    Parameters
    ----------
    since
        When the last sign of life came.
    was_kept
        Whether the server can have kept what came meanwhile: it saw the link close, and nobody
        else was connected.
    """

    since: datetime
    was_kept: bool


class LinkOwner(Protocol):
    """Who a link works for."""

    async def link_opened(self, loss: Loss | None) -> None:
        """Take note of an open link; `loss` tells of the one before."""

    async def link_frame(self, frame: str | bytes, subprotocol: str) -> None:
        """Take a frame; the next one is read when this returns."""

    def link_broken(self, reason: str) -> None:
        """Take note that the link broke and is tried again."""

    def link_ended(self, error: RequestCanceledError) -> None:
        """Take note that the link is not tried any more."""

    def link_model(self, model: KernelModel) -> None:
        """Take what REST says of the kernel."""


class Link:
    """Keep a WebSocket open.

    Parameters
    ----------
    rest
        The server.
    kernel_id, session_id
        Which kernel, and the id by which the server knows this client for life.
    owner
        Who takes frames.
    pace
        How patient it is.
    loss
        Of the link that another client had under this id.
    """

    def __init__(  # noqa: PLR0913  options by name
        self,
        rest: Rest,
        kernel_id: str,
        session_id: str,
        owner: LinkOwner,
        pace: Pace,
        *,
        loss: Loss | None = None,
    ) -> None:
        self._rest, self._kernel_id, self._session_id = rest, kernel_id, session_id
        self._owner, self._pace = owner, pace
        preferred = rest.settings.subprotocol
        self._offered = () if preferred == "json" else (V1,)
        self._socket: Socket | None = None
        self._outbox: deque[Message] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._heard = datetime.now(UTC)
        self._reading_since: float | None = None
        self._heard_at = 0.0
        self._loss = loss
        self._was_kept = True
        self._is_stopped = False
        self.subprotocol = ""

    # ---------------------------------------------------------------- for its owner

    def start(self) -> None:
        """Begin to connect, unless it does."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def send(self, message: Message) -> None:
        """Send a message after those before it; what can't be sent now is sent on the next link."""
        self._outbox.append(message)
        if self._socket is not None and (self._sending is None or self._sending.done()):
            self._sending = asyncio.get_running_loop().create_task(self._send_all(self._socket))

    def drop_queue(self) -> None:
        """Forget what wasn't sent."""
        self._outbox.clear()

    def break_off(self) -> None:
        """Drop the WebSocket, so that a fresh one is made; a proper end would be the last."""
        if self._socket is not None:
            self._socket.abort()

    def stop(self) -> list[asyncio.Task[None]]:
        """End it for good, and return the tasks in which that happens."""
        self._is_stopped = True
        tasks = [task for task in (self._task, self._sending) if task and not task.done()]
        for task in tasks:
            if task is not asyncio.current_task():  # which ends of itself
                task.cancel()
        socket, self._socket = self._socket, None
        if socket is not None:
            tasks.append(asyncio.get_running_loop().create_task(socket.close()))
        return tasks

    # ---------------------------------------------------------------- its life

    async def _run(self) -> None:
        while not self._is_stopped:
            socket = await self._connect()
            if socket is None:
                return
            loss, self._loss = self._loss, None
            if loss is not None:
                loss = replace(loss, was_kept=loss.was_kept and self._was_kept)
            closed, is_half_open = await self._serve(socket, loss)
            if self._is_stopped:
                return
            self._loss = Loss(since=self._heard, was_kept=not is_half_open)
            if closed.code in GOOD_BYE:
                self._owner.link_ended(
                    lost(f"The server closed the link to the kernel ({closed.code}).")
                )
                return
            LOGGER.info("The link to kernel %s broke: %s", self._kernel_id, closed)
            self._owner.link_broken(str(closed))

    async def _serve(self, socket: Socket, loss: Loss | None) -> tuple[SocketClosedError, bool]:
        """Read until the link breaks; return how it did, and whether only we know."""
        self._socket, self.subprotocol = socket, socket.subprotocol
        self._hear()
        pings = asyncio.get_running_loop().create_task(self._watch(socket))
        try:
            await self._owner.link_opened(loss)
            self._flush(socket)
            while True:
                self._reading_since = asyncio.get_running_loop().time()
                frame = await socket.receive()
                self._reading_since = None
                self._hear()
                await self._owner.link_frame(frame, socket.subprotocol)
        except SocketClosedError as error:
            return error, pings.done() and not pings.cancelled()
        finally:
            self._socket = None
            pings.cancel()

    def _hear(self) -> None:
        self._heard, self._heard_at = datetime.now(UTC), asyncio.get_running_loop().time()

    async def _watch(self, socket: Socket) -> None:
        """Ping, and drop a link that stays mute; end then, and only then."""
        loop = asyncio.get_running_loop()
        pong: asyncio.Task[None] | None = None
        asked = 0.0
        while True:
            await asyncio.sleep(min(self._pace.ping_s, self._pace.pong_s) / 4)
            if pong is not None and pong.done():
                if pong.exception() is None:
                    self._hear()
                pong = None
            if self._reading_since is None:  # a listener is slow, and nothing is read meanwhile
                if loop.time() - asked >= self._pace.ping_s:
                    asked = loop.time()
                    with contextlib.suppress(SocketClosedError):
                        await socket.pong()
                continue
            quiet = loop.time() - max(self._heard_at, self._reading_since)
            if quiet >= self._pace.pong_s and pong is not None:
                LOGGER.warning("Nothing came from the server for %.0f s, pings included", quiet)
                pong.cancel()
                socket.abort()
                return
            if pong is None and loop.time() - asked >= self._pace.ping_s:
                asked = loop.time()
                pong = loop.create_task(socket.ping())
                pong.add_done_callback(_looked_at)

    # ---------------------------------------------------------------- sending

    def _flush(self, socket: Socket) -> None:
        if self._outbox and (self._sending is None or self._sending.done()):
            self._sending = asyncio.get_running_loop().create_task(self._send_all(socket))

    async def _send_all(self, socket: Socket) -> None:
        """Send in order; a message that may have left is never sent twice."""
        while self._outbox and socket.is_open and socket is self._socket:
            message = self._outbox.popleft()
            try:
                await socket.send(encode(message, socket.subprotocol))
            except SocketClosedError:
                return

    # ---------------------------------------------------------------- connecting

    async def _connect(self) -> Socket | None:
        """Return an open WebSocket, or None when it is not tried any more."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._pace.reconnect_for_s
        reason = ""
        self._was_kept = True
        for wait_s in waits():
            if loop.time() + wait_s > deadline:
                break
            await asyncio.sleep(wait_s)
            try:
                if self._loss is not None:
                    self._was_kept = await self._nobody_connected() and self._was_kept
                return await self._handshake()
            except KernelGoneError as error:
                self._owner.link_ended(error)
                return None
            except WrongTokenError as error:
                self._owner.link_ended(lost(str(error)))
                return None
            except (ClientError, TransportError) as error:
                reason = str(error).removesuffix(".")
                LOGGER.info("Kernel %s can't be reached: %s", self._kernel_id, reason)
        text = (
            f"The link to kernel {self._kernel_id} broke and couldn't be made again within "
            f"{self._pace.reconnect_for_s:g} s: {reason}; the kernel may still run. "
            "reconnect() tries again."
        )
        self._owner.link_ended(lost(text))
        return None

    async def _nobody_connected(self) -> bool:
        """Return whether the server knows that we are away, and nobody else is connected."""
        for wait_s in GLANCES_S:
            if (await self._look()).connections == 0:
                return True
            await asyncio.sleep(wait_s)
        return False

    async def _look(self) -> KernelModel:
        """Ask REST for the kernel.

        Raises
        ------
        KernelGoneError
            If the server has it no more.
        """
        try:
            model = read_kernel(await self._rest.get("api", "kernels", self._kernel_id))
        except ResponseError as error:
            if error.status == NOT_FOUND:
                raise gone(self._kernel_id) from error
            raise
        self._owner.link_model(model)
        return model

    async def _handshake(self) -> Socket:
        opening = asyncio.get_running_loop().create_task(self._open())
        try:
            async with asyncio.timeout(self._pace.handshake_s):
                while True:
                    await asyncio.wait([opening], timeout=self._pace.look_s)
                    if opening.done():
                        return opening.result()
                    await self._look()
        except HandshakeError:
            await self._look()  # a kernel that is gone is refused as well
            raise
        except TimeoutError as error:
            message = f"the handshake took longer than {self._pace.handshake_s:g} s"
            raise TransportError(message) from error
        finally:
            await _given_up(opening)

    async def _open(self) -> Socket:
        settings = self._rest.settings
        kernel, session = quote(self._kernel_id, safe=""), quote(self._session_id, safe="")
        url = f"{settings.ws_url}api/kernels/{kernel}/channels?session_id={session}"
        headers = settings.all_headers
        if cookies := self._rest.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in cookies.items())
        return await self._rest.transport.websocket(url, headers, self._offered)


async def _given_up(opening: asyncio.Task[Socket]) -> None:
    """End a handshake; one that has just succeeded, and that nobody takes, is closed."""
    if opening.done():
        return
    opening.cancel()
    await asyncio.wait([opening])
    if not opening.cancelled() and opening.exception() is None:
        opening.result().abort()


def waits() -> Iterator[float]:
    """Give how long to wait before each attempt: at once, then a random part of 1, 3, 7 … 60 s."""
    yield 0.0
    number = 1
    while True:
        yield random.uniform(0, min(2**number - 1, LONGEST_WAIT_S))  # noqa: S311  no secret
        number = min(number + 1, 10)


def lost(text: str, msg_type: str = "") -> ConnectionLostError:
    """Return the error for a link that is lost."""
    return ConnectionLostError(text, msg_type=msg_type)


def gone(kernel_id: str, msg_type: str = "") -> KernelGoneError:
    """Return the error for a kernel that the server has no more."""
    text = (
        f"Kernel {kernel_id} is not on the server any more: it was shut down, removed or "
        "died, and its variables are lost. Start a new one."
    )
    return KernelGoneError(text, msg_type=msg_type)


def _looked_at(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
