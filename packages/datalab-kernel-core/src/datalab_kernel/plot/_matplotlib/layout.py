"""How large a figure is and where its parts are, so that no text is cut off.

One measurement instead of matplotlib's constrained layout, which takes twice as long.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from datalab_kernel.plot._matplotlib.drawing import PIXEL_RATIO
from datalab_kernel.plot._matplotlib.twins import right_axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from datalab_kernel.plot._spec import AxesSpec, FigureSpec

PAD_IN = 0.06
GAP_IN = 0.12
"""Between parts of a figure."""
BESIDE_IN, ABOVE_IN = 1.6, 0.9
"""What labels and colour bar take of an image's width and height, roughly."""
BAR_IN, BAR_GAP_IN = 0.15, 0.09
"""Width of a colour bar and its distance from the axes."""
INSIDE = 5
"""Entries up to which a legend lies on the data; a longer one is beside them."""
LEGEND_IN = 1.2
"""What a figure is wider by for a legend beside the axes."""
FIRST_GUESS = {"left": 0.11, "right": 0.98, "bottom": 0.12, "top": 0.93}
CLOSE_ENOUGH = 0.05
TITLE_LINES, LABEL_LINES = 3, 2
LEAST_IMAGE_IN = 0.6, 1.6
"""Least height and width of an image whose ratio is kept."""
LEAST_LETTERS = 0.4
"""Share of their size that letters keep at least, where a text has little room."""
LEAST_SHARE = 0.1
"""Of the figure's width and height: smaller axes keep their place, their text has no room."""


@dataclass(slots=True)
class Page:
    """A figure and what is placed in it.

    Margins (inches) are for what isn't axes, and ``least_in`` is what they need of width and
    height. ``ratio`` is the height of the images by their width, None where axes take what
    they get.
    """

    figure: Figure
    grid: list[Axes]
    columns: int
    shared_bar: Axes | None = None
    head: Text | None = None
    right_in: float = 0.0
    bottom_in: float = 0.0
    top_in: float = 0.0
    least_in: tuple[float, float] = (0.0, 0.0)
    size_is_given: bool = False
    ratio: float | None = None
    heights: tuple[float, ...] | None = None

    @property
    def shares(self) -> np.ndarray[Any, Any]:
        """Heights of the rows of axes, by their mean."""
        heights: np.ndarray[Any, Any] = np.array(self.heights or [1.0] * self.rows)
        return heights / float(heights.mean())

    @property
    def rows(self) -> int:
        """Rows of axes."""
        return math.ceil(len(self.grid) / self.columns)

    def grow(self, right_in: float = 0.0, bottom_in: float = 0.0, top_in: float = 0.0) -> None:
        """Make room at the edges: the figure grows, unless its size was given."""
        self.right_in += right_in
        self.bottom_in += bottom_in
        self.top_in += top_in
        if not self.size_is_given:
            width, height = self.figure.get_size_inches()
            self.figure.set_size_inches(width + right_in, height + bottom_in + top_in)


def new_page(spec: FigureSpec) -> Page:
    """Make a figure with as many axes as are described, without pyplot."""
    count = len(spec.axes)
    columns = spec.columns or _columns(spec)
    columns = max(1, min(columns, count))
    rows = math.ceil(count / columns)
    figure = Figure(figsize=spec.figsize or _size(spec, rows, columns), dpi=spec.dpi)
    FigureCanvasAgg(figure)
    grid = figure.subplots(
        rows, columns, squeeze=False, sharex=spec.shares_x, height_ratios=spec.heights
    ).ravel()
    for unused in grid[count:]:
        unused.remove()
    ratios = [ratio for part in spec.axes if (ratio := _ratio(part)) is not None]
    return Page(
        figure,
        list(grid[:count]),
        columns,
        size_is_given=spec.figsize is not None,
        ratio=max(ratios, default=None),
        heights=spec.heights,
    )


