"""Drawing curves: as lines, steps, sticks or dots, with their errors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.transforms import IdentityTransform, ScaledTranslation

from datalab_kernel.display._progress import tracking
from datalab_kernel.plot._matplotlib import layout
from datalab_kernel.plot._matplotlib.many_lines import MANY, ManyLines
from datalab_kernel.plot._matplotlib.pieces import LONGEST_PATH, PIECE, InPieces
from datalab_kernel.plot._matplotlib.texts import shortened
from datalab_kernel.plot._matplotlib.twins import right_axes_of
from datalab_kernel.plot.rendering import ReducedCurve, View, reduce_curve, whole_bins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

    from datalab_kernel.plot._spec import AxesSpec, Curve, ManyCurves

    Array = np.ndarray[Any, Any]

FILL = 0.2
"""How opaque a histogram's bins are."""
QUICK_LEGEND = 50_000
"""Points from which on matplotlib takes too long to find the best place for a legend."""
ENTRY_HEIGHT = 1.55
"""Height of a legend's entry by its letters' size."""
CORNER = 0.35, 0.35
"""Share of the axes' width and height that a legend takes, roughly."""
WIDEST_LABEL = 0.35
"""Share of the axes' width that labels of a legend take at most."""


def draw_curves(axes: Axes, curves: Sequence[Curve], spec: AxesSpec) -> list[str]:
    """Draw curves in the axes of ``spec``, and return what is to be said about how they are shown."""
    if not curves:
        return []
    view = _view(axes, spec)
    many = ManyLines(axes) if len(curves) >= MANY else None
    notes: list[str] = []
    with tracking(curves, "Drawing") as tracked:
        for curve in tracked:
            notes += _draw_curve(axes, curve, view, many)
    if many is not None:
        many.done()
    return notes


def _draw_curve(axes: Axes, curve: Curve, view: View, many: ManyLines | None) -> list[str]:
    style = _style(curve)
    found = reduce_curve(curve, view)
    if many is not None and _is_plain(curve, found):
        shown = curve if found is None else found
        many.add(shown.x, shown.y, style)
        note = curve.note or ("" if found is None else found.note)
        return [note] if note else []
    if found is not None:
        _draw_reduced(axes, curve, found, style)
        note = curve.note or found.note
        return [note] if note else []
    if curve.style in {"line", "steps"} and len(curve.y) > LONGEST_PATH:
        style["path_effects"] = [InPieces()]
    _draw_samples(axes, curve, style)
    return [curve.note] if curve.note else []


def _is_plain(curve: Curve, found: ReducedCurve | None) -> bool:
    """Say whether a curve is a solid line of a colour that is known, and nothing else."""
    shown = curve if found is None else found
    return bool(
        curve.style == "line"
        and curve.color is not None
        and curve.linestyle in (None, "-")
        and curve.marker is None
        and curve.x_error is None
        and curve.y_error is None
        and not (found is not None and found.is_dots)
        and not standing_alone(shown.y).any()
    )


def _view(axes: Axes, spec: AxesSpec) -> View:
    height, width = layout.pixels(axes)
    x_axis, y_axis = axes.xaxis, axes.yaxis
    return View(
        width=width,
        height=height,
        to_x=_placing(axes.get_xscale(), x_axis.get_transform()),
        from_x=x_axis.get_transform().inverted().transform,
        to_y=_placing(axes.get_yscale(), y_axis.get_transform()),
        xlim=spec.xlim,
        ylim=spec.ylim,
    )


def _placing(scale: str, transform: Any) -> Callable[[Array], Array]:
    """Return what takes values to where the axis is even, NaN for those without a place."""
    if scale == "linear":
        return np.asarray
    least, most = {"log": (0.0, np.inf), "logit": (0.0, 1.0)}.get(scale, (-np.inf, np.inf))

    def place(values: Array) -> Array:
        has_place = (values > least) & (values < most)
        found: Array = transform.transform(np.where(has_place, values, np.nan))
        return found

    return place


