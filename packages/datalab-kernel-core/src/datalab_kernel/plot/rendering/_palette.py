"""Colours that everybody tells apart, and that all renderers share. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel.plot._spec import Role, Shape

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
"""Okabe and Ito's colours for all kinds of colour vision, without the yellow that fades on white."""
LINES = ("-", "--", ":")
"""Each round through the colours has a line style of its own."""
CURVE_STYLES = tuple((color, line) for line in LINES for color in COLORS)
"""Colours and line styles, as matplotlib names them, of curves that have none of their own, in order."""
ON_LIGHT: dict[Role, str] = {"roi": "#d62728", "result": "#111111", "annotation": "#542788"}
ON_DARK: dict[Role, str] = {"roi": "#ff7b72", "result": "#f5f5f5", "annotation": "#cab2d6"}


def shape_color(shape: Shape, *, is_on_dark: bool = False) -> Any:
    """Return a shape's colour: its own if it has one, else that of its role.

    Parameters
    ----------
    shape
        What is drawn over the data.
    is_on_dark
        Whether the axes' face is dark.

    Returns
    -------
    object
        A colour as matplotlib takes it; that of a role is ``"#rrggbb"``.

    Examples
    --------
    >>> from datalab_kernel.plot import Shape
    >>> shape_color(Shape(kind="point", coords=(1, 2), role="result"))
    '#111111'
    >>> shape_color(Shape(kind="point", coords=(1, 2), color="C1"), is_on_dark=True)
    'C1'
    """
    colors = ON_DARK if is_on_dark else ON_LIGHT
    return colors[shape.role] if shape.color is None else shape.color
