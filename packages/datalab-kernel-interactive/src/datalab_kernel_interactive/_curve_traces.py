"""Curves as plotly's traces: a line, and where errors are a band, its two edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot.rendering import whole_bins
from datalab_kernel_interactive._colors import MARKERS, colorscale, line_of
from datalab_kernel_interactive._panel import Change, View
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    from datalab_kernel.plot import AxesSpec, Curve, ManyCurves
    from datalab_kernel_interactive._curves import CurveData, Points
    from datalab_kernel_interactive._panel import Panel

    Array = np.ndarray[Any, Any]

FIRST_COLUMNS = 1000
"""Columns of pixels of the first view, before its size on the screen is known."""
BEYOND = 0.5
"""How far to each side of a view its detail goes, by its width, so that moving it shows data."""
MOST_ALONE = 20_000
"""Samples up to which those without a neighbour to draw a line to are looked for."""
BAND = 0.2


class CurveSource:
    """Answers for the parts of one curve; ``band`` are its errors' traces, if it has any."""

    def __init__(
        self, data: CurveData, panel: Panel, curve: Curve, trace: int, band: tuple[int, int] | None
    ) -> None:
        self._data, self._curve = data, curve
        self._x, self._y = panel.x, panel.y
        self._trace, self._band = trace, band

    def changes(self, view: View) -> tuple[list[Change], str]:
        """Return the points for a view and a little beyond."""
        if self._x.kind == "log":
            ratio = (view.x[1] / view.x[0]) ** BEYOND
            x = (view.x[0] / ratio, view.x[1] * ratio)
        else:
            beyond = BEYOND * (view.x[1] - view.x[0])
            x = (view.x[0] - beyond, view.x[1] + beyond)
        points = self._data.over(x, view.y, round((1 + 2 * BEYOND) * view.width_px))
        is_part = self._data.is_sorted
        found = [Change(trace=self._trace, arrays=self.arrays(points), is_part=is_part)]
        if self._band is not None:
            found += [
                Change(trace=trace, arrays=arrays, is_part=is_part)
                for trace, arrays in zip(self._band, self.band(points), strict=True)
            ]
        return found, self.note(points)

    def note(self, points: Points) -> str:
        """Say that points stand for more samples."""
        if not points.is_reduced:
            return ""
        how = "minimum and maximum" if self._data.is_sorted else "extremes along the curve"
        return f"{self._data.size:,} points, shown by {how}"

    def arrays(self, points: Points) -> dict[str, Array]:
        """Return the line's arrays in the figure's units."""
        x, y = self._x.values(points.x), self._y.values(points.y)
        if self._curve.style == "sticks" and not points.is_reduced:
            base = np.where(self._y.kind == "log", np.nextafter(0, 1), 0.0)
            return {
                "x": np.repeat(x, 3),
                "y": np.stack(
                    [np.full(y.shape, base), y, np.full(y.shape, np.nan)], axis=1
                ).ravel(),
            }
        if self._curve.style == "bins" and not points.is_reduced:
            x, y = whole_bins(x, y, np.nan if self._y.kind == "log" else 0.0)
        arrays = {"x": x, "y": y}
        if self._curve.x_error is not None or self._curve.y_error is not None:
            nothing = np.zeros(len(x))
            if self._curve.x_error is not None:
                error = points.x_error
                arrays["error_x.array"] = nothing if error is None else self._x.values(error)
            if self._curve.y_error is not None:
                error = points.y_error
                arrays["error_y.array"] = nothing if error is None else self._y.values(error)
        return arrays

    def band(self, points: Points) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return the arrays of the errors' ends."""
        if points.low is None or points.high is None:
            empty = np.empty(0)
            return {"x": empty, "y": empty}, {"x": empty, "y": empty}
        x = self._x.values(points.x)
        return (
            {"x": x, "y": self._y.values(points.low)},
            {"x": x, "y": self._y.values(points.high)},
        )


def add_curve(panel: Panel, curve: Curve, data: CurveData, number: int, spec: AxesSpec) -> None:
    """Add the traces of one curve, and what answers for its parts if it has many samples."""
    color, dash = line_of(curve, number)
    trace = _trace(panel, curve, color, dash, spec)
    if curve.style == "steps" and "line" in trace:  # a value holds until the next sample
        trace["line"]["shape"] = "vh" if data.is_turned else "hv"
    elif curve.style == "bins" and "line" in trace:
        trace["line"]["shape"] = "hvh"
        trace |= {"fill": "tozeroy", "fillcolor": color.replace(",1)", f",{BAND})")}
    place = panel.add(trace)
    band = None
    is_long = data.size > 2 * FIRST_COLUMNS
    if is_long and curve.y_error is not None and data.is_sorted:
        band = _add_band(panel, color)
    source = CurveSource(data, panel, curve, place, band)
    points = data.over(panel.xlim, panel.ylim, FIRST_COLUMNS)
    _fill(panel.traces[place], source.arrays(points))
    if band is not None:
        for edge, arrays in zip(band, source.band(points), strict=True):
            _fill(panel.traces[edge], arrays)
    if is_long:
        panel.sources.append(source)
        panel.first_notes.append(source.note(points))
    else:
        _mark_alone(panel.traces[place], points.y)


