"""What runs tasks side by side, here or elsewhere, and hands back what came of each once it is done.

Unlike an executor's jobs, tasks are many, in no order, and given out while others run.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class WorkerLostError(Exception):
    """What ran a task is gone, as a process that was killed; the task may be run again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: what it returned, or what it raised."""

    key: str
    value: Any = None
    error: BaseException | None = None


class Finished:
    """Futures in the order in which they finish, each with the key of its task."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()

    def watch(self, key: str, future: Any) -> None:
        """Wait for one, which tells of its end as those of ``concurrent.futures`` do."""
        future.add_done_callback(lambda done: self._queue.put((key, done)))

    def take(self, timeout_s: float) -> list[tuple[str, Any]]:
        """Return those that are finished by now, or the first that is within some time."""
        found: list[tuple[str, Any]] = []
        with suppress(Empty):
            found.append(self._queue.get(timeout=timeout_s))
            while True:
                found.append(self._queue.get_nowait())
        return found


@runtime_checkable
class Tasks(Protocol):
    """Tasks that run side by side; from their maker to :meth:`close` one thread calls them.

    Attributes
    ----------
    workers : int
        How many run at a time, by what is known now.
    link : str
        Where people can look at them; empty: nowhere.
    """

    @property
    def workers(self) -> int: ...

    @property
    def link(self) -> str: ...

    def submit(self, key: str, argument: Any) -> None:
        """Begin a task, as soon as somebody has time; ``key`` is no other's."""
        ...

    def finished(self, timeout_s: float) -> Sequence[Outcome]:
        """Return what is done by now; if nothing is, wait for it, at most that long.

        The outcome of a task whose worker is gone has a :class:`WorkerLostError`.
        """
        ...

    def close(self) -> None:
        """Forget what isn't done: nothing begins any more. It doesn't wait."""
        ...


@runtime_checkable
class RunsTasks(Protocol):
    """What an executor can do besides, for ``process``.

    A package's executor has this power by having the method. It is then also made of a client:
    the entry point that is named like the top-level package of the client's class is called with it.
    """

    def tasks(self, call: Callable[[Any, Any, Callable[[], bool]], Any], shared: Any) -> Tasks:
        """Make what runs tasks.

        Parameters
        ----------
        call
            A function of a module, which is called with ``shared``, a task's argument, and a
            function that says whether nobody wants the outcome any more.
        shared
            What all tasks have in common.
        """
        ...
