"""Drawing a :class:`FigureSpec` by matplotlib: no pyplot, no open figure, rcParams respected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle, Patch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect, withStroke

from datalab_kernel.plot import _layout, _reduce
from datalab_kernel.plot._drawing import PIXEL_RATIO, MatplotlibDrawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, Curve, FigureSpec, Image, Shape

    Array = np.ndarray[Any, Any]

REGION_COLOR = "#d62728"
HALO: list[AbstractPathEffect] = [withStroke(linewidth=3, foreground="white", alpha=0.7)]
NOTE_SIZE = 7
ENOUGH_TO_REDUCE = 4
"""Samples for each column of pixels from which on a curve is reduced."""
LONGEST_PATH = 2_000
"""Points of a path that matplotlib's Agg surely draws, however far it jumps."""
TOO_MANY_CROSSINGS = 10_000
"""How often a line may go across the picture; more takes Agg seconds, and shows a blot."""
QUICK_LEGEND = 50_000
"""Points from which on matplotlib takes too long to find the best place for a legend."""


class MatplotlibRenderer:
    """Turn a description into a matplotlib figure."""

    def render(self, spec: FigureSpec, ax: Axes | None = None) -> MatplotlibDrawing:
        """Draw a figure, or a single pair of axes into ``ax``.

        Raises
        ------
        ValueError
            If several pairs of axes are to be drawn into one ``ax``.
        """
        if ax is not None:
            if len(spec.axes) != 1:
                message = f"ax= takes one picture, not {len(spec.axes)}. Plot them one by one."
                raise ValueError(message)
            _draw(ax, spec.axes[0])
            return MatplotlibDrawing(ax.figure, (ax,))
        figure, grid = _layout.new_figure(spec)
        for axes, part in zip(grid, spec.axes, strict=True):
            _draw(axes, part)
        if figure.get_layout_engine() is None:
            _layout.fit(figure, grid[0])
        return MatplotlibDrawing(figure, tuple(grid))


def _draw(axes: Axes, spec: AxesSpec) -> None:
    if spec.message:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, spec.message, transform=axes.transAxes, ha="center", va="center")
    else:
        _draw_data(axes, spec)
    title = _layout.wrap_title(spec.title, axes)
    axes.set(title=title, xlabel=spec.xlabel, ylabel=spec.ylabel)


def _draw_data(axes: Axes, spec: AxesSpec) -> None:
    notes: list[str] = []
    if spec.curves:
        axes.set(xscale=spec.xscale, yscale=spec.yscale, aspect=spec.aspect)
        axes.grid(visible=True, alpha=0.3, linewidth=0.6)
    if spec.image is not None:
        notes += _draw_image(axes, spec.image, spec)
    for curve in spec.curves:
        notes += _draw_curve(axes, curve, spec)
    for shape in spec.shapes:
        _draw_shape(axes, shape)
    if spec.xlim is not None:
        axes.set_xlim(*spec.xlim)
    if spec.ylim is not None:
        axes.set_ylim(*spec.ylim)
    if spec.legend is not None:
        _draw_legend(axes, spec.legend)
    if notes:
        _draw_note(axes, " \N{MIDDLE DOT} ".join(dict.fromkeys(notes)))


def _draw_legend(axes: Axes, place: str) -> None:
    lines: list[Any] = [*axes.lines]
    size = sum(len(line.get_xdata()) for line in lines)
    options: dict[str, Any] = {
        "loc": "upper right" if place == "best" and size > QUICK_LEGEND else place
    }
    axes.legend(**options)


def _draw_note(axes: Axes, text: str) -> None:
    """Write quietly below the axis' label."""
    below = 1.5 * (_layout.points("xtick.labelsize") + _layout.points("axes.labelsize")) + 8
    axes.annotate(
        text, (1.0, 0.0), xycoords="axes fraction", xytext=(0, -below),
        textcoords="offset points", ha="right", va="top", fontsize=NOTE_SIZE, color="0.4",
    )  # fmt: skip


def _pixels(axes: Axes) -> tuple[int, int]:
    """Return the axes' height and width in pixels, as they will be on a sharp screen."""
    part: Any = axes.figure
    figure = part.figure  # the whole one, where axes are in a SubFigure
    box = axes.get_position(original=True)
    width, height = figure.get_size_inches() * figure.dpi * PIXEL_RATIO
    return max(64, int(height * box.height)), max(64, int(width * box.width))


