"""Pictures of signals and images: what to draw is a plain value, drawing it a renderer's work.

The way of a picture:

- ``_plotter``, ``_grid``, ``_result``: what people call and get.
- ``_inputs``, ``_options``, ``_option_values``: what they give, checked.
- ``_describing``: objects become a description, ``_spec``. Pure.
- ``renderers``: who draws it; ``_matplotlib`` is one of them, and always there.
- ``rendering``: what any renderer needs to show many samples, and readable numbers. Pure.

:mod:`.renderers` and :mod:`.rendering` are public, for other renderers.
"""

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
    Overlay,
    Renderer,
    RightAxis,
    ScaleBar,
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
    "Overlay",
    "Plot",
    "Plotter",
    "Renderer",
    "RightAxis",
    "ScaleBar",
    "Shape",
    "Table",
]