def guess(page: Page) -> None:
    """Place the axes roughly, for what depends on their size before text is measured."""
    width, height = page.figure.get_size_inches()
    right, low, high = page.right_in / width, page.bottom_in / height, page.top_in / height
    right, low = min(right, 1 - LEAST_SHARE), min(low, 1 - high - LEAST_SHARE)
    engine: Any = page.figure.get_layout_engine()
    if engine is not None:  # the user's own, by rcParams
        is_constrained = isinstance(engine, ConstrainedLayoutEngine)
        engine.set(rect=(0, low, 1 - right, 1 - low - high if is_constrained else 1 - high))
        return
    page.figure.subplots_adjust(
        left=FIRST_GUESS["left"] * (1 - right),
        right=FIRST_GUESS["right"] * (1 - right),
        bottom=low + FIRST_GUESS["bottom"] * (1 - low - high),
        top=low + FIRST_GUESS["top"] * (1 - low - high),
    )


def _columns(spec: FigureSpec) -> int:
    count = len(spec.axes)
    if spec.shares_x:
        return 1
    return count if count <= 3 else math.ceil(math.sqrt(count))  # noqa: PLR2004 - in a row


def _size(spec: FigureSpec, rows: int, columns: int) -> tuple[float, float]:
    """Return a size in inches that leaves little empty around images of this shape."""
    width, height = mpl.rcParams["figure.figsize"]
    if columns > 1:
        width *= 0.75 if columns == 2 else 0.65  # noqa: PLR2004
    if rows > 1:
        height *= 0.65 if spec.shares_x else 0.8
    if any(_has_much_beside(part) for part in spec.axes):
        width += LEGEND_IN
    ratios = [ratio for part in spec.axes if (ratio := _ratio(part)) is not None]
    if ratios:
        fitting = max(width - BESIDE_IN, 1.0) * max(ratios) + ABOVE_IN
        height = min(max(fitting, 0.4 * height), 1.05 * height)
    return columns * width, rows * height


def _has_much_beside(part: AxesSpec) -> bool:
    """Say whether a legend or colour scale is beside the axes."""
    return part.many_curves is not None or (part.legend == "best" and len(part.curves) > INSIDE)


def _ratio(part: AxesSpec) -> float | None:
    """Return the height of an image by its width, None where it takes what it gets."""
    if part.image is None or part.aspect == "auto" or part.image.data.size == 0:
        return None
    factor = 1.0 if part.aspect == "equal" else float(part.aspect)
    limits = (part.xlim or part.image.x_edges[[0, -1]], part.ylim or part.image.y_edges[[0, -1]])
    (left, right), (low, high) = limits
    return factor * abs(high - low) / abs(right - left) if right != left else None


# -- beside axes --------------------------------------------------------------------------


def axes_beside(parent: Axes, others: tuple[Axes, ...] = ()) -> Axes:
    """Return narrow axes at the right, of a width in inches, as high as ``parent`` is.

    With ``others``: as high as all of them, and at the right of all.
    """
    beside = parent.inset_axes((1.02, 0.0, 0.04, 1.0))
    locator: Any = _Beside((parent, *others))
    beside.set_axes_locator(locator)
    return beside


@dataclass(frozen=True, slots=True)
class _Beside:
    """Where axes beside others are, asked by matplotlib whenever it draws."""

    parents: tuple[Axes, ...]

    def __call__(self, axes: Axes, renderer: Any) -> Bbox:
        del renderer
        figure: Any = axes.figure
        around = Bbox.union([parent.bbox for parent in self.parents])
        left = around.x1 + BAR_GAP_IN * figure.dpi
        width = min(BAR_IN * figure.dpi, 0.12 * max(around.width, around.height))
        box = Bbox.from_extents(left, around.y0, left + width, around.y1)
        return box.transformed(figure.transSubfigure.inverted())


# -- placing ------------------------------------------------------------------------------


