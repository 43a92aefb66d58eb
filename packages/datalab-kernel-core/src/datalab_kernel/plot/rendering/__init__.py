"""What any renderer needs, so that pictures agree: less data, readable units, the same colours.

A renderer has one method, :meth:`datalab_kernel.plot.Renderer.render`, and its package says
``[project.entry-points."datalab_kernel.renderers"]``. It reads a description's values, and
takes from here

- curves of any length by what a picture of them shows: :func:`reduce_curve` of a
  :class:`View`, on one of the :data:`SCALES`;
- images of any size: :func:`reduce_image`, and :func:`finite_range` for their colours;
- a histogram's steps: :func:`whole_bins`;
- parts of long curves, for who zooms: :func:`order_of` and :func:`places_in`;
- for backends, what a large object looks like as a whole: :func:`extremes_of`, :func:`area_means_of`;
- outlines of regions over an image: :func:`outlines_of`, and :func:`reduced_labels` for their areas;
- metric prefixes: :func:`choose_unit` and :func:`with_unit`;
- colours and line styles: :data:`CURVE_STYLES` and :func:`shape_color`.

Pure: numpy, and no plotting library. Arrays are only read.
"""

from datalab_kernel.plot.rendering._bins import whole_bins
from datalab_kernel.plot.rendering._curve import ReducedCurve, View, reduce_curve
from datalab_kernel.plot.rendering._finite import finite_range
from datalab_kernel.plot.rendering._from_afar import SEEN_AS, area_means_of, extremes_of
from datalab_kernel.plot.rendering._image import ReducedImage, reduce_image
from datalab_kernel.plot.rendering._ordered import order_of, places_in
from datalab_kernel.plot.rendering._outlines import (
    OVERLAY_COLORS,
    Outline,
    outlines_of,
    reduced_labels,
)
from datalab_kernel.plot.rendering._palette import CURVE_STYLES, shape_color
from datalab_kernel.plot.rendering._scales import SCALES
from datalab_kernel.plot.rendering._units import choose_unit, with_unit

__all__ = [
    "CURVE_STYLES",
    "OVERLAY_COLORS",
    "SCALES",
    "SEEN_AS",
    "Outline",
    "ReducedCurve",
    "ReducedImage",
    "View",
    "area_means_of",
    "choose_unit",
    "extremes_of",
    "finite_range",
    "order_of",
    "outlines_of",
    "places_in",
    "reduce_curve",
    "reduce_image",
    "reduced_labels",
    "shape_color",
    "whole_bins",
    "with_unit",
]
