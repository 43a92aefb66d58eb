"""What DataLab's window is like at a moment: its panel and its selections."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datalab_kernel.backends import Kind
    from datalab_kernel_live.window._painting_mark import PaintingMark


@dataclass(slots=True)
class WindowState:
    """What the window was like before the first of several changes in a row."""

    panel: str
    selected: dict[Kind, list[str]]
    has_moved: bool = False
    """Whether another panel may be shown since then."""
    mark: PaintingMark | None = None
    """Says that painting is held."""
    is_in_row: bool = False
    """Whether a second change has come before the first was put back."""
    since_s: float = field(default_factory=time.monotonic)

    def note(self, kinds: set[Kind]) -> Self:
        """Note in which panels something is done: DataLab shows them then."""
        self.has_moved |= bool({*kinds, *self.selected} - {self.panel})
        return self
