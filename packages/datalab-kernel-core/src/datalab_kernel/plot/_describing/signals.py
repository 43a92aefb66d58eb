"""Signals as curves over each other: their looks, labels, limits, and what is drawn over them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._describing import stored
from datalab_kernel.plot._describing.annotations import annotated
from datalab_kernel.plot._describing.overlay_units import overlay_of
from datalab_kernel.plot._describing.regions import regions
from datalab_kernel.plot._describing.results import results
from datalab_kernel.plot._describing.texts import modulus, phase, plain
from datalab_kernel.plot._describing.twin import with_right_axis
from datalab_kernel.plot._describing.values import (
    extent,
    is_all_nan,
    why_empty,
    why_not_logarithmic,
)
from datalab_kernel.plot._describing.waterfall import above_each_other
from datalab_kernel.plot._options import given, one_each
from datalab_kernel.plot._spec import AxesSpec, Curve, ManyCurves, own
from datalab_kernel.plot.rendering import SEEN_AS, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import SignalObj
    from datalab_kernel.plot._describing.overlay_units import Overlay
    from datalab_kernel.plot._describing.stored import CurveLook
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import Shape

Array = np.ndarray[Any, Any]
LONGEST_LEGEND = 12
"""Curves up to which each has its own entry in the legend; more are a colour scale."""
DARK_PART = 0.9
"""Part of viridis that is dark enough for a line on white."""


def signal_axes(
    signals: Sequence[SignalObj], options: PlotOptions, *, is_alone: bool = False
) -> tuple[AxesSpec, ...]:
    """Describe signals over each other; complex ones by modulus, and phase in axes below.

    Among complex ones, real ones have a phase, too: 0 or pi.

    ``is_alone`` leaves the phase out, where there is only one pair of axes to draw into; so do
    a waterfall and a second y axis.
    """
    if options.twin:
        axes = with_right_axis(signals, options, _over_each_other)
        return (replace(axes, **_x_axis(signals, options, overlay_of(signals))),)
    upper = _over_each_other(signals, options)
    if options.waterfall:
        _, unit = overlay_of(signals).y.label([*map(_quantity, signals)])
        return (above_each_other(upper, options.waterfall, unit),)
    if is_alone or not any(np.iscomplexobj(signal.xydata) for signal in signals):
        return (upper,)
    angles = [
        replace(curve, y=np.angle(signal.xydata[1]), y_error=None)
        for signal, curve in zip(signals, upper.curves, strict=True)
    ]
    lower = replace(
        upper,
        curves=tuple(angles),
        shapes=(),
        title="",
        ylabel=_common([phase(signal.ylabel) for signal in signals]) or "phase",
        yunit="rad",
        ylim=None,
        yscale="linear",
        aspect="auto",
        legend=None,
        many_curves=None,
    )
    return (upper, lower)


def _over_each_other(
    signals: Sequence[SignalObj], options: PlotOptions, xunit: str = ""
) -> AxesSpec:
    """Describe signals in one pair of axes; ``xunit`` is that of an x axis that there is already."""
    overlay = overlay_of(signals, xunit)
    own, many = _curves(signals, options, overlay)
    curves = tuple(overlay.curve(curve, number) for number, curve in enumerate(own))
    return replace(
        _axes(signals, curves, options, overlay),
        shapes=_shapes(signals, own, options, overlay),
        many_curves=many,
        legend=_legend(options, len(signals), is_scaled=many is not None),
    )


def _axes(
    signals: Sequence[SignalObj],
    curves: tuple[Curve, ...],
    options: PlotOptions,
    overlay: Overlay,
) -> AxesSpec:
    ylabel, yunit = overlay.y.label([*map(_quantity, signals)])
    xs, ys = [curve.x for curve in curves], [curve.y for curve in curves]
    xlim, ylim = (
        _axis_limits(overlay.unconverted(signals, letter), options, letter, arrays)
        for letter, arrays in (("x", xs), ("y", ys))
    )
    return AxesSpec(
        curves=curves,
        title=given(options.title, plain(signals[0].title) if len(signals) == 1 else ""),
        **_x_axis(signals, options, overlay),
        ylabel=given(options.ylabel, ylabel),
        yunit="" if options.ylabel is not None else yunit,
        xlim=xlim,
        ylim=ylim,
        xscale=_scale(signals, options.xscale, "x", xs),
        yscale=_scale(signals, options.yscale, "y", ys),
        aspect=given(options.aspect, "auto"),
        message=_message(options, xs, ys),
    )


def _x_axis(signals: Sequence[SignalObj], options: PlotOptions, overlay: Overlay) -> dict[str, Any]:
    """Return what an axes' description says of x."""
    is_time = all(signal.is_x_datetime() for signal in signals)
    label, unit = overlay.x.label([plain(signal.xlabel) for signal in signals])
    return {
        "xlabel": given(options.xlabel, label),
        "xunit": "" if is_time or options.xlabel is not None else unit,
        "x_is_time": is_time,
    }


def _message(options: PlotOptions, xs: list[Array], ys: list[Array]) -> str:
    message = why_empty(ys)
    for letter, scale, arrays in (("x", options.xscale, xs), ("y", options.yscale, ys)):
        if not message and scale == "log":
            message = why_not_logarithmic(letter, arrays)
    return message


def _quantity(signal: SignalObj) -> str:
    is_complex = np.iscomplexobj(signal.xydata)
    return (modulus if is_complex else plain)(signal.ylabel)


def _common(values: list[Any]) -> Any:
    """Return the value that all share, else an empty text."""
    return values[0] if len(set(values)) == 1 else ""