def fit(page: Page) -> None:
    """Place all axes so that all their text is inside, and not over each other.

    Measured at the density at which it will be drawn, so that matplotlib keeps what it
    found out about each text.
    """
    if page.figure.get_layout_engine() is not None:
        return
    if page.shared_bar is not None:
        page.shared_bar.set_in_layout(False)
    with sharp(page.figure):
        if _place(page) > CLOSE_ENOUGH:
            _place(page)
            canvas: Any = page.figure.canvas
            renderer = canvas.get_renderer()
            for axes in page.grid:
                axes.apply_aspect()
                _shrink_texts(axes, renderer)
            if page.head is not None:
                shrink(page.head, page.figure.bbox.width - 2 * PAD_IN * page.figure.dpi, renderer)
    if page.shared_bar is not None:
        page.shared_bar.set_in_layout(True)


class sharp:  # noqa: N801 - used like a function
    """Within it, a figure has the density at which it is drawn in a notebook."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure

    def __enter__(self) -> None:
        self._dpi = self._figure.dpi
        self._figure.dpi = PIXEL_RATIO * self._dpi

    def __exit__(self, *_: object) -> None:
        self._figure.dpi = self._dpi


def _place(page: Page) -> float:
    """Move the axes once, and return by which share of the figure an edge moved."""
    figure = page.figure
    canvas: Any = figure.canvas
    renderer = canvas.get_renderer()
    width, height = figure.get_size_inches()
    around = _overhangs(page, renderer) / figure.dpi
    left, right = around[:, :, 0].max(axis=0), around[:, :, 1].max(axis=0)
    low, high = around[:, :, 2].max(axis=1), around[:, :, 3].max(axis=1)
    bar = _bar_width(page, renderer)
    gaps = GAP_IN * (page.columns - 1), GAP_IN * (page.rows - 1)
    inner_width = width - 2 * PAD_IN - page.right_in - bar - left.sum() - right.sum() - gaps[0]
    inner_height = (
        height - 2 * PAD_IN - page.bottom_in - page.top_in - low.sum() - high.sum() - gaps[1]
    )
    inner_width, inner_height = inner_width / page.columns, inner_height / page.rows
    if page.ratio is not None and not page.size_is_given:
        wanted = _wanted(page.ratio, inner_width, 1.15 * max(inner_height, height / page.rows / 2))
        width = max(width + page.columns * (wanted[0] - inner_width), page.least_in[0])
        height = max(height + page.rows * (wanted[1] - inner_height), page.least_in[1])
        inner_width, inner_height = wanted
        figure.set_size_inches(width, height)
    if inner_width < LEAST_SHARE * width / page.columns:
        return 0.0
    if inner_height < LEAST_SHARE * height / page.rows:
        return 0.0
    moved = 0.0
    for number, axes in enumerate(page.grid):
        row, column = divmod(number, page.columns)
        x = PAD_IN + left[: column + 1].sum() + right[:column].sum()
        x += column * (inner_width + GAP_IN)
        y = height - PAD_IN - page.top_in - high[: row + 1].sum() - low[:row].sum()
        y -= page.shares[: row + 1].sum() * inner_height + row * GAP_IN
        own_height = page.shares[row] * inner_height
        box = Bbox.from_bounds(x / width, y / height, inner_width / width, own_height / height)
        moved = max(
            moved,
            float(np.abs(axes.get_position(original=True).get_points() - box.get_points()).max()),
        )
        _move(page, axes, box)
    return moved


def _wanted(ratio: float, width: float, tallest: float) -> tuple[float, float]:
    """Return a width and height that leave nothing empty around an image of this ratio."""
    least_height, least_width = LEAST_IMAGE_IN
    wanted_height = min(max(ratio * width, least_height), tallest)
    return min(max(width, least_width), max(wanted_height / ratio, least_width)), wanted_height


def _move(page: Page, axes: Axes, box: Bbox) -> None:
    if len(page.grid) == 1:  # what a person may go on adjusting
        page.figure.subplots_adjust(left=box.x0, right=box.x1, bottom=box.y0, top=box.y1)
    else:
        axes.set_position(box)
        axes.set_in_layout(True)


def _overhangs(page: Page, renderer: Any) -> np.ndarray[Any, Any]:
    """Return how far text of each axes sticks out to left, right, bottom and top, in pixels."""
    found = np.zeros((page.rows, page.columns, 4))
    for number, axes in enumerate(page.grid):
        _shrink_texts(axes, renderer)
        parts = (axes, *right_axes_of(axes))
        boxes = [box for part in parts if (box := part.get_tightbbox(renderer)) is not None]
        if not boxes:
            continue
        outer, inner = Bbox.union(boxes), axes.bbox
        found[divmod(number, page.columns)] = (
            inner.x0 - outer.x0, outer.x1 - inner.x1, inner.y0 - outer.y0, outer.y1 - inner.y1,
        )  # fmt: skip
    return found


def _shrink_texts(axes: Axes, renderer: Any) -> None:
    """Make letters of a title or label smaller that would stick out of the figure."""
    figure: Any = axes.figure
    box, pad = axes.bbox, PAD_IN * figure.dpi
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    width = 2 * min(x, figure.bbox.width - x) - 2 * pad
    height = 2 * min(y, figure.bbox.height - y) - 2 * pad
    height = min(height, max(1.3 * box.height, 0.6 * figure.dpi))
    shrink(axes.title, width, renderer)
    shrink(axes.xaxis.label, width, renderer)
    for part in (axes, *axes.child_axes):
        shrink(part.yaxis.label, height, renderer, is_upright=True)


def shrink(text: Text, room: float, renderer: Any, *, is_upright: bool = False) -> None:
    """Make a text's letters smaller where it is longer than its room, in pixels."""
    if not text.get_text():
        return
    box = text.get_window_extent(renderer)
    length = box.height if is_upright else box.width
    if length > room > 0:
        text.set_fontsize(float(text.get_fontsize()) * max(room / length, LEAST_LETTERS))


