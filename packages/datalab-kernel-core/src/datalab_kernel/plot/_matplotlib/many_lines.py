"""Many plain lines: made and drawn without what costs matplotlib more than their pixels.

They are matplotlib's lines in all that a person does with them. What is saved: a data limit, a
bounding box and a path effect for each of them, and what others cover (:mod:`.covered`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import allow_rasterization
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.patheffects import PathEffectRenderer
from matplotlib.transforms import IdentityTransform

from datalab_kernel.plot._matplotlib.covered import SeenParts, is_plain
from datalab_kernel.plot._matplotlib.pieces import LONGEST_PATH, InPieces, pieces_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    Array = np.ndarray[Any, Any]

MANY = 20
"""Curves from which on their lines are made here."""
AT_ONCE = 64
"""Lines whose data limits are found together."""
_AS_IT_IS = IdentityTransform()
_draw_usually: Any = Line2D.draw.__wrapped__  # type: ignore[attr-defined]
"""Draws a line without what ``allow_rasterization`` does before and after: ours has done that."""


class ManyLines:
    """Lines of one pair of axes that are drawn together.

    Parameters
    ----------
    axes
        What they are added to, in their order among its other artists.
    """

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._seen = SeenParts(axes, QuickLine)
        self._new: list[QuickLine] = []
        self._is_first = True
        self._is_possible = axes.name == "rectilinear"

    def add(self, x: Array, y: Array, style: dict[str, Any]) -> None:
        """Add a solid line without markers, as ``axes.plot(x, y, **style)`` does.

        The first one is matplotlib's own: it tells whether the axes' cycle gives lines more than
        a colour.
        """
        if self._is_first or not self._is_possible:
            (line,) = self._axes.plot(x, y, **style)
            usual = Line2D([], [], **style)
            self._is_possible &= is_plain(line) and line.get_linewidth() == usual.get_linewidth()
            self._is_first = False
            return
        line = QuickLine(x, y, self._seen, **style)
        self._axes.add_artist(line)
        self._new.append(line)

    def done(self) -> None:
        """Let the axes show all that was added."""
        for start in range(0, len(self._new), AT_ONCE):
            points = [line.get_xydata() for line in self._new[start : start + AT_ONCE]]
            self._axes.update_datalim(np.concatenate(points))
        if self._new:
            self._axes.autoscale_view()
        self._new.clear()


class QuickLine(Line2D):
    """A line that is drawn where it is seen, where pixels are drawn; else as any other."""

    def __init__(self, x: Array, y: Array, seen: SeenParts, **style: Any) -> None:
        super().__init__(x, y, **style)
        self._seen = seen

    def get_in_layout(self) -> bool:
        """Say whether the axes need more room for the line: never where it is clipped to them."""
        return bool(super().get_in_layout() and not self.get_clip_on())

    @allow_rasterization  # type: ignore[untyped-decorator]  # matplotlib's
    def draw(self, renderer: Any) -> None:
        """Draw it."""
        is_long = len(np.asarray(self.get_xydata())) > LONGEST_PATH
        found = self._seen.part_of(self) if isinstance(renderer, RendererAgg) else None
        if found is None:
            if is_long and not self.get_path_effects():
                renderer = PathEffectRenderer([InPieces()], renderer)
            _draw_usually(self, renderer)
            return
        if len(found):
            gc = self._pen(renderer)
            paths = pieces_of(found, is_opaque=True) if is_long else [Path(found)]
            for path in paths:
                renderer.draw_path(gc, path, _AS_IT_IS)
            gc.restore()
        self.stale = False

    def _pen(self, renderer: Any) -> Any:
        gc = renderer.new_gc()
        gc.set_clip_rectangle(self.get_clip_box())
        gc.set_antialiased(True)
        gc.set_linewidth(self.get_linewidth())
        gc.set_joinstyle(self.get_solid_joinstyle())
        gc.set_capstyle(self.get_solid_capstyle())
        gc.set_snap(self.get_snap())
        gc.set_foreground(self.get_color())
        return gc
