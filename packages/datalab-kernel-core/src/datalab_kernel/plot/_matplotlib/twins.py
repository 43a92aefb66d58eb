"""Which axes are the right y axis of others: noted in the artist itself, as figures are pickled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["new_right_axes", "right_axes_of"]


def new_right_axes(axes: Axes) -> Axes:
    """Make axes over others, with the same x and their own y at the right."""
    right = axes.twinx()
    right.set_gid(_mark(axes))
    return right


def right_axes_of(axes: Axes) -> list[Axes]:
    """Return those that :func:`new_right_axes` made for these."""
    siblings = axes.get_shared_x_axes().get_siblings(axes)
    return [other for other in siblings if other.get_gid() == _mark(axes)]


def _mark(axes: Axes) -> str:
    number = axes.figure.axes.index(axes)
    return f"right y axis of axes {number}"
