"""Long lines in pieces: Agg gives up on too much of a scribble in one path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_PATH = 2_000
"""Points of a path that matplotlib's Agg surely draws, however far it jumps."""
PIECE = 400
"""Points that Agg draws at once with little memory, and fastest."""


def pieces_of(vertices: Any, *, is_opaque: bool) -> Iterator[Path]:
    """Divide a line's points, of shape ``(n, 2)``; joints of what isn't opaque are seen."""
    step = PIECE if is_opaque else LONGEST_PATH
    for start in range(0, max(len(vertices) - 1, 1), step):
        yield Path(vertices[start : start + step + 1])


class InPieces(AbstractPathEffect):
    """Draw a long line piece by piece."""

    def draw_path(
        self,
        renderer: Any,
        gc: Any,
        tpath: Path,
        affine: Any,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        if rgbFace is not None:  # a marker; a line isn't filled
            renderer.draw_path(gc, tpath, affine, rgbFace)
            return
        for piece in pieces_of(np.asarray(tpath.vertices), is_opaque=gc.get_rgb()[3] == 1):
            renderer.draw_path(gc, piece, affine)
