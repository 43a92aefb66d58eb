"""One pair of axes as plotly's traces and layout, and what answers for its parts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from datalab_kernel_interactive._scales import Range, Scale

    Array = np.ndarray[Any, Any]

INK, GRID, FRAME = "#333333", "#e5e5e5", "#888888"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is seen of a pair of axes, in the data's units, and its size on the screen."""

    x: Range
    y: Range
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New arrays of one trace.

    Where ``is_part``, they take the place of the first view's points between their ends,
    and those beyond are kept: while somebody moves the view, there is something to see.
    """

    trace: int
    arrays: dict[str, Array]
    is_part: bool = False


class Source(Protocol):
    """What holds the data of one curve or image."""

    def changes(self, view: View) -> tuple[list[Change], str]:
        """Return what shows a view, and a note on how it is shown."""


@dataclass(slots=True, kw_only=True)
class Panel:
    """A pair of axes: where it is in plotly's figure, and what is in it.

    ``notes`` are said about every view, ``first_notes`` about the first one;
    ``first_trace`` is the place of its first trace in the figure.
    """

    number: int
    x: Scale
    y: Scale
    xlim: Range
    ylim: Range
    is_image: bool = False
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_notes: list[str] = field(default_factory=list)
    first_trace: int = 0

    @property
    def suffix(self) -> str:
        """What plotly's names of these axes end in."""
        return "" if self.number == 0 else str(self.number + 1)

    @property
    def refs(self) -> dict[str, str]:
        """Which axes a trace belongs to."""
        return {"xaxis": f"x{self.suffix}", "yaxis": f"y{self.suffix}"}

    def add(self, trace: dict[str, Any]) -> int:
        """Add a trace and return its place among the panel's."""
        self.traces.append({**trace, **self.refs})
        return len(self.traces) - 1

    def answer(self, view: View) -> tuple[list[Change], str]:
        """Return what shows a view, and what is to be said about it."""
        changes: list[Change] = []
        notes: dict[str, None] = dict.fromkeys(self.notes)
        for source in self.sources:
            found, note = source.changes(view)
            changes += found
            notes |= dict.fromkeys([note] if note else [])
        return changes, " \N{MIDDLE DOT} ".join(notes)
