"""Drawing a second y axis at the right, and which axis a curve belongs to by colour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.plot._matplotlib import appearance, layout
from datalab_kernel.plot._matplotlib.curves import draw_curves
from datalab_kernel.plot._matplotlib.ticks import label_axis
from datalab_kernel.plot._matplotlib.twins import new_right_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, RightAxis


def draw_right_axis(axes: Axes, spec: AxesSpec, right: RightAxis) -> list[str]:
    """Draw the curves that belong to the right, in the colours after those of the left.

    An axis with one curve has that curve's colour. Returns what is to be said of them.
    """
    twin = new_right_axes(axes)
    appearance.set_colors(twin)
    own: Any = twin
    for curve in spec.curves:
        if curve.color is None:
            own._get_lines.get_next_color()  # noqa: SLF001 - matplotlib has no other way
    if right.yscale != "linear":
        twin.set_yscale(right.yscale)
    described = replace(spec, curves=right.curves, ylim=right.ylim, yscale=right.yscale)
    notes = draw_curves(twin, right.curves, described)
    if right.ylim is not None:
        twin.set_ylim(*right.ylim)
    label_axis(twin.yaxis, layout.wrap_label(right.ylabel, axes, 0), right.yunit)
    for part, curves in ((axes, spec.curves), (twin, right.curves)):
        if len(curves) == 1 and part.lines:
            color = part.lines[0].get_color()
            part.yaxis.label.set_color(color)
            part.tick_params(axis="y", colors=color)
    return notes
