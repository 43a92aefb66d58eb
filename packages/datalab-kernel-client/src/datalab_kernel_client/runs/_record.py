"""What the output says about its run: `metadata.datalab_kernel`, of the notebook and of each cell."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Self

from datalab_kernel_client.runs._errors import CannotResumeError

if TYPE_CHECKING:
    from pathlib import Path

    import nbformat

__all__ = ["OURS", "CellStatus", "ExitStatus", "RunRecord", "RunState", "note_cell", "now"]

OURS = "datalab_kernel"
"""The key of our metadata, in the notebook and in its cells."""


class ExitStatus(IntEnum):
    """How the command ends."""

    OK = 0
    CELL_FAILED = 1
    USAGE = 2
    SERVER = 3
    KERNEL = 4
    TIMEOUT = 5
    OUTPUT_LOST = 6
    INTERRUPTED = 130


class RunState(StrEnum):
    """How far a run is, in words that stand in the output."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    KERNEL_DIED = "kernel died"
    TIMED_OUT = "timed out"
    OUTPUT_LOST = "output lost"
    INTERRUPTED = "interrupted"
    LINK_LOST = "link lost"
    LEFT = "left"

    @property
    def can_resume(self) -> bool:
        """Whether the kernel may be going on without its runner."""
        return self in {RunState.RUNNING, RunState.LINK_LOST, RunState.LEFT}

    @property
    def exit_status(self) -> ExitStatus:
        """What the command says of it."""
        return _EXIT_STATUSES[self]


_EXIT_STATUSES = {
    RunState.RUNNING: ExitStatus.INTERRUPTED,
    RunState.OK: ExitStatus.OK,
    RunState.FAILED: ExitStatus.CELL_FAILED,
    RunState.KERNEL_DIED: ExitStatus.KERNEL,
    RunState.TIMED_OUT: ExitStatus.TIMEOUT,
    RunState.OUTPUT_LOST: ExitStatus.OUTPUT_LOST,
    RunState.INTERRUPTED: ExitStatus.INTERRUPTED,
    RunState.LINK_LOST: ExitStatus.SERVER,
    RunState.LEFT: ExitStatus.INTERRUPTED,
}


class CellStatus(StrEnum):
    """What became of a cell."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    ALLOWED = "failed, as allowed"
    SKIPPED = "skipped"
    TIMED_OUT = "timed out"
    INTERRUPTED = "interrupted"
    KERNEL_DIED = "kernel died"


@dataclass(slots=True, kw_only=True)
class RunRecord:
    """Where a notebook runs, and under which ids; kept in the output for `--resume`."""

    id: str
    state: RunState
    kernel_name: str
    started: str
    ended: str = ""
    server: str = ""
    """URL, without its token; empty for a kernel of this computer."""
    path: str = ""
    """Of the session on the server."""
    kernel_id: str = ""
    session_id: str = ""
    """Under which this client is known to the server."""
    has_journal: bool = False
    """Whether the kernel keeps what it publishes for who comes back."""
    msg_ids: dict[str, str] = field(default_factory=dict)
    """Ids of the requests by the cells' ids."""
    incomplete: list[str] = field(default_factory=list)
    """Ids of cells that lack output, which was lost on the way."""
    skipped_tags: list[str] = field(default_factory=list)
    """Cells with one of these tags aren't run."""

    def store(self, notebook: nbformat.NotebookNode) -> None:
        """Write it into a notebook's metadata."""
        facts = {fact.name: getattr(self, fact.name) for fact in fields(self)}
        notebook.metadata[OURS] = {"run": {**facts, "state": str(self.state)}}

    @classmethod
    def of(cls, notebook: nbformat.NotebookNode, path: Path) -> Self:
        """Read it from an output.

        Raises
        ------
        CannotResumeError
            No run wrote this file.
        """
        stored: dict[str, Any] = notebook.metadata.get(OURS, {}).get("run")
        if not stored:
            raise CannotResumeError(
                f"The run that wrote {path} was to be resumed, but no run has written it."
                " Run it without --resume."
            )
        return cls(**{**stored, "state": RunState(stored["state"])})


def now() -> str:
    """Return the time as it is written: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def note_cell(cell: nbformat.NotebookNode, **facts: Any) -> None:
    """Add facts to a cell's metadata."""
    cell.metadata[OURS] = {**cell.metadata.get(OURS, {}), **facts}
