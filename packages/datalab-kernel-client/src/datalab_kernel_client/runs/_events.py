"""What happens in a run, as values for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel_client.runs._record import CellStatus, RunState

__all__ = [
    "CellEnded",
    "CellFailure",
    "CellStarted",
    "Listener",
    "OutputShown",
    "RunEnded",
    "RunEvent",
    "RunStarted",
    "RunWarning",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """Something that happened to the notebook at a path."""

    notebook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(RunEvent):
    """The kernel is ready; `first` is the first cell to come, also when resumed."""

    output: str
    kernel: str
    where: str
    cells: int
    first: int = 1
    is_resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWarning(RunEvent):
    """Something that a person should know, and that stops nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStarted(RunEvent):
    """A cell was sent; `cell` counts code cells from 1."""

    cell: int
    cells: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShown(RunEvent):
    """The kernel showed something."""

    cell: int
    msg_type: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFailure:
    """What a cell raised."""

    ename: str
    evalue: str
    traceback: Sequence[str] = ()
    """Lines, with the kernel's colour codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEnded(RunEvent):
    """A cell ended, however."""

    cell: int
    cells: int
    source: str
    status: CellStatus
    seconds: float
    failure: CellFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(RunEvent):
    """The output is saved and the kernel let go of; `ran` cells have been run whole."""

    output: str
    state: RunState
    seconds: float
    ran: int
    cells: int
    incomplete: Sequence[int] = ()
    """Numbers of the cells that lack output."""
    reason: str = ""
    """Why it stopped, where no cell's traceback says it."""


Listener = Callable[[RunEvent], None]
