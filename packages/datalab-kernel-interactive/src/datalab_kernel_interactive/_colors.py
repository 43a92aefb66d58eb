"""Colours, dashes and markers of matplotlib's names in plotly's words; colour scales of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_rgba

from datalab_kernel.plot.rendering import CURVE_STYLES, finite_range, with_unit
from datalab_kernel_interactive._scales import Scale
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    from datalab_kernel.plot import Curve, Image

    Array = np.ndarray[Any, Any]

STEPS = 64
"""Colours of a colour map that plotly mixes the others from."""
DASHES = {
    "-": "solid", "solid": "solid", "--": "dash", "dashed": "dash", ":": "dot",
    "dotted": "dot", "-.": "dashdot", "dashdot": "dashdot",
}  # fmt: skip
NO_LINE = frozenset({"none", "None", "", " "})
MARKERS = {
    "o": "circle", ".": "circle", ",": "circle", "s": "square", "^": "triangle-up",
    "v": "triangle-down", "<": "triangle-left", ">": "triangle-right", "D": "diamond",
    "d": "diamond-tall", "x": "x-thin-open", "+": "cross-thin-open", "*": "star",
    "p": "pentagon", "h": "hexagon", "X": "x", "P": "cross", "|": "line-ns-open",
    "_": "line-ew-open",
}  # fmt: skip
TICKS = 6


def css(color: Any, alpha: float | None = None) -> str:
    """Write a colour for a browser.

    Examples
    --------
    >>> css("C0"), css("k", 0.5)
    ('rgba(31,119,180,1)', 'rgba(0,0,0,0.5)')
    """
    red, green, blue, opacity = to_rgba(color)
    channels = ",".join(str(round(255 * part)) for part in (red, green, blue))
    return f"rgba({channels},{opacity if alpha is None else alpha:g})"


def line_of(curve: Curve, number: int) -> tuple[str, str | None]:
    """Return a curve's colour, and its dash or None: its own, else the next of ours."""
    settings: Any = mpl.rcParams
    default: Any = mpl.rcParamsDefault
    styles = [*CURVE_STYLES]
    if settings["axes.prop_cycle"] != default["axes.prop_cycle"]:
        ours = [color for color, _ in CURVE_STYLES]
        styles = [(color, "-") for color in settings["axes.prop_cycle"].by_key().get("color", ours)]
    own = styles[number % len(styles)] if curve.color is None else (curve.color, "-")
    style = own[1] if curve.linestyle is None else curve.linestyle
    return css(own[0]), None if style in NO_LINE else DASHES.get(style, "solid")


def colorscale(cmap: Any) -> list[tuple[float, str]]:
    """Return a colour map as plotly takes it.

    Examples
    --------
    >>> colorscale("gray")[0], colorscale("gray")[-1]
    ((0.0, 'rgba(0,0,0,1)'), (1.0, 'rgba(255,255,255,1)'))
    """
    colors = mpl.colormaps[cmap] if isinstance(cmap, str) else cmap
    return [(place, css(colors(place))) for place in np.linspace(0, 1, STEPS).tolist()]


class ColorRule:
    """How an image's values become colours, as matplotlib's ``norm`` or limits say."""

    def __init__(self, image: Image) -> None:
        self._norm = image.norm
        low, high = image.vmin, image.vmax
        if self._norm is not None:
            self._norm.autoscale_None(np.ma.masked_invalid(image.data))
            low, high = 0.0, 1.0
        elif low is None or high is None:
            found = finite_range(image.data) or (0.0, 1.0)
            low, high = (found[0] if low is None else low), (found[1] if high is None else high)
        low, high = float(low), float(high)
        self._scale = Scale.of(low, high, unit=image.unit if self._norm is None else "")
        self.low, self.high = self._scale.number(low), self._scale.number(high)
        self._image = image

    def apply(self, values: Array) -> dict[str, Array]:
        """Return the heatmap's arrays: what is coloured, and what the read-out says."""
        if self._norm is None:
            return {"z": values if self._scale.size == 1 else self._scale.values(values)}
        colored: Array = np.ma.filled(np.ma.asarray(self._norm(values), dtype=float), np.nan)
        return {"z": colored.astype(np.float32), "customdata": values}

    @property
    def value_shown(self) -> str:
        """What the read-out takes the value from."""
        return "z" if self._norm is None else "customdata"

    @property
    def unit(self) -> str:
        """The unit that the values are shown in."""
        return self._image.unit if self._norm is not None else self._scale.unit

    def attributes(self) -> dict[str, Any]:
        """Return the heatmap's other attributes."""
        image = self._image
        label = with_unit(image.label, self.unit)
        if image.limits_note:
            label += f"\n{image.limits_note}"
        bar: dict[str, Any] = {
            "title": {"text": to_html(label), "side": "right", "font": {"size": 12}},
            "thickness": 14,
            "outlinewidth": 0.6,
            "ticks": "outside",
            "exponentformat": "power",
            "tickfont": {"size": 11},
        }
        if self._norm is not None:
            places = np.linspace(0, 1, TICKS)
            values: Array = np.ma.filled(
                np.ma.asarray(self._norm.inverse(places), dtype=float), np.nan
            )
            bar |= {"tickvals": places.tolist(), "ticktext": [f"{value:.3g}" for value in values]}
        return {
            "colorscale": colorscale(image.cmap),
            "zmin": self.low,
            "zmax": self.high,
            "showscale": image.has_colorbar,
            "colorbar": bar,
            "opacity": 1.0 if image.alpha is None else image.alpha,
        }
