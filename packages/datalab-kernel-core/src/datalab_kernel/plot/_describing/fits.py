"""A fit as a picture: the signal as points, the curve through them, and what is left below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot._options import given
from datalab_kernel.plot._spec import Curve

if TYPE_CHECKING:
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec, FigureSpec
    from datalab_kernel.workspace._fit_result import FitResult

HEIGHTS = (3.0, 1.2)
"""Of the curves and of the residuals."""
ARRANGING = ("columns", "waterfall", "twin")
BEHIND = "0.6"
"""The grey of the line at 0."""


def build_fit(fit: FitResult, options: PlotOptions, *, is_alone: bool = False) -> FigureSpec:
    """Describe the picture of one fit.

    ``is_alone`` leaves the residuals out, where there is only one pair of axes to draw into.

    Raises
    ------
    TypeError
        For an option that would move the signal away from its curve.
    """
    for name in ARRANGING:
        if getattr(options, name) not in (None, False):
            message = (
                f"The option {name!r} arranges several curves; the picture of a fit has its own "
                "arrangement. Leave it out, or plot the fitted curve alone, by its name."
            )
            raise TypeError(message)
    signal, curve = fit.source, fit.view(fit.name)
    spec = build([signal, curve], options, is_alone=is_alone)
    upper = spec.axes[0]
    points, line = upper.curves
    looks = options.linestyle, options.marker, options.linewidth
    if points.style == "line" and looks == (None, None, None):
        points = replace(points, style="dots")
    line = replace(
        line,
        label=given(options.label and line.label, "fit"),
        color=given(line.color, "C1"),
        linewidth=given(line.linewidth, 2.0),
    )
    upper = replace(upper, curves=(points, line), title=given(options.title, plain(curve.title)))
    if is_alone:
        return replace(spec, axes=(upper,))
    lower = _residuals(fit.residuals, points, upper, has_errors=options.errorbars is not False)
    return replace(
        spec, axes=(replace(upper, xlabel=""), lower), columns=1, shares_x=True, heights=HEIGHTS
    )


def _residuals(signal: Any, points: Curve, upper: AxesSpec, *, has_errors: bool) -> AxesSpec:
    x, y = signal.xydata[0], signal.xydata[1]
    dy = signal.dy if has_errors else None
    ends = np.array([np.nanmin(x), np.nanmax(x)]) if len(x) else np.zeros(2)
    zero = Curve(x=ends, y=np.zeros(2), color=BEHIND, linewidth=0.8)
    left = replace(points, x=x, y=y, x_error=None, y_error=dy, label="")
    return replace(
        upper,
        curves=(zero, left),
        shapes=(),
        title="",
        ylabel="residuals",
        ylim=None,
        yscale="linear",
        aspect="auto",
        legend=None,
        many_curves=None,
        message="",
    )
