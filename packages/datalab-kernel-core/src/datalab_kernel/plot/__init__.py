"""Pictures of signals and images: what to draw is a plain value, drawing it a renderer's work.

The way of a picture, by files:

- ``_plotter``, ``_grid``, ``_renderers``, ``_result``: what people call and get.
- ``_inputs``, ``_options``, ``_option_values``: what they give, checked.
- ``_build``, then ``_signals`` and ``_images``, with ``_limits``, ``_stored``, ``_regions``,
  ``_results``, ``_annotations``, ``_tables``, ``_words``, ``_texts``, ``_values``: objects become a
  description, ``_spec``. Pure.
- ``_reduced_curve`` (``_columns``, ``_scribble``), ``_reduced_image``, ``_units``: what any renderer needs
  to show many samples, and readable numbers. Pure.
- ``_matplotlib``, with ``_layout``, ``_appearance``, ``_ticks`` and the ``…_drawn`` files, ``_drawing``: the
  only ones that know matplotlib.
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
