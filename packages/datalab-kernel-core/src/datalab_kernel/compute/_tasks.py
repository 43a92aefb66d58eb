"""What runs tasks side by side, here or elsewhere, and hands back what came of each once it is done.

Unlike an executor's jobs, tasks are many, in no order, and given out while others run.
"""

from __future__ import annotations

from dataclasses import dataclass
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
