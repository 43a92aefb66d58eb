"""Units of a model's parameters, from how it scales.

If x is stretched by a factor, a model keeps its curve when each parameter is scaled by a power of
that factor; so it is with y. These powers are its dimensions. They solve Euler's equation for
homogeneous functions, which is linear in them, whatever the model: no formula is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.units import of_powers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.compute.fits._models import Model

Array = np.ndarray[Any, Any]
Powers = tuple[float, float]
"""Of x and of y."""
_STEP = 1e-6
_SAMPLES = 500
_EXACT = 1e-4
"""How well the equation must hold, and how near a power must be to a multiple of a half."""


def powers_of(model: Model, x: Array, y: Array, values: Mapping[str, float]) -> dict[str, Powers]:
    """Return the powers of x and of y that parameters are measured in; of some, none are known.

    Parameters
    ----------
    model
        What was fitted.
    x, y
        The data, of shape ``(n,)``; y gives the size of what is 0.
    values
        Of the parameters.
    """
    step = max(1, len(x) // _SAMPLES)
    x = x[::step]
    size = float(np.std(y)) or 1.0
    at = {name: float(value) or size for name, value in values.items()}
    try:
        with np.errstate(all="ignore"):
            curve = model.draw(x, at)
            by_x = (model.draw(x * (1 + _STEP), at) - model.draw(x * (1 - _STEP), at)) / (2 * _STEP)
            columns = np.array([_logarithmic(model, x, at, name) for name in at]).T
    except (ArithmeticError, ValueError):
        return {}
    if not all(np.isfinite(part).all() for part in (curve, by_x, columns)):
        return {}
    scales = np.linalg.norm(columns, axis=0)
    if not scales.all() or len(x) < len(at):
        return {}
    left, singular, rows = np.linalg.svd(columns / scales, full_matrices=False)
    is_seen = singular >= _EXACT * singular[0]
    is_known = np.all(np.abs(rows[~is_seen]) < _EXACT, axis=0)
    part = left[:, is_seen], singular[is_seen], rows[is_seen]
    powers_x, powers_y = (_solved(part, columns, scales, one) for one in (-by_x, curve))
    if powers_x is None or powers_y is None:
        return {}
    found = {}
    for place, name in enumerate(at):
        powers = _exact(powers_x[place]), _exact(powers_y[place])
        if is_known[place] and powers[0] is not None and powers[1] is not None:
            found[name] = (powers[0], powers[1])
    return found


def _logarithmic(model: Model, x: Array, at: Mapping[str, float], name: str) -> Array:
    """Return the derivative of a model by the logarithm of a parameter."""
    above = model.draw(x, {**at, name: at[name] * (1 + _STEP)})
    below = model.draw(x, {**at, name: at[name] * (1 - _STEP)})
    derivative: Array = (above - below) / (2 * _STEP)
    return derivative


def _solved(
    part: tuple[Array, Array, Array], columns: Array, scales: Array, wanted: Array
) -> Array | None:
    """Return what the columns give something wanted by, by their singular values; None, if by nothing."""
    left, singular, rows = part
    found: Array = rows.T @ (left.T @ wanted / singular) / scales
    size = np.linalg.norm(columns * found, axis=0).sum() + np.linalg.norm(wanted)
    return found if np.linalg.norm(wanted - columns @ found) <= _EXACT * size else None


def _exact(power: float) -> float | None:
    nearest = round(2 * power) / 2
    return nearest if abs(power - nearest) < 10 * _EXACT else None


def unit_of(powers: Powers | None, xunit: str, yunit: str) -> str:
    """Return the unit of a parameter; empty, if it isn't known or there is none.

    Examples
    --------
    >>> unit_of((-1, 1), "s", "V"), unit_of((1, 0), "s", ""), unit_of((-1, 1), "s", "")
    ('V/s', 's', '')
    """
    if powers is None:
        return ""
    pairs = [(yunit.strip(), powers[1]), (xunit.strip(), powers[0])]
    if any(power and not unit for unit, power in pairs):
        return ""
    return of_powers(*pairs)
