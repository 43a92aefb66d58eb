"""Pictures of signals and images: what to draw is a plain value, drawing it a renderer's work."""

from __future__ import annotations

from datalab_kernel.plot._plotter import Plotter
from datalab_kernel.plot._result import Plot
from datalab_kernel.plot._spec import (
    AxesSpec,
    Curve,
    Drawing,
    FigureSpec,
    Image,
    ManyCurves,
    Renderer,
    Shape,
    Table,
)

__all__ = [
    "AxesSpec",
    "Curve",
    "Drawing",
    "FigureSpec",
    "Image",
    "ManyCurves",
    "Plot",
    "Plotter",
    "Renderer",
    "Shape",
    "Table",
]
