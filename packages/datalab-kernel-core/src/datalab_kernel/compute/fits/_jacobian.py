"""What a fit minimizes, and its derivatives: forward differences on the way, central ones at its end.

Forward differences cost half as many curves, but lose the last digits of the parameters and of
their deviations.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.compute.fits._data import Data
    from datalab_kernel.compute.fits._models import Model

Array = np.ndarray[Any, Any]
_FORWARD = float(np.finfo(float).eps ** (1 / 2))
_CENTRAL = float(np.finfo(float).eps ** (1 / 3))
"""The steps, of a parameter's size."""
_NOTHING = 1e-4
"""Below this part of its start value, a parameter is as good as 0."""
_SEEN = 1e-9
"""The least change of a model, of its size, that tells a derivative."""


class NotFiniteError(ValueError):
    """A model has values on its way that aren't finite."""


def _finite(values: Array) -> Array:
    """Return values that are finite; their sum says so where it is, much faster than all of them."""
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        raise NotFiniteError
    return values


class Residuals:
    """The weighted data minus the model, of shape ``(n,)``, at the values of lmfit's parameters.

    MINPACK and lmfit ask for the same values several times in turn: the last curve is kept.

    Parameters
    ----------
    model, data
        What is fitted to what.
    """

    def __init__(self, model: Model, data: Data) -> None:
        self.model, self.data = model, data
        self._at: dict[str, float] | None = None
        self._curve: Array = data.y

    def __call__(self, params: Any) -> Array:
        """Return the residuals.

        Raises
        ------
        NotFiniteError
            If the model has values there that aren't finite.
        """
        rest: Array = self.data.y - self.curve(params.valuesdict())
        return _finite(rest if self.data.weights is None else rest * self.data.weights)

    def curve(self, values: dict[str, float]) -> Array:
        """Return the model's curve."""
        if values != self._at:
            self._curve, self._at = self.model.draw(self.data.x, values), values
        return self._curve


class Jacobian:
    """Derivatives of residuals, of shape ``(variables, n)``.

    Parameters
    ----------
    residuals
        Of what.
    params
        lmfit's; their start values say of what size each may be.
    """

    def __init__(self, residuals: Residuals, params: Any) -> None:
        self._residuals = residuals
        is_tied = any(one.expr for one in params.values())
        self._tied = deepcopy(params) if is_tied else None
        self._sizes = {name: abs(one.value) for name, one in params.items()}
        self._seen: set[str] = set()
        self._least = float(np.max(np.abs(residuals.data.y))) * _SEEN
        self._last: tuple[dict[str, float], Array] | None = None

    def forward(self, params: Any) -> Array:
        """Return forward differences at the values of lmfit's parameters."""
        values = params.valuesdict()
        if self._last is None or self._last[0] != values:
            self._last = values, self._rows(params, _FORWARD, self._one_sided)
        return self._last[1]

    def central(self, params: Any) -> Array:
        """Return central differences at the values of lmfit's parameters."""
        return self._rows(params, _CENTRAL, self._two_sided)

    def _rows(self, params: Any, part: float, difference: Any) -> Array:
        values = params.valuesdict()
        rows = np.array(
            [self._row(one, values, part, difference) for one in params.values() if one.vary]
        )
        weights = self._residuals.data.weights
        return _finite(rows if weights is None else rows * weights)

    def _row(self, parameter: Any, values: dict[str, float], part: float, difference: Any) -> Array:
        """Return the derivatives by one parameter, of the data minus the model."""
        name = parameter.name
        change, width = difference(parameter, values, part * self._size(parameter))
        for _ in range(0 if name in self._seen else 5):
            if max(change.max(), -change.min()) > self._least * part:
                self._seen.add(name)
                break
            # It has begun at 0, or far below what matters
            self._sizes[name] = max(1e3 * self._sizes[name], abs(parameter.value)) or 1.0
            change, width = difference(parameter, values, part * self._size(parameter))
        row: Array = change / (width or 1.0)
        return row

    def _size(self, parameter: Any) -> float:
        size, start = abs(parameter.value), self._sizes[parameter.name]
        return (size if size > _NOTHING * start else start) or 1.0

    def _one_sided(
        self, parameter: Any, values: dict[str, float], step: float
    ) -> tuple[Array, float]:
        """Return the change of the residuals over a step, and how long it was."""
        here = parameter.value
        there = here + step if here + step <= parameter.max else max(here - step, parameter.min)
        change: Array = self._residuals.curve(values) - self._at(values, parameter.name, there)
        return change, there - here

    def _two_sided(
        self, parameter: Any, values: dict[str, float], step: float
    ) -> tuple[Array, float]:
        """Return the change of the residuals over two steps, and how long these were."""
        high = min(parameter.value + step, parameter.max)
        low = max(parameter.value - step, parameter.min)
        below = self._at(values, parameter.name, low)
        change: Array = below - self._at(values, parameter.name, high)
        return change, high - low

    def _at(self, values: dict[str, float], name: str, value: float) -> Array:
        moved = {**values, name: value}
        if self._tied is not None:
            for one in self._tied.values():
                if not one.expr:
                    one.value = moved[one.name]
            self._tied.update_constraints()
            moved = self._tied.valuesdict()
        return self._residuals.model.draw(self._residuals.data.x, moved)