def _style(curve: Curve) -> dict[str, Any]:
    """Return matplotlib's properties of the curve's line, those that are given."""
    label = f"\N{ZERO WIDTH SPACE}{curve.label}" if curve.label.startswith("_") else curve.label
    style: dict[str, Any] = {
        "label": label,
        "color": curve.color,
        "alpha": curve.alpha,
        "linestyle": curve.linestyle,
        "linewidth": curve.linewidth,
        "marker": curve.marker,
    }
    style = {key: value for key, value in style.items() if value is not None}
    if curve.color is not None:
        style.setdefault("linestyle", "-")
    if curve.style == "steps":
        style["drawstyle"] = "steps-post"  # as DataLab's: a value holds until the next
    elif curve.style == "bins":
        style["drawstyle"] = "steps-mid"
    elif curve.style == "dots":
        style |= {"linestyle": "none", "marker": curve.marker or "."}
        style.setdefault("markersize", 6)
    return style


def _draw_samples(axes: Axes, curve: Curve, style: dict[str, Any]) -> None:
    """Draw each sample, and what is known of its error."""
    if curve.style == "sticks":
        _draw_sticks(axes, curve, style)
    elif curve.style == "bins":
        _draw_bins(axes, curve, style)
    elif curve.marker is None and curve.style != "dots":
        alone = np.flatnonzero(standing_alone(curve.y))
        if alone.size:
            style |= {"marker": "o" if len(curve.y) == 1 else ".", "markevery": alone}
        axes.plot(curve.x, curve.y, **style)
    else:
        axes.plot(curve.x, curve.y, **style)
    if curve.x_error is not None or curve.y_error is not None:
        color = axes.lines[-1].get_color()
        axes.errorbar(
            curve.x, curve.y, xerr=curve.x_error, yerr=curve.y_error, fmt="none", ecolor=color,
            capsize=2, elinewidth=0.8, alpha=curve.alpha,
        )  # fmt: skip


def _draw_sticks(axes: Axes, curve: Curve, style: dict[str, Any]) -> None:
    """Draw a line from zero to each value; on a logarithmic axis from below the picture."""
    base = np.zeros(len(curve.y))
    if axes.get_yscale() == "log":
        base[:] = np.nextafter(0, 1)
        known = curve.y[curve.y > 0]
        if known.size:
            axes.set_ylim(bottom=float(known.min()) / 2)
    x = np.repeat(np.asarray(curve.x, dtype=float), 3)
    y = np.stack([base, curve.y, np.full(len(base), np.nan)], axis=1).ravel()
    marker = style.pop("marker", None)
    (line,) = axes.plot(x, y, solid_capstyle="butt", **style)
    if marker is not None:
        axes.plot(curve.x, curve.y, linestyle="none", marker=marker, color=line.get_color())
    if axes.get_yscale() != "log":
        axes.axhline(0, color=line.get_color(), linewidth=0.6, alpha=0.5)


def _draw_bins(axes: Axes, curve: Curve, style: dict[str, Any]) -> None:
    """Draw a histogram: an outline from zero to zero, lightly filled."""
    x, y = whole_bins(curve.x, curve.y)
    (line,) = axes.plot(x, y, **style)
    line.sticky_edges.y.append(0)
    axes.fill_between(x, y, step="mid", color=line.get_color(), alpha=FILL, linewidth=0)


def _draw_reduced(axes: Axes, curve: Curve, found: ReducedCurve, style: dict[str, Any]) -> None:
    """Draw what a long curve was reduced to, and its error bars as a band."""
    if found.is_dots:
        style |= {"linestyle": "none", "marker": curve.marker or "."}
        style.setdefault("markersize", 2)
        style["rasterized"] = True  # in files of vectors, too, dots are pixels
    elif len(found.y) > PIECE and curve.style != "sticks":
        style["path_effects"] = [InPieces()]
    if curve.style == "bins":  # narrower than pixels
        curve = replace(curve, style="line")
        style.pop("drawstyle")
    shown = replace(curve, x=found.x, y=found.y, x_error=None, y_error=None)
    _draw_samples(axes, shown, style)
    if found.band is not None:
        x, low, high = found.band
        color = axes.lines[-1].get_color()
        axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)


def standing_alone(y: Array) -> Array:
    """Say which values have no neighbour to draw a line to."""
    is_known = np.isfinite(y)
    before, after = np.append(False, is_known[:-1]), np.append(is_known[1:], False)
    alone: Array = is_known & ~before & ~after
    return alone


