"""The shapes that can be fitted by name: Sigima's, with the parameters that DataLab has for them.

For the same parameters a shape gives DataLab's curve, because Sigima's own function draws it.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array = np.ndarray[Any, Any]
FWHM_OF_GAUSSIAN = 2 * math.sqrt(2 * math.log(2))
FWHM_OF_VOIGT = 3.6011356772031577
"""Of Sigima's, whose Lorentzian half width is the Gaussian's standard deviation."""
HIGHEST_DEGREE = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A curve that can be fitted.

    ``call(x, *values)`` draws it, with a value for each of ``parameters``. ``offset`` is the
    parameter that is added to all of it; ``linear`` are those that it is proportional to, or a
    sum of; ``positive`` those that can't be negative. ``held`` are values that aren't varied
    unless somebody asks for it, because the data can't tell them. ``derived`` are further
    quantities: from which parameter, by which factor or as what power. ``fit_type`` is Sigima's
    name for it; empty, if it has none.
    """

    name: str
    call: Callable[..., Array]
    parameters: tuple[str, ...]
    offset: str = ""
    linear: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    held: Mapping[str, float | None] = field(default_factory=dict)
    derived: Mapping[str, tuple[str, float, int]] = field(default_factory=dict)
    fit_type: str = ""
    is_peak: bool = False
    is_background: bool = False


def _shape(name: str, fit_type: str = "", **facts: Any) -> Shape:
    from sigima.tools.signal.fitting import FIT_TYPE_MAPPING

    fit_type = fit_type or name
    computer = FIT_TYPE_MAPPING[fit_type]
    return Shape(
        name=name,
        call=computer.evaluate,
        parameters=tuple(computer.PARAMS_NAMES),
        fit_type=fit_type,
        **facts,
    )


def _peak(name: str, width: float) -> Shape:
    return _shape(
        name,
        offset="y0",
        linear=("amplitude", "y0"),
        positive=("sigma",),
        derived={"fwhm": ("sigma", width, 1)},
        is_peak=True,
    )


def _polynomial(name: str, degree: int) -> Shape:
    names = tuple(string.ascii_lowercase[: degree + 1])
    return Shape(
        name=name,
        call=_power_series,
        parameters=names,
        offset=names[-1],
        linear=names,
        fit_type="linear" if degree == 1 else "polynomial",
        is_background=True,
    )


def _power_series(x: Array, *coefficients: float) -> Array:
    return np.polyval(coefficients, x)


def _constant(x: Array, y0: float) -> Array:
    return np.full_like(x, y0, dtype=float)


@cache
def shapes() -> Mapping[str, Shape]:
    """Return the shapes by name, in alphabetical order.

    Examples
    --------
    >>> shapes()["exponential"].parameters
    ('a', 'b', 'y0')
    """
    found = [
        Shape(
            name="constant",
            call=_constant,
            parameters=("y0",),
            offset="y0",
            linear=("y0",),
            is_background=True,
        ),
        _polynomial("linear", 1),
        *(_polynomial(f"polynomial{degree}", degree) for degree in range(2, HIGHEST_DEGREE + 1)),
        _peak("gaussian", FWHM_OF_GAUSSIAN),
        _peak("lorentzian", 2.0),
        _peak("voigt", FWHM_OF_VOIGT),
        _shape(
            "exponential",
            offset="y0",
            linear=("a", "y0"),
            derived={"tau": ("b", -1.0, -1)},
        ),
        _shape("sinusoidal", offset="offset", linear=("amplitude", "offset")),
        _shape("cdf", offset="baseline", linear=("amplitude", "baseline"), positive=("sigma",)),
        _shape("sigmoid", offset="offset", linear=("amplitude", "offset")),
        _shape("planckian", offset="y0", linear=("amp", "y0"), held={"sigma": 1.0}),
        _shape(
            "twohalfgaussian",
            linear=("amp_left", "amp_right", "y0_left", "y0_right"),
            positive=("sigma_left", "sigma_right"),
        ),
        _shape("piecewiseexponential", "doubleexponential", held={"x_center": None}),
    ]
    return {shape.name: shape for shape in sorted(found, key=lambda shape: shape.name)}


def without_offset(shape: Shape) -> Shape:
    """Return a shape whose offset is left to another one of the same sum."""
    if not shape.offset:
        return shape
    place = shape.parameters.index(shape.offset)
    return Shape(
        name=shape.name,
        call=partial(_at_zero, shape.call, place),
        parameters=tuple(name for name in shape.parameters if name != shape.offset),
        linear=tuple(name for name in shape.linear if name != shape.offset),
        positive=shape.positive,
        held=shape.held,
        derived=shape.derived,
        is_peak=shape.is_peak,
    )


def _at_zero(call: Callable[..., Array], place: int, x: Array, *values: float) -> Array:
    return call(x, *values[:place], 0.0, *values[place:])