# -- curves -------------------------------------------------------------------------------


def _draw_curve(axes: Axes, curve: Curve, spec: AxesSpec) -> list[str]:
    label = f"\N{ZERO WIDTH SPACE}{curve.label}" if curve.label.startswith("_") else curve.label
    style: dict[str, Any] = {"label": label, "color": curve.color, "alpha": curve.alpha}
    style = {key: value for key, value in style.items() if value is not None}
    count = _pixels(axes)[1]
    if len(curve.y) > ENOUGH_TO_REDUCE * count and _reduce.is_sorted(curve.x):
        edges = _column_edges(axes, curve.x, spec.xlim, count)
        if edges is not None:
            return _draw_reduced(axes, curve, edges, style)
    if _reduce.crossings(curve.x, curve.y) > TOO_MANY_CROSSINGS:
        axes.plot(curve.x, curve.y, linestyle="none", marker=".", markersize=2, **style)
        return [f"{len(curve.y):,} points, shown as dots"]
    if len(curve.y) > LONGEST_PATH:
        style["path_effects"] = [_InPieces()]
    if curve.x_error is None and curve.y_error is None:
        alone = _standing_alone(curve.y)
        if alone.size:
            style |= {"marker": ".", "markevery": alone}
        axes.plot(curve.x, curve.y, **style)
    else:
        style |= {"xerr": curve.x_error, "yerr": curve.y_error}
        axes.errorbar(curve.x, curve.y, capsize=2, elinewidth=0.8, **style)
    return []