def _fill(trace: dict[str, Any], arrays: dict[str, Array]) -> None:
    for name, values in arrays.items():
        head, _, rest = name.partition(".")
        if rest:
            trace[head][rest] = values
        else:
            trace[head] = values


def _trace(
    panel: Panel, curve: Curve, color: str, dash: str | None, spec: AxesSpec
) -> dict[str, Any]:
    has_line = dash is not None and curve.style != "dots"
    has_marker = curve.marker is not None or not has_line or len(curve.y) == 1
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "+".join([*["lines"] * has_line, *["markers"] * has_marker]),
        "name": to_html(curve.label),
        "showlegend": spec.legend is not None and bool(curve.label),
        "opacity": 1.0 if curve.alpha is None else curve.alpha,
        "connectgaps": False,
        "hovertemplate": read_out(panel, spec, curve.label),
    }
    if has_line:
        width = 1.5 if curve.linewidth is None else curve.linewidth
        trace["line"] = {"color": color, "width": width, "dash": dash}
    if has_marker:
        symbol = MARKERS.get(curve.marker or ".", "circle")
        size = 4 if curve.marker in {None, ".", ","} else 6
        trace["marker"] = {"color": color, "symbol": symbol, "size": size}
        if symbol.endswith("open"):
            trace["marker"]["line"] = {"width": 1.2, "color": color}
    for letter, error in (("x", curve.x_error), ("y", curve.y_error)):
        if error is not None:
            style = {"type": "data", "color": color, "thickness": 0.8, "width": 2}
            trace[f"error_{letter}"] = style
    return trace


def read_out(panel: Panel, spec: AxesSpec, name: str, value: str = "") -> str:
    """Return what the cursor says: x and y with their units, and the name."""
    lines = []
    for letter, scale, label in (("x", panel.x, spec.xlabel), ("y", panel.y, spec.ylabel)):
        number = "%{x|%Y-%m-%d %H:%M:%S.%f}" if scale.kind == "date" else f"%{{{letter}:.9~g}}"
        text = to_html(label) or letter
        lines.append(f"{text}: {number}{f' {to_html(scale.unit)}' if scale.unit else ''}")
    if value:
        lines.append(value)
    return "<br>".join(lines) + f"<extra>{to_html(name)}</extra>"


def _add_band(panel: Panel, color: str) -> tuple[int, int]:
    style: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    style |= {"showlegend": False, "connectgaps": False}
    low = panel.add(style)
    faint = color.replace(",1)", f",{BAND})")
    return low, panel.add({**style, "fill": "tonexty", "fillcolor": faint})


def _mark_alone(trace: dict[str, Any], y: Array) -> None:
    """Draw a dot where a value has no neighbour to draw a line to."""
    if trace["mode"] != "lines" or len(y) > MOST_ALONE or len(y) != len(trace["y"]):
        return
    known = np.isfinite(y)
    alone = known & ~np.append(False, known[:-1]) & ~np.append(known[1:], False)
    if alone.any():
        trace["mode"] = "lines+markers"
        trace["marker"] = {"color": trace["line"]["color"], "size": np.where(alone, 4.0, 0.0)}


def add_curve_scale(panel: Panel, many: ManyCurves) -> None:
    """Add the colour scale that stands for the legend of too many curves."""
    last = max(many.count - 1, 1)
    bar = {
        "title": {"text": f"{many.count:,} curves", "side": "right"},
        "tickvals": [0, last],
        "ticktext": [to_html(many.first), to_html(many.last)],
        "thickness": 14,
        "outlinewidth": 0.6,
    }
    marker = {"color": [0, last], "cmin": 0, "cmax": last, "size": 0.1, "opacity": 0}
    marker |= {"colorscale": colorscale(many.cmap), "showscale": True, "colorbar": bar}
    panel.add({
        "type": "scatter", "mode": "markers", "x": [None, None], "y": [None, None],
        "marker": marker, "showlegend": False, "hoverinfo": "skip",
    })  # fmt: skip
