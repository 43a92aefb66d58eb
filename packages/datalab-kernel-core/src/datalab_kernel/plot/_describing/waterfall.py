"""Curves above each other, each a step higher than the one before it: a waterfall."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.plot._describing.values import extent
from datalab_kernel.plot.rendering import choose_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.plot._spec import AxesSpec, Curve

SHARE = 0.5
"""Of the curves' usual height, the step that nobody gave."""


def above_each_other(axes: AxesSpec, step: bool | float, unit: str) -> AxesSpec:
    """Move each curve up by so much more than the one before it, and say so.

    What was drawn over the curves, such as results, is left out: it would be beside them.

    Parameters
    ----------
    axes
        Signals over each other.
    step
        In the unit of y; True lets half of the curves' usual height be one.
    unit
        The unit of y, where all curves have the same.

    Raises
    ------
    ValueError
        If the y axis isn't linear.
    """
    if axes.yscale != "linear":
        message = (
            f"waterfall adds a step to each curve, which is none on a {axes.yscale!r} y axis. "
            "Leave one of them out."
        )
        raise ValueError(message)
    height = _usual_step(axes.curves) if step is True else float(step)
    curves = tuple(
        replace(curve, y=curve.y + number * height) if number else curve
        for number, curve in enumerate(axes.curves)
    )
    note = f"each curve is {_in_unit(height, unit)} above the one before it"
    return replace(axes, curves=curves, shapes=(), note=note, is_stacked=True)


def _in_unit(height: float, unit: str) -> str:
    shown, size = choose_unit(unit, 0.0, height)
    return f"{height / size:,.4g} {shown}".rstrip()


def _usual_step(curves: Sequence[Curve]) -> float:
    """Return a step of one digit that is half of the median height."""
    ends = [found for curve in curves if (found := extent([curve.y])) is not None]
    height = SHARE * float(np.median([high - low for low, high in ends])) if ends else 0.0
    if not height > 0 or not np.isfinite(height):
        return 1.0
    size = 10 ** np.floor(np.log10(height))
    return float(size * max(1, round(height / size)))
