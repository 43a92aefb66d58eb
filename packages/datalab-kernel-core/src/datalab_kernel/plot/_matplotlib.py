"""Drawing a :class:`FigureSpec` by matplotlib: no pyplot, no open figure, rcParams respected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch, Polygon, Rectangle

from datalab_kernel.plot import _reduce

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, Curve, FigureSpec, Image, Region

REGION_COLOR = "#d62728"
NOTE_SIZE = 7


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn: matplotlib's figure and axes."""

    figure: Any
    axes: tuple[Any, ...]


class MatplotlibRenderer:
    """Turn a description into a matplotlib figure."""

    def render(self, spec: FigureSpec, ax: Axes | None = None) -> Drawing:
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
            return Drawing(ax.figure, (ax,))
        figure = _figure(spec)
        grid = figure.subplots(1, len(spec.axes), squeeze=False)[0]
        for axes, part in zip(grid, spec.axes, strict=True):
            _draw(axes, part)
        return Drawing(figure, tuple(grid))


def _figure(spec: FigureSpec) -> Figure:
    size = spec.figsize
    if size is None:
        width, height = mpl.rcParams["figure.figsize"]
        size = (width * max(1.0, 0.8 * len(spec.axes)), height)
    figure = Figure(figsize=size, dpi=spec.dpi, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _draw(axes: Axes, spec: AxesSpec) -> None:
    notes = [spec.note] if spec.note else []
    if spec.image is not None:
        notes += _draw_image(axes, spec.image, spec)
    for curve in spec.curves:
        notes += _draw_curve(axes, curve, spec)
    for region in spec.regions:
        _draw_region(axes, region)
    axes.set(title=spec.title, xlabel=spec.xlabel, ylabel=spec.ylabel)
    if spec.curves:
        axes.set(xscale=spec.xscale, yscale=spec.yscale)
        axes.grid(visible=True, alpha=0.3, linewidth=0.6)
    if spec.xlim is not None:
        axes.set_xlim(*spec.xlim)
    if spec.ylim is not None:
        axes.set_ylim(*spec.ylim)
    if spec.has_legend:
        axes.legend()
    if spec.message:
        axes.text(0.5, 0.5, spec.message, transform=axes.transAxes, ha="center", va="center")
    if notes:
        text = " · ".join(dict.fromkeys(notes))
        axes.annotate(
            text, (1.0, 0.0), xycoords="axes fraction", xytext=(0, -38),
            textcoords="offset points", ha="right", va="top", fontsize=NOTE_SIZE, color="0.5",
        )  # fmt: skip


def _pixels(axes: Axes) -> tuple[int, int]:
    """Return the axes' height and width in pixels, as they will be on a sharp screen."""
    figure: Any = axes.figure
    box = axes.get_position()
    width, height = figure.get_size_inches() * figure.dpi * 2
    return max(64, int(height * box.height)), max(64, int(width * box.width))


def _draw_curve(axes: Axes, curve: Curve, spec: AxesSpec) -> list[str]:
    style: dict[str, Any] = {"label": curve.label, "color": curve.color, "alpha": curve.alpha}
    style = {key: value for key, value in style.items() if value is not None}
    x, y, notes = curve.x, curve.y, []
    has_errors = curve.x_error is not None or curve.y_error is not None
    if spec.xlim is not None and not has_errors:
        x, y = _visible(x, y, spec.xlim)
    bins = 2 * _pixels(axes)[1]
    if not has_errors and len(y) > 4 * bins and _reduce.is_sorted(x):
        x, y = _reduce.min_max(x, y, bins)
        notes = [f"{len(curve.y):,} points, shown by minimum and maximum"]
    marker = "." if np.count_nonzero(np.isfinite(y[:3])) == len(y) <= 2 else None  # noqa: PLR2004
    if has_errors:
        axes.errorbar(
            x, y, xerr=curve.x_error, yerr=curve.y_error, capsize=2, elinewidth=0.8, **style
        )
    else:
        axes.plot(x, y, marker=marker, **style)
    return notes


def _visible(x: Any, y: Any, limits: tuple[float, float]) -> tuple[Any, Any]:
    """Cut what lies outside the limits, but for one point on each side."""
    if len(x) < _reduce.CHUNK // 64 or not _reduce.is_sorted(x):
        return x, y
    low, high = min(limits), max(limits)
    first = max(0, int(np.searchsorted(x, low)) - 1)
    last = int(np.searchsorted(x, high, side="right")) + 1
    return x[first:last], y[first:last]


def _draw_image(axes: Axes, image: Image, spec: AxesSpec) -> list[str]:
    notes = []
    data, x_edges, y_edges = image.data, image.x_edges, image.y_edges
    if data.size == 0:
        return notes
    if data.dtype == bool:
        data = data.astype(np.uint8)
    scale = {"cmap": image.cmap, "norm": image.norm, "alpha": image.alpha}
    if image.norm is None:
        scale |= {"vmin": image.vmin, "vmax": image.vmax}
    if image.is_uniform:
        small = _reduce.area_mean(data, *_pixels(axes))
        if small.shape != data.shape:
            rows, columns = data.shape
            notes = [f"{columns:,} x {rows:,} pixels, shown by area means"]
        extent = (x_edges[0], x_edges[-1], y_edges[-1], y_edges[0])
        drawn: Any = axes.imshow(small, extent=extent, aspect=spec.aspect, origin="upper", **scale)
    else:
        drawn = axes.pcolormesh(x_edges, y_edges, data, **scale)
        axes.set_aspect(spec.aspect)
    _orient(axes, y_edges, spec)
    if image.has_colorbar:
        beside = axes.inset_axes((1.02, 0.0, 0.04, 1.0))
        axes.figure.colorbar(drawn, cax=beside, label=image.label)
    return notes


def _orient(axes: Axes, y_edges: Any, spec: AxesSpec) -> None:
    low, high = sorted((float(y_edges[0]), float(y_edges[-1])))
    axes.set_ylim(*((high, low) if spec.origin == "upper" else (low, high)))


def _draw_region(axes: Axes, region: Region) -> None:
    if region.shape == "segment":
        axes.axvspan(*region.coords, color=REGION_COLOR, alpha=0.12, linewidth=0)
        for edge in region.coords:
            axes.axvline(edge, color=REGION_COLOR, linewidth=0.8)
        anchor = (region.coords[0], axes.get_ylim()[1])
    else:
        axes.add_patch(_patch(region))
        anchor = (region.coords[0], region.coords[1])
    if region.title:
        axes.annotate(
            region.title, anchor, xytext=(2, -2), textcoords="offset points",
            va="top", fontsize="small", color=REGION_COLOR,
        )  # fmt: skip


def _patch(region: Region) -> Patch:
    style: dict[str, Any] = {"fill": False, "edgecolor": REGION_COLOR, "linewidth": 1.2}
    if region.is_inverse:
        style["linestyle"] = "--"
    match region.shape:
        case "rectangle":
            x0, y0, width, height = region.coords
            return Rectangle((x0, y0), width, height, **style)
        case "circle":
            x, y, radius = region.coords
            return Circle((x, y), radius, **style)
        case _:
            return Polygon(np.reshape(region.coords, (-1, 2)), closed=True, **style)
