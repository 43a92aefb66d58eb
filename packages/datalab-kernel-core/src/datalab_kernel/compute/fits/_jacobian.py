"""Derivatives of a model by its parameters, as central differences.

lmfit's own are forward differences, by which the last digits of the parameters and of their
deviations get lost.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray[Any, Any]
_STEP = float(np.finfo(float).eps ** (1 / 3))
_SEEN = 1e-9
"""The least change of a model, of its size, that tells a derivative."""


class Jacobian:
    """Derivatives of ``residual(params)``, of shape ``(variables, n)``.

    Parameters
    ----------
    residual
        What is minimized, of shape ``(n,)``.
    params
        lmfit's; their start values say of what size each may be.
    """

    def __init__(self, residual: Callable[[Any], Array], params: Any) -> None:
        self._residual = residual
        self._params = deepcopy(params)
        self._is_tied = any(one.expr for one in params.values())
        self._sizes = {name: abs(one.value) for name, one in params.items()}

    def __call__(self, params: Any) -> Array:
        """Return the derivatives at the values of lmfit's parameters."""
        for name, one in params.items():
            if not one.expr:
                self._params[name].value = one.value
        return np.array([self._row(name) for name, one in params.items() if one.vary])

    def _row(self, name: str) -> Array:
        parameter = self._params[name]
        value = parameter.value
        size = max(abs(value), self._sizes[name]) or 1.0
        for _ in range(5):
            high = min(value + _STEP * size, parameter.max)
            low = max(value - _STEP * size, parameter.min)
            above, below = self._at(name, high), self._at(name, low)
            change = above - below
            largest = np.max(np.abs(above), initial=0.0)
            if not largest or np.max(np.abs(change), initial=0.0) > _SEEN * _STEP * largest:
                break
            size *= 1e3
        self._at(name, value)
        row: Array = change / ((high - low) or 1.0)
        return row

    def _at(self, name: str, value: float) -> Array:
        self._params[name].value = value
        if self._is_tied:
            self._params.update_constraints()
        return self._residual(self._params)
