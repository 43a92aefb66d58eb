"""How large a figure is and where its axes are, so that no text is cut off.

One measurement instead of matplotlib's constrained layout, which takes twice as long.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from datalab_kernel.plot._drawing import PIXEL_RATIO

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, FigureSpec

PAD_IN = 0.06
BESIDE_IN, ABOVE_IN = 1.6, 0.9
"""What labels and colour bar take of an image's width and height, roughly."""
FIRST_GUESS = {"left": 0.11, "right": 0.98, "bottom": 0.12, "top": 0.93}
CLOSE_ENOUGH = 0.05
TITLE_LINES = 3


def new_figure(spec: FigureSpec) -> tuple[Figure, list[Axes]]:
    """Make a figure with as many axes as are described, without pyplot."""
    count = len(spec.axes)
    columns = count if count <= 3 else math.ceil(math.sqrt(count))  # noqa: PLR2004 - in a row
    rows = math.ceil(count / columns)
    size = spec.figsize or _size(spec.axes, rows, columns)
    figure = Figure(figsize=size, dpi=spec.dpi, layout=None if count == 1 else "constrained")
    FigureCanvasAgg(figure)
    if figure.get_layout_engine() is None:
        figure.subplots_adjust(**FIRST_GUESS)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for unused in grid[count:]:
        unused.remove()
    return figure, list(grid[:count])


def _size(axes: tuple[AxesSpec, ...], rows: int, columns: int) -> tuple[float, float]:
    """Return a size in inches that leaves little empty around images of this shape."""
    width, height = mpl.rcParams["figure.figsize"]
    if columns > 1:
        width *= 0.75 if columns == 2 else 0.65  # noqa: PLR2004
    ratios = [ratio for part in axes if (ratio := _ratio(part)) is not None]
    if ratios:
        fitting = max(width - BESIDE_IN, 1.0) * max(ratios) + ABOVE_IN
        height = min(max(fitting, 0.4 * height), 1.05 * height)
    return columns * width, rows * height


def _ratio(part: AxesSpec) -> float | None:
    """Return the height of an image by its width, None where it takes what it gets."""
    if part.image is None or part.aspect == "auto" or part.image.data.size == 0:
        return None
    factor = 1.0 if part.aspect == "equal" else float(part.aspect)
    limits = (part.xlim or part.image.x_edges[[0, -1]], part.ylim or part.image.y_edges[[0, -1]])
    (left, right), (low, high) = limits
    return factor * abs(high - low) / abs(right - left) if right != left else None


def fit(figure: Figure, axes: Axes) -> None:
    """Place the only axes of a figure so that all its text is inside.

    Measured at the density at which it will be drawn, so that matplotlib keeps what it
    found out about each text.
    """
    dpi = figure.dpi
    figure.dpi = PIXEL_RATIO * dpi
    try:
        if _place(figure, axes) > CLOSE_ENOUGH:
            _place(figure, axes)
    finally:
        figure.dpi = dpi


def _place(figure: Figure, axes: Axes) -> float:
    """Move the axes once, and return by which share of the figure an edge moved."""
    canvas: Any = figure.canvas
    around: Any = axes.get_tightbbox(canvas.get_renderer())
    inner = axes.bbox
    width, height = figure.bbox.width, figure.bbox.height
    pad = PAD_IN * figure.dpi
    left = (inner.x0 - around.x0 + pad) / width
    right = 1 - (around.x1 - inner.x1 + pad) / width
    bottom = (inner.y0 - around.y0 + pad) / height
    top = 1 - (around.y1 - inner.y1 + pad) / height
    if right - left < 0.1 or top - bottom < 0.1:  # noqa: PLR2004 - too small for its text
        return 0.0
    before: Any = figure.subplotpars
    moved = (before.left - left, before.right - right, before.bottom - bottom, before.top - top)
    figure.subplots_adjust(left=left, right=right, bottom=bottom, top=top)
    return max(abs(float(step)) for step in moved)


def wrap_title(text: str, axes: Axes) -> str:
    """Break a long title into at most three lines of what fits."""
    part: Any = axes.figure
    width_in = part.figure.get_size_inches()[0]
    width_pt = axes.get_position(original=True).width * width_in * 72
    letters = max(20, int(width_pt / (0.58 * points("axes.titlesize"))))
    if len(text) <= letters:
        return text
    lines = textwrap.wrap(text, letters, max_lines=TITLE_LINES, placeholder=" …")
    return "\n".join(lines)


def points(name: str) -> float:
    """Return a font size of rcParams in points, also where it is a word such as "large"."""
    settings: Any = mpl.rcParams
    return float(FontProperties(size=settings[name]).get_size_in_points())
