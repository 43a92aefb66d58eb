"""A list on the server that is kept up to date by polling: of kernels, and of sessions."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from datalab_kernel_client.errors import ClientError, DisposedError
from datalab_kernel_client.kernels._models import Change, difference
from datalab_kernel_client.polling import Poll
from datalab_kernel_client.server import Lease
from datalab_kernel_client.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datalab_kernel_client.server import Rest, ServerSettings
    from datalab_kernel_client.transport import Transport

__all__ = ["Listing"]

M = TypeVar("M")


class ListSignal(Signal[Change[M]]):
    """A signal with whose first listener the polling starts."""

    def __init__(self, name: str, start: Callable[[], object]) -> None:
        super().__init__(name)
        self._start = start

    def connect(self, callback: Any) -> Any:
        """Have a function called with each change."""
        self._start()
        return super().connect(callback)


class Listing(ABC, Generic[M]):
    """What both managers share.

    Parameters
    ----------
    settings
        Which server.
    interval_s, max_interval_s
        How often it is asked; more rarely, up to the second, while it doesn't answer.
    standby
        While it returns True, nothing is asked.
    transport
        How the server is reached; the network if not given.
    """

    path: tuple[str, ...]
    """Where the list is."""

    def __init__(
        self,
        settings: ServerSettings,
        *,
        interval_s: float = 10.0,
        max_interval_s: float = 300.0,
        standby: Callable[[], bool] | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.settings = settings
        self._lease = Lease(settings, transport)
        self._models: dict[str, M] = {}
        self._since: dict[str, float] = {}
        self._is_disposed = False
        self._poll: Poll[dict[str, M]] = Poll(
            self._ask,
            self._take,
            self._fail,
            interval_s=interval_s,
            max_interval_s=max_interval_s,
            standby=standby,
        )
        name = type(self).__name__
        self.running_changed: Signal[Change[M]] = ListSignal(
            f"{name}.running_changed", self._poll.start
        )
        self.connection_failure: Signal[Exception] = Signal(f"{name}.connection_failure")

    @abstractmethod
    def _read(self, item: Mapping[str, Any]) -> tuple[str, M]:
        """Return the id and model of an item of the server's answer."""

    def _apply(self, change: Change[M]) -> None:
        """Tell the connections of a change."""

    @property
    def rest(self) -> Rest:
        """The server's REST interface."""
        self._check()
        return self._lease.rest

    @property
    def is_ready(self) -> bool:
        """Whether the first request has ended, be it with an error."""
        return self._poll.was_asked.is_set()

    @property
    def is_disposed(self) -> bool:
        """Whether it is over."""
        return self._is_disposed

    @property
    def running(self) -> tuple[M, ...]:
        """What the last answer listed."""
        return tuple(self._models.values())

    async def ready(self) -> None:
        """Wait until the first request has ended, be it with an error."""
        if not self.is_ready:
            try:
                await self.refresh()
            except ClientError:
                return

    async def refresh(self) -> tuple[M, ...]:
        """Ask the server now; all who ask at the same time share one request.

        Raises
        ------
        ClientError
            What is wrong with the server.
        """
        self._check()
        self._poll.start()
        await self._poll.refresh()
        return self.running

    async def refresh_anew(self) -> tuple[M, ...]:
        """Ask with a request that is sent from now on."""
        self._check()
        self._poll.start()
        await self._poll.refresh_anew()
        return self.running

    def dispose(self) -> None:
        """End it with its connections; what runs on the server runs on. Twice is safe."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self._poll.close()
        self.running_changed._close_loops()  # noqa: SLF001  our own signal
        self._closing = asyncio.get_running_loop().create_task(self._lease.release())

    async def closed(self) -> None:
        """Wait until a disposed manager has closed what it kept open."""
        if self._is_disposed:
            await self._closing

    # ---------------------------------------------------------------- the list

    def note(self, key: str, model: M) -> None:
        """Take a model that came otherwise than by a poll; an older poll doesn't remove it."""
        new = {**self._models, key: model}
        self._since[key] = asyncio.get_running_loop().time()
        self._replace(new)

    def drop(self, key: str) -> None:
        """Take note that a model is gone."""
        self._since.pop(key, None)
        self._replace({one: model for one, model in self._models.items() if one != key})

    async def _ask(self) -> dict[str, M]:
        found = await self._lease.rest.get(*self.path)
        return dict(self._read(item) for item in found)

    def _take(self, found: dict[str, M], asked: float) -> None:
        newer = {
            key: model
            for key, model in self._models.items()
            if key not in found and self._since.get(key, asked) > asked
        }
        self._replace({**found, **newer})

    def _replace(self, models: dict[str, M]) -> None:
        change = difference(self._models, models)
        self._models = models
        self._since = {key: since for key, since in self._since.items() if key in models}
        if change:
            self._apply(change)
            self.running_changed._emit(change)  # noqa: SLF001  our own signal

    def _fail(self, error: Exception) -> None:
        self.connection_failure._emit(error)  # noqa: SLF001  our own signal

    def _check(self) -> None:
        if self._is_disposed:
            message = f"This {type(self).__name__} was disposed of. Make a new one."
            raise DisposedError(message)