# -- which curve is which -----------------------------------------------------------------


def draw_legend(axes: Axes, spec: AxesSpec) -> None:
    """Write which curve is which: on the data, or beside them where there are many curves."""
    place = spec.legend or "best"
    handles, labels = axes.get_legend_handles_labels()
    on_top = axes
    for right in right_axes_of(axes):
        more = right.get_legend_handles_labels()
        handles, labels, on_top = handles + more[0], labels + more[1], right
    if not handles:
        return
    if spec.is_stacked:
        handles, labels = handles[::-1], labels[::-1]
    size = layout.points("legend.fontsize")
    is_beside = place == "best" and len(labels) > layout.INSIDE
    if is_beside:
        size *= 0.88
    height, width = _room_pt(axes)
    size = max(3.0, min(size, height / (ENTRY_HEIGHT * (len(labels) + 1))))
    letters = max(6, int(WIDEST_LABEL * width / (0.58 * size)))
    options: dict[str, Any] = {"loc": place, "fontsize": size}
    if is_beside:
        options |= {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
        options["bbox_transform"] = on_top.transAxes + _past_right_axis(axes, on_top)
        options["frameon"] = False
    elif place == "best" and on_top is not axes:  # matplotlib looks at one of the two alone
        options["loc"] = _freest_corner([axes, on_top])
    elif place == "best":
        points = sum(np.size(line.get_xdata()) for line in axes.lines)
        options["loc"] = "upper right" if points > QUICK_LEGEND else place
    on_top.legend(handles, [shortened(label, letters) for label in labels], **options)


def _past_right_axis(axes: Axes, right: Axes) -> Transform:
    """Return what moves a legend beside axes to the right of their right axis' numbers and label."""
    figure: Any = axes.figure
    if right is axes:
        return IdentityTransform()
    renderer = RendererAgg(1, 1, figure.dpi)  # type: ignore[no-untyped-call]  # matplotlib's
    box = right.yaxis.get_tightbbox(renderer)
    wider = 0.0 if box is None else max(0.0, box.x1 - axes.bbox.x1)
    return ScaledTranslation(wider / figure.dpi, 0.0, figure.dpi_scale_trans)


def _freest_corner(parts: Sequence[Axes]) -> str:
    """Return the corner where the fewest samples are, of curves in axes over each other."""
    counts = dict.fromkeys(("upper right", "upper left", "lower right", "lower left"), 0)
    for axes in parts:
        for line in axes.lines:
            where = line.get_transform() - axes.transAxes
            right, up = np.asarray(where.transform(line.get_xydata())).T
            for corner in counts:
                is_up = up > 1 - CORNER[1] if corner.startswith("upper") else up < CORNER[1]
                is_right = right > 1 - CORNER[0] if corner.endswith("right") else right < CORNER[0]
                counts[corner] += int(np.count_nonzero(is_up & is_right)) * 100 // len(right)
    return min(counts, key=counts.__getitem__)


def _room_pt(axes: Axes) -> tuple[float, float]:
    """Return the axes' height and width in points, without what long texts will take of it."""
    height, width = (count / layout.pixels_of_a_point(axes) for count in layout.pixels(axes))
    lines = 1.25 * layout.points("axes.titlesize") * axes.get_title().count("\n")
    lines += 1.25 * layout.points("axes.labelsize") * axes.get_xlabel().count("\n")
    lefts = 1.25 * layout.points("axes.labelsize") * axes.get_ylabel().count("\n")
    return height - lines, width - lefts


def draw_curve_scale(axes: Axes, many: ManyCurves) -> None:
    """Draw the colour scale that stands for a legend of too many curves."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    colors = ScalarMappable(Normalize(0, max(many.count - 1, 1)), many.cmap)
    beside = layout.axes_beside(axes)
    figure: Any = axes.figure
    scale = figure.colorbar(colors, cax=beside)
    beside.set_title(f"{many.count:,} curves", loc="left", fontsize="medium", pad=10)
    names = [shortened(name, 22) for name in (many.first, many.last)]
    scale.set_ticks([0, max(many.count - 1, 1)], labels=names)
    scale.minorticks_off()