class _InPieces(AbstractPathEffect):
    """Draw a long line piece by piece: Agg gives up on too much of a scribble in one path."""

    def draw_path(
        self,
        renderer: Any,
        gc: Any,
        tpath: Path,
        affine: Any,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        del rgbFace  # a line isn't filled
        vertices = np.asarray(tpath.vertices)
        for start in range(0, max(len(tpath) - 1, 1), LONGEST_PATH):
            piece = Path(vertices[start : start + LONGEST_PATH + 1])
            renderer.draw_path(gc, piece, affine)


def _draw_reduced(axes: Axes, curve: Curve, edges: Array, style: dict[str, Any]) -> list[str]:
    x, y = _reduce.min_max(curve.x, curve.y, edges)
    (line,) = axes.plot(x, y, solid_capstyle="butt", **style)
    if curve.y_error is not None:
        below, low = _reduce.min_max(curve.x, curve.y - curve.y_error, edges)
        high = _reduce.min_max(curve.x, curve.y + curve.y_error, edges)[1]
        band = (np.fmin(low[::2], low[1::2]), np.fmax(high[::2], high[1::2]))
        axes.fill_between(below[::2], *band, color=line.get_color(), alpha=0.25, linewidth=0)
    return [f"{len(curve.y):,} points, shown by minimum and maximum"]


def _column_edges(
    axes: Axes, x: Array, limits: tuple[float, float] | None, count: int
) -> Array | None:
    """Divide what is seen of the x axis into columns of pixels; None where it has no width."""
    first, last = _seen_samples(x, axes.get_xscale(), limits)
    if last <= first or x[first] == x[last]:
        return None
    scale = axes.xaxis.get_transform()
    ends = scale.transform(np.array([x[first], x[last]], dtype=float))
    edges: Array = scale.inverted().transform(np.linspace(ends[0], ends[1], count + 1))
    edges[0], edges[-1] = x[first], x[last]
    return edges if np.isfinite(edges).all() else None


def _seen_samples(x: Array, scale: str, limits: tuple[float, float] | None) -> tuple[int, int]:
    """Return the first and the last sample that a line within the limits goes through."""
    least, most = {"log": (0.0, np.inf), "logit": (0.0, 1.0)}.get(scale, (-np.inf, np.inf))
    first, last = np.searchsorted(x, least, side="right"), np.searchsorted(x, most) - 1
    if limits is not None:
        first = max(first, np.searchsorted(x, min(limits)) - 1)
        last = min(last, np.searchsorted(x, max(limits), side="right"))
    return int(first), int(last)


def _standing_alone(y: Array) -> Array:
    """Return which values have no neighbour to draw a line to."""
    is_known = np.isfinite(y)
    before = np.append(False, is_known[:-1])
    after = np.append(is_known[1:], False)
    return np.flatnonzero(is_known & ~before & ~after)


# -- images -------------------------------------------------------------------------------


def _draw_image(axes: Axes, image: Image, spec: AxesSpec) -> list[str]:
    rows, columns = _seen(image.y_edges, spec.ylim), _seen(image.x_edges, spec.xlim)
    data = image.data[rows, columns]
    x_edges = image.x_edges[columns.start : columns.stop + 1]
    y_edges = image.y_edges[rows.start : rows.stop + 1]
    height, width = _pixels(axes)
    starts = _reduce.block_starts(data.shape[0], height), _reduce.block_starts(data.shape[1], width)
    scale = {"cmap": image.cmap, "alpha": image.alpha, **_color_limits(image)}
    notes = []
    if (len(starts[0]), len(starts[1])) != data.shape:
        notes = [f"{data.shape[1]:,} by {data.shape[0]:,} pixels, shown by area means"]
        scale["interpolation"] = "nearest"
        data = _reduce.area_mean(data, *starts)
        y_edges = np.append(y_edges[starts[0]], y_edges[-1])
        x_edges = np.append(x_edges[starts[1]], x_edges[-1])
    if image.is_uniform:
        extent = (x_edges[0], x_edges[-1], y_edges[-1], y_edges[0])
        drawn: Any = axes.imshow(data, extent=extent, aspect=spec.aspect, origin="upper", **scale)
    else:
        scale.pop("interpolation", None)
        drawn = axes.pcolormesh(x_edges, y_edges, data, **scale)
        axes.set_aspect(spec.aspect)
    axes.set_xlim(*sorted((image.x_edges[0], image.x_edges[-1])))
    low, high = sorted((image.y_edges[0], image.y_edges[-1]))
    axes.set_ylim(*((high, low) if spec.origin == "upper" else (low, high)))
    if image.has_colorbar:
        beside = axes.inset_axes((1.02, 0.0, 0.04, 1.0))
        axes.figure.colorbar(drawn, cax=beside, label=image.label)
    return notes


def _seen(edges: Array, limits: tuple[float, float] | None) -> slice:
    """Return the pixels that lie at least in part within the limits; all, where none does."""
    whole = slice(0, len(edges) - 1)
    if limits is None:
        return whole
    least, most = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    inside = np.flatnonzero((most >= min(limits)) & (least <= max(limits)))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else whole


def _color_limits(image: Image) -> dict[str, Any]:
    """Let colours span all data, also where only means or a part of them is drawn."""
    if image.norm is not None:
        return {"norm": image.norm}
    low, high = image.vmin, image.vmax
    if low is None or high is None:
        found = _reduce.finite_range(image.data)
        if found is not None:
            low, high = (found[0] if low is None else low), (found[1] if high is None else high)
    return {"vmin": low, "vmax": high}


# -- regions of interest ------------------------------------------------------------------


def _draw_shape(axes: Axes, shape: Shape) -> None:
    coords: Any = axes.transData
    if shape.kind == "interval":
        axes.axvspan(*shape.coords, color=REGION_COLOR, alpha=0.12, linewidth=0)
        for edge in shape.coords:
            axes.axvline(edge, color=REGION_COLOR, linewidth=0.8)
        anchor, coords = (min(shape.coords), 1.0), axes.get_xaxis_transform()
    else:
        patch = _patch(shape)
        patch.set_path_effects(HALO)
        axes.add_patch(patch)
        box = patch.get_path().get_extents(patch.get_patch_transform())
        anchor = (box.x0, box.y0)
    if shape.label:
        axes.annotate(
            shape.label, anchor, xycoords=coords, xytext=(2, -2), textcoords="offset points",
            va="top", fontsize="small", color=REGION_COLOR, clip_on=True,
            path_effects=HALO,
        )  # fmt: skip


def _patch(shape: Shape) -> Patch:
    style: dict[str, Any] = {"fill": False, "edgecolor": REGION_COLOR, "linewidth": 1.2}
    if shape.is_inverse:
        style["linestyle"] = "--"
    match shape.kind:
        case "rectangle":
            x0, y0, width, height = shape.coords
            return Rectangle((x0, y0), width, height, **style)
        case "circle":
            x, y, radius = shape.coords
            return Circle((x, y), radius, **style)
        case _:
            return Polygon(np.reshape(shape.coords, (-1, 2)), closed=True, **style)