def _legend(options: PlotOptions, count: int, *, is_scaled: bool) -> str | None:
    is_short = 1 < count <= LONGEST_LEGEND
    wanted = given(options.legend, (is_short or options.label is not None) and not is_scaled)
    if isinstance(wanted, str):
        return wanted
    return "best" if wanted else None


def _axis_limits(
    signals: Sequence[SignalObj], options: PlotOptions, letter: str, arrays: list[Array]
) -> tuple[float, float] | None:
    """Return the limits that were asked for, else those that the signals keep."""
    asked: tuple[float, float] | None = getattr(options, f"{letter}lim")
    kept = stored.axis_limits(signals, letter)
    if asked is not None or kept is None:
        return asked
    found = None if None not in kept else extent(arrays)
    if found is None and None in kept:
        return None
    low, high = (given(one, found and found[side]) for side, one in enumerate(kept))
    return None if low == high else (low, high)


def _scale(
    signals: Sequence[SignalObj], asked: str | None, letter: str, arrays: list[Array]
) -> str:
    """Return the scale that was asked for, else the one that the signals keep, if it can be."""
    if asked is not None:
        return asked
    is_log = stored.is_logarithmic(signals, letter) and not why_not_logarithmic(letter, arrays)
    return "log" if is_log else "linear"


# -- curves -------------------------------------------------------------------------------


def _curves(
    signals: Sequence[SignalObj], options: PlotOptions, overlay: Overlay
) -> tuple[tuple[Curve, ...], ManyCurves | None]:
    count = len(signals)
    colors = one_each(options.color, count, "color")
    ends = _labels_of_ends(options, count)
    asked = one_each(None if ends else options.label, count, "label")
    labels = _labels(signals, asked, overlay)
    looks = stored.told_apart([stored.curve_look(signal.metadata) for signal in signals])
    many = None
    if count > LONGEST_LEGEND and options.color is None:
        cmap = _scale_of_curves()
        colors = [cmap(place) for place in np.linspace(0, 1, count).tolist()]
        if options.legend is None and (ends or options.label is None):
            first, last = ends or (labels[0], labels[-1])
            many = ManyCurves(count=count, first=first, last=last, cmap=cmap)
    curves = tuple(
        _curve(signal, look, color, label, options)
        for signal, look, color, label in zip(signals, looks, colors, labels, strict=True)
    )
    return curves, many


def _labels_of_ends(options: PlotOptions, count: int) -> list[str] | None:
    """Return what was given for the ends of a colour scale: two labels of many curves."""
    is_scale = count > LONGEST_LEGEND and options.color is None and options.legend is None
    is_pair = isinstance(options.label, list) and len(options.label) == 2  # noqa: PLR2004
    return options.label if is_scale and is_pair else None


def _scale_of_curves() -> Any:
    """Return a perceptually uniform colour map without its part that is too light for lines."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["viridis"](np.linspace(0, DARK_PART, 256)), name="viridis")


def _labels(signals: Sequence[SignalObj], asked: list[str | None], overlay: Overlay) -> list[str]:
    """Name curves by their titles, and by what they show where that isn't the same for all."""
    quantities = [
        with_unit(_quantity(signal), unit)
        for signal, unit in zip(signals, overlay.y.units, strict=True)
    ]
    is_same = len(set(quantities)) == 1
    titles = [plain(signal.title) for signal in signals]
    if len(signals) > 1:
        titles = [title or f"curve {number}" for number, title in enumerate(titles, start=1)]
    return [
        given(label, title + ("" if is_same or not what else f": {what}"))
        for title, label, what in zip(titles, asked, quantities, strict=True)
    ]


def _curve(
    signal: SignalObj, look: CurveLook, color: Any, label: str, options: PlotOptions
) -> Curve:
    rows = signal.xydata
    has_errors = options.errorbars is not False and len(rows) == 4  # noqa: PLR2004 - x, y, dx, dy
    errors = [_real_or_none(rows[index]) if has_errors else None for index in (2, 3)]
    return Curve(
        x=rows[0].real,
        y=own(np.abs(rows[1])) if np.iscomplexobj(rows) else rows[1],
        label=label,
        color=given(color, look.color),
        alpha=options.alpha,
        style=look.style if options.linestyle is None else "line",
        linestyle=given(options.linestyle, look.linestyle),
        linewidth=given(options.linewidth, look.linewidth),
        marker=given(options.marker, look.marker),
        x_error=errors[0],
        y_error=errors[1],
        note=signal.metadata.get(SEEN_AS, ""),
    )


def _real_or_none(row: Array) -> Array | None:
    return None if is_all_nan(row) else row.real


def _shapes(
    signals: Sequence[SignalObj],
    curves: Sequence[Curve],
    options: PlotOptions,
    overlay: Overlay,
) -> tuple[Shape, ...]:
    """Gather what is drawn over curves: regions only of a single one, unless asked for."""
    shapes: list[Shape] = []
    is_few = len(signals) <= LONGEST_LEGEND
    for number, (signal, curve) in enumerate(zip(signals, curves, strict=True)):
        own: list[Shape] = []
        if given(options.roi, len(signals) == 1):
            own += regions(signal)
        if given(options.results, is_few):
            own += results(signal)
        if is_few:
            own += annotated(signal, partial(_box, curve))
        shapes += overlay.shapes(own, number)
    return tuple(shapes)


def _box(curve: Curve) -> tuple[float, float, float, float]:
    """Return where the curve lies, left, bottom, right and top."""
    left, right = extent([curve.x]) or (0.0, 1.0)
    bottom, top = extent([curve.y]) or (0.0, 1.0)
    return left, bottom, right, top
