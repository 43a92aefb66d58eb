"""Drawing a contact sheet: one pair of axes for all panels, so that hundreds are quickly drawn.

The axes' units are inches from the lower left corner; curves and images are scaled into
their panels here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle

from datalab_kernel.plot._matplotlib import appearance, layout
from datalab_kernel.plot._matplotlib.curves import standing_alone
from datalab_kernel.plot._matplotlib.drawing import MatplotlibDrawing
from datalab_kernel.plot._matplotlib.texts import without_middle
from datalab_kernel.plot.rendering import SCALES, whole_bins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, Curve, FigureSpec, Image

    Array = np.ndarray[Any, Any]

PAD_IN = 0.07
TEXT_PT = 7.0
LINE_IN = TEXT_PT * 1.3 / 72
TITLE_GAP_IN = 0.08
LONGEST_NAME = 500
"""Letters of a text that surely don't fit."""
AXIS_MARGIN = 0.05
"""Of a panel's height, above and below a curve."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a panel's picture is, in inches."""

    left: float
    bottom: float
    width: float
    height: float


def draw_sheet(spec: FigureSpec) -> MatplotlibDrawing:
    """Draw a contact sheet."""
    columns = spec.columns or math.ceil(math.sqrt(len(spec.axes)))
    rows = math.ceil(len(spec.axes) / columns)
    width, height = spec.figsize or (1.6 * columns, 1.5 * rows)
    size = layout.points("axes.titlesize")
    title = layout.wrap(spec.title, 72 * (width - 2 * PAD_IN), size, 2) if spec.title else ""
    head = 1.3 * size / 72 * (title.count("\n") + 1) + TITLE_GAP_IN if title else 0.0
    figure = Figure(figsize=(width, height + head), dpi=spec.dpi)
    FigureCanvasAgg(figure)
    appearance.make_opaque(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    if title:
        axes.text(PAD_IN, height + head - PAD_IN, title, fontsize=size, va="top")
    panel = width / columns, height / rows
    sheet = _Sheet(axes, _first_color(axes), panel[0] - 2 * PAD_IN, [p.title for p in spec.axes])
    text_in = LINE_IN * (1 + sheet.name_lines)
    for number, part in enumerate(spec.axes):
        row, column = divmod(number, columns)
        box = _Box(
            column * panel[0] + PAD_IN,
            height - (row + 1) * panel[1] + text_in + PAD_IN,
            panel[0] - 2 * PAD_IN,
            panel[1] - text_in - 2 * PAD_IN,
        )
        sheet.draw(part, box)
    sheet.draw_lines()
    axes.set(xlim=(0, width), ylim=(0, height + head), aspect="auto")
    return MatplotlibDrawing(figure, (axes,))


def _first_color(axes: Axes) -> Any:
    appearance.set_colors(axes)
    return axes._get_lines.get_next_color()  # type: ignore[attr-defined]  # noqa: SLF001


class _Sheet:
    """Gathers lines, which are drawn at once, and draws the rest."""

    def __init__(self, axes: Axes, color: Any, width_in: float, names: Sequence[str]) -> None:
        self._axes = axes
        self._color = color
        self._width = FontWidth(axes)
        self._names = [self._width.lines(name, width_in) for name in names]
        self.name_lines = max(map(len, self._names))
        self._drawn = 0
        self._lines: list[tuple[Array, Any, float]] = []
        self._is_dark = appearance.is_dark(axes)

    def draw(self, part: AxesSpec, box: _Box) -> None:
        """Draw one panel: frame, picture, name, and what it is."""
        frame = Rectangle(
            (box.left, box.bottom), box.width, box.height, linewidth=0.4, zorder=-1,
            facecolor="0.15" if self._is_dark else "0.97",
            edgecolor="0.4" if self._is_dark else "0.8",
        )  # fmt: skip
        self._axes.add_artist(frame)
        if part.message:
            middle = box.left + box.width / 2, box.bottom + box.height / 2
            text = self._width.wrapped(part.message, box.width, 3)
            self._text(*middle, text, quiet=True, ha="center", va="center")
        elif part.image is not None:
            self._draw_image(part.image, part, box)
        for curve in () if part.message else part.curves:
            self._draw_curve(curve, part, box)
        lines = self._names[self._drawn]
        self._drawn += 1
        for number, line in enumerate(lines):
            self._text(box.left, box.bottom - (0.2 + number) * LINE_IN, line, va="top")
        kind = self._width.shortened(part.xlabel, box.width)
        below = box.bottom - (0.2 + len(lines)) * LINE_IN
        self._text(box.left, below, kind, va="top", quiet=True)

    def _text(self, x: float, y: float, text: str, *, quiet: bool = False, **where: Any) -> None:
        color = appearance.quiet(self._axes) if quiet else mpl.rcParams["text.color"]
        self._axes.text(x, y, text, fontsize=TEXT_PT, color=color, parse_math=False, **where)

    def _draw_curve(self, curve: Curve, part: AxesSpec, box: _Box) -> None:
        if curve.style == "bins":
            curve = _outlined(curve)
        to_x, to_y = (
            SCALES.get(scale, SCALES["linear"])[0] for scale in (part.xscale, part.yscale)
        )
        x_ends, y_ends = _ends(to_x, curve.x, part.xlim), _ends(to_y, curve.y, part.ylim)
        across = box.left + box.width * _share(to_x(curve.x), *x_ends)
        room = AXIS_MARGIN * box.height
        up = box.bottom + room + (box.height - 2 * room) * _share(to_y(curve.y), *y_ends)
        up = np.clip(up, box.bottom, box.bottom + box.height)
        color = self._color if curve.color is None else curve.color
        if curve.style == "dots":
            self._axes.plot(across, up, linestyle="none", marker=",", color=color)
            return
        if curve.style == "sticks":
            base = box.bottom + room + (box.height - 2 * room) * _share(np.zeros(1), *y_ends)
            base = np.clip(np.nan_to_num(base, nan=box.bottom), box.bottom, box.bottom + box.height)
            breaks = np.full(len(up), np.nan)
            up = np.stack([np.broadcast_to(base, up.shape), up, breaks], axis=1).ravel()
            across = np.repeat(across, 3)
        is_alone = standing_alone(up)
        if is_alone.any():
            self._axes.plot(
                across[is_alone], up[is_alone], linestyle="none", marker=".", markersize=3,
                color=color,
            )  # fmt: skip
        width = 0.8 if curve.linewidth is None else 0.7 * curve.linewidth
        self._lines.append((np.stack([across, up], axis=1), color, width))

    def draw_lines(self) -> None:
        """Draw the gathered curves."""
        lines, colors, widths = zip(*self._lines, strict=True) if self._lines else ((), (), ())
        self._axes.add_collection(
            LineCollection([*lines], colors=[*colors], linewidths=[*widths]), autolim=False
        )

    def _draw_image(self, image: Image, part: AxesSpec, box: _Box) -> None:
        data, edges_x, edges_y = image.data, image.x_edges, image.y_edges
        if not image.is_uniform:
            data, edges_x, edges_y = _evenly(data, edges_x, edges_y)
        if edges_x[-1] < edges_x[0]:
            data = data[:, ::-1]
        is_first_row_below = (edges_y[-1] < edges_y[0]) == (part.origin == "upper")
        if is_first_row_below:
            data = data[::-1]
        width, height = box.width, box.height
        if part.aspect != "auto":
            factor = 1.0 if part.aspect == "equal" else float(part.aspect)
            ratio = factor * abs(edges_y[-1] - edges_y[0]) / abs(edges_x[-1] - edges_x[0])
            width, height = min(width, height / ratio), min(height, width * ratio)
        left = box.left + (box.width - width) / 2
        bottom = box.bottom + (box.height - height) / 2
        scale: dict[str, Any] = (
            {"vmin": image.vmin, "vmax": image.vmax} if image.norm is None else {"norm": image.norm}
        )
        self._axes.imshow(
            data, extent=(left, left + width, bottom, bottom + height), origin="upper",
            aspect="auto", cmap=image.cmap, alpha=image.alpha, interpolation="nearest", **scale,
        )  # fmt: skip


def _evenly(data: Array, x_edges: Array, y_edges: Array) -> tuple[Array, Array, Array]:
    """Lay pixels of uneven coordinates on even ones, as many as there are."""
    places, ends = [], []
    for edges in (y_edges, x_edges):
        count = len(edges) - 1
        even = np.linspace(edges[0], edges[-1], count + 1)
        centres = (even[1:] + even[:-1]) / 2
        sign = 1 if edges[-1] >= edges[0] else -1
        places.append(np.clip(np.searchsorted(sign * edges, sign * centres) - 1, 0, count - 1))
        ends.append(even)
    return data[np.ix_(*places)], ends[1], ends[0]


def _outlined(curve: Curve) -> Curve:
    """Return a histogram's outline as a plain line."""
    x, y = whole_bins(curve.x, curve.y)
    steps = np.repeat((x[1:] + x[:-1]) / 2, 2)
    return replace(curve, x=np.concatenate([x[:1], steps, x[-1:]]), y=np.repeat(y, 2))


def _ends(to_axis: Any, values: Array, limits: tuple[float, float] | None) -> tuple[float, float]:
    known = to_axis(np.array(limits, dtype=float) if limits is not None else values)
    known = known[np.isfinite(known)]
    if known.size == 0:
        return 0.0, 1.0
    low, high = (
        (float(known[0]), float(known[-1])) if limits is not None else (known.min(), known.max())
    )
    return (float(low), float(high)) if low != high else (float(low) - 0.5, float(high) + 0.5)


def _share(values: Array, low: float, high: float) -> Array:
    with np.errstate(all="ignore"):
        shares: Array = (values / 2 - low / 2) / (high / 2 - low / 2)
    shares[~np.isfinite(shares)] = np.nan
    return shares


class FontWidth:
    """How long text of a sheet is, so that a name fits below its panel."""

    def __init__(self, axes: Axes) -> None:
        canvas: Any = axes.figure.canvas
        self._renderer = canvas.get_renderer()
        self._font = FontProperties(size=TEXT_PT)
        self._dpi = float(axes.figure.dpi)

    def of(self, text: str) -> float:
        """Return the length of a text, in inches."""
        width, _, _ = self._renderer.get_text_width_height_descent(text, self._font, ismath=False)
        return float(width) / self._dpi

    def lines(self, text: str, width_in: float) -> list[str]:
        """Write a name in one line or two; of a longer one the middle is left out."""
        line = " ".join(text.split())
        if self._fits(line, width_in):
            return [line]
        count = self._most(lambda letters: line[:letters], len(line), width_in)
        count = max(line.rfind(" ", count // 2, count + 1), 0) or count
        return [line[:count], self.shortened(line[count:].strip(), width_in)]

    def shortened(self, text: str, width_in: float) -> str:
        """Leave out the middle of a text that is longer than that."""
        if self._fits(text, width_in):
            return text
        count = self._most(lambda letters: without_middle(text, letters), len(text), width_in)
        return without_middle(text, count)

    def _fits(self, text: str, width_in: float) -> bool:
        return len(text) < LONGEST_NAME and self.of(text) <= width_in

    def _most(self, written: Callable[[int], str], letters: int, width_in: float) -> int:
        """Return how many letters of a text, as it is then written, fit into a width."""
        fits, too_many = 1, min(letters, LONGEST_NAME)
        while too_many - fits > 1:
            count = (fits + too_many) // 2
            if self.of(written(count)) <= width_in:
                fits = count
            else:
                too_many = count
        return fits

    def wrapped(self, text: str, width_in: float, lines: int) -> str:
        """Break a text into lines."""
        return layout.wrap(text, 72 * width_in, TEXT_PT, lines)