def _bar_width(page: Page, renderer: Any) -> float:
    """Return how wide the colour bar that all axes share is, in inches."""
    if page.shared_bar is None:
        return 0.0
    page.shared_bar.set_in_layout(True)
    outer = page.shared_bar.get_tightbbox(renderer)
    page.shared_bar.set_in_layout(False)
    inner = page.shared_bar.bbox
    return 0.0 if outer is None else (outer.x1 - inner.x0) / page.figure.dpi + BAR_GAP_IN


# -- sizes --------------------------------------------------------------------------------


def pixels(axes: Axes) -> tuple[int, int]:
    """Return the axes' height and width in pixels, as they will be on a sharp screen."""
    part: Any = axes.figure
    figure = part.figure  # the whole one, where axes are in a SubFigure
    box = axes.get_position(original=True)
    width, height = figure.get_size_inches() * figure.dpi * PIXEL_RATIO
    return max(64, int(height * box.height)), max(64, int(width * box.width))


def pixels_of_a_point(axes: Axes) -> float:
    """Return how many pixels a point of text is, as it will be on a sharp screen."""
    part: Any = axes.figure
    return float(PIXEL_RATIO * part.figure.dpi / 72)


def points(name: str) -> float:
    """Return a font size of rcParams in points, also where it is a word such as "large"."""
    settings: Any = mpl.rcParams
    return float(FontProperties(size=settings[name]).get_size_in_points())


def wrap(text: str, length_pt: float, size_pt: float, lines: int) -> str:
    """Break a long text into at most so many lines of what fits into a length."""
    letters = max(12, int(length_pt / (0.58 * size_pt)))
    if len(text) <= letters:
        return text
    broken = textwrap.wrap(text, letters, max_lines=lines, placeholder=" …")
    if any(line.replace(r"\$", "").count("$") % 2 for line in broken):
        return text  # mathematics can't be divided
    return "\n".join(broken)


def wrap_title(text: str, axes: Axes) -> str:
    """Break a long title into at most three lines."""
    width_pt = pixels(axes)[1] / pixels_of_a_point(axes)
    return wrap(text, width_pt, points("axes.titlesize"), TITLE_LINES)


def wrap_label(text: str, axes: Axes, side: int) -> str:
    """Break an axis' long label into at most two lines; ``side`` is 1 for x, 0 for y."""
    length_pt = pixels(axes)[side] / pixels_of_a_point(axes)
    return wrap(text, length_pt, points("axes.labelsize"), LABEL_LINES)
