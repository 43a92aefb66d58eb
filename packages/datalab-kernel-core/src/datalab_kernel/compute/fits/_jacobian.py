"""Derivatives of a model by its parameters, as central differences.

lmfit's own are forward differences, by which the last digits of the parameters and of their
deviations get lost.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.compute.fits._data import Data
    from datalab_kernel.compute.fits._models import Model

Array = np.ndarray[Any, Any]
_STEP = float(np.finfo(float).eps ** (1 / 3))
_NOTHING = 1e-4
"""Below this part of its start value, a parameter is as good as 0."""
_SEEN = 1e-9
"""The least change of a model, of its size, that tells a derivative."""


class Jacobian:
    """Derivatives of what a fit minimizes, of shape ``(variables, n)``.

    Parameters
    ----------
    model, data
        What is fitted to what.
    params
        lmfit's; their start values say of what size each may be.
    """

    def __init__(self, model: Model, data: Data, params: Any) -> None:
        self._model, self._data = model, data
        is_tied = any(one.expr for one in params.values())
        self._tied = deepcopy(params) if is_tied else None
        self._sizes = {name: abs(one.value) for name, one in params.items()}
        self._seen: set[str] = set()
        self._largest = float(np.max(np.abs(data.y))) * _SEEN * _STEP

    def __call__(self, params: Any) -> Array:
        """Return the derivatives at the values of lmfit's parameters."""
        values = params.valuesdict()
        rows = np.array([self._row(one, values) for one in params.values() if one.vary])
        return rows if self._data.weights is None else rows * self._data.weights

    def _row(self, parameter: Any, values: dict[str, float]) -> Array:
        """Return the derivatives by one parameter, of the data minus the model."""
        name = parameter.name
        row, change = self._difference(parameter, values)
        for _ in range(0 if name in self._seen else 5):
            if max(change.max(), -change.min()) > self._largest:
                self._seen.add(name)
                break
            # It has begun at 0, or far below what matters
            self._sizes[name] = max(1e3 * self._sizes[name], abs(parameter.value)) or 1.0
            row, change = self._difference(parameter, values)
        return row

    def _difference(self, parameter: Any, values: dict[str, float]) -> tuple[Array, Array]:
        """Return the derivatives by a parameter, and the change that they were taken of."""
        size, start = abs(parameter.value), self._sizes[parameter.name]
        step = _STEP * ((size if size > _NOTHING * start else start) or 1.0)
        high = min(parameter.value + step, parameter.max)
        low = max(parameter.value - step, parameter.min)
        change = self._at(values, parameter.name, low)
        change = change - self._at(values, parameter.name, high)
        return change / ((high - low) or 1.0), change

    def _at(self, values: dict[str, float], name: str, value: float) -> Array:
        moved = {**values, name: value}
        if self._tied is not None:
            for one in self._tied.values():
                if not one.expr:
                    one.value = moved[one.name]
            self._tied.update_constraints()
            moved = self._tied.valuesdict()
        return self._model.draw(self._data.x, moved)
