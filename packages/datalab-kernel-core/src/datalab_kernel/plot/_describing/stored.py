"""How DataLab's window shows an object, as it keeps that in the object and its metadata.

A person who styles a curve there has all of ``color``, ``style``, ``width`` and ``marker``
written into the metadata, by these names; options of the display begin with ``__``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from datalab_kernel.objects import DataObject
    from datalab_kernel.plot._spec import CurveStyle

DATALABS_COLORMAP = "viridis"
"""What DataLab writes into every image that it shows: nobody's choice."""
CURVE_STYLES: Mapping[str, CurveStyle] = {
    "Lines": "line",
    "Sticks": "sticks",
    "Steps": "steps",
    "Dots": "dots",
}
SHADE = "__shade"
"""What Sigima gives histograms, and nothing else, besides steps: their x are the bins' centres."""
LINE_STYLES = {
    "SolidLine": None,
    "DashLine": "--",
    "DotLine": ":",
    "DashDotLine": "-.",
    "DashDotDotLine": "-.",
    "NoPen": "none",
}
MARKERS = {
    "Cross": "+",
    "XCross": "x",
    "Ellipse": "o",
    "Rect": "s",
    "Diamond": "D",
    "UTriangle": "^",
    "DTriangle": "v",
    "RTriangle": ">",
    "LTriangle": "<",
    "Star1": "*",
    "Star2": "h",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveLook:
    """How a curve is drawn, as far as somebody chose it; None is the renderer's own."""

    style: CurveStyle = "line"
    color: str | None = None
    linestyle: str | None = None
    linewidth: float | None = None
    marker: str | None = None


def curve_look(metadata: Mapping[str, Any]) -> CurveLook:
    """Return how DataLab shows a signal.

    The keys of lines are common words: they count only together, as DataLab writes them.

    Examples
    --------
    >>> curve_look({"__curvestyle": "Sticks"}).style
    'sticks'
    >>> curve_look({"__curvestyle": "Steps", "__shade": 0.5}).style
    'bins'
    >>> curve_look({"style": "DashLine", "color": "#ff0000", "width": 2.0}).linestyle
    '--'
    >>> curve_look({"width": 12.5, "color": "#ff0000"}).linewidth
    """
    style = CURVE_STYLES.get(str(metadata.get("__curvestyle")), "line")
    if style == "steps" and SHADE in metadata:
        style = "bins"
    if metadata.get("style") not in LINE_STYLES or "width" not in metadata:
        return CurveLook(style=style)
    linestyle = LINE_STYLES[metadata["style"]]
    marker = MARKERS.get(str(metadata.get("marker")))
    return CurveLook(
        style=style,
        color=_color(metadata.get("color")),
        linestyle=None if linestyle == "none" and marker is None else linestyle,
        linewidth=_positive(metadata["width"]),
        marker=marker,
    )


def told_apart(looks: Sequence[CurveLook]) -> list[CurveLook]:
    """Leave out colours that don't tell curves apart: a result inherits those of its source."""
    seen = [(look.color, look.linestyle, look.marker) for look in looks if look.color]
    if len(set(seen)) == len(seen):
        return [*looks]
    return [
        CurveLook(style=look.style, linewidth=look.linewidth, marker=look.marker) for look in looks
    ]


def _color(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    from matplotlib.colors import is_color_like

    return value if is_color_like(value) else None


def _positive(value: Any) -> float | None:
    try:
        width = float(value)
    except (TypeError, ValueError):
        return None
    return width if width > 0 else None


def colormap(metadata: Mapping[str, Any]) -> str | None:
    """Return the colour map that somebody chose in DataLab, if matplotlib has it.

    Examples
    --------
    >>> colormap({"__colormap": "plasma", "__invert_colormap": True})
    'plasma_r'
    >>> colormap({"__colormap": "viridis"}), colormap({"__colormap": "no such"}), colormap({})
    (None, None, None)
    """
    name = metadata.get("__colormap")
    if not isinstance(name, str):
        return None
    from matplotlib import colormaps

    is_inverted = bool(metadata.get("__invert_colormap"))
    if is_inverted:
        name = name.removesuffix("_r") if name.endswith("_r") else f"{name}_r"
    return name if name in colormaps and name != DATALABS_COLORMAP else None


def axis_limits(
    objects: Iterable[DataObject], letter: str
) -> tuple[float | None, float | None] | None:
    """Return the limits of an axis that are kept in objects, where they don't scale themselves.

    Of several objects, these are the least and the greatest, as in DataLab; None on one
    side leaves it to the data, None altogether both.
    """
    objects = [*objects]
    if any(obj.autoscale for obj in objects):
        return None
    lows = [getattr(obj, f"{letter}scalemin") for obj in objects]
    highs = [getattr(obj, f"{letter}scalemax") for obj in objects]
    low = min((value for value in lows if value is not None), default=None)
    high = max((value for value in highs if value is not None), default=None)
    return None if low is None and high is None else (low, high)


def is_logarithmic(objects: Iterable[DataObject], letter: str) -> bool:
    """Say whether objects ask for a logarithmic axis: one is enough, as in DataLab."""
    return any(getattr(obj, f"{letter}scalelog") for obj in objects)
