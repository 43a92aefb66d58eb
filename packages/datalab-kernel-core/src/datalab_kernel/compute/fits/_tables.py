"""What a fit found, as the tables that DataLab and the history keep."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute.fits._dimensions import powers_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.compute.fits._data import Data
    from datalab_kernel.compute.fits._models import Model

Array = np.ndarray[Any, Any]
NAME, STATISTICS, CORRELATIONS = "fit", "fit_statistics", "fit_correlations"
"""Of the three tables."""
COLUMNS = ("parameter", "value", "uncertainty", "unit", "start", "role")
_NAN = float("nan")
_SINGULAR = 1e-13
"""An eigenvalue of correlations that is none; NIST's hardest data set has 3e-10."""
_PART = 1e-3
"""How much of such a direction a parameter must be."""


def _table(name: str, title: str, headers: Sequence[str], rows: list[list[Any]]) -> Any:
    from sigima.objects import NO_ROI, TableResult

    return TableResult(
        title=title,
        headers=[*headers],
        data=rows,
        roi_indices=[NO_ROI] * len(rows),
        func_name=name,
    )


def tables_of(
    model: Model,
    data: Data,
    found: Any,
    units: tuple[str, str],
    unseen: Sequence[str],
) -> tuple[Any, Any, Any | None]:
    """Return the tables of parameters, of statistics and of correlations (None if unknown).

    Parameters
    ----------
    model, data
        What was fitted to what.
    found
        lmfit's result.
    units
        Of x and of y.
    unseen
        The parameters whose uncertainty isn't known.
    """
    values = {name: float(found.params[name].value) for name in model.parameters}
    powers = powers_of(model, data.x, data.y, values)
    rows = [
        [
            name,
            values[name],
            _NAN if name in unseen else _deviation(found.params[name]),
            unit_of(powers.get(name), *units),
            _NAN if found.params[name].expr else float(found.init_values.get(name, values[name])),
            _role(found.params[name]),
        ]
        for name in model.parameters
    ]
    rows += [
        row
        for row in _derived(model, found, powers, units)
        if model.derived[row[0]][0] not in unseen
    ]
    title = f"Fit of {model.title}"
    parameters = _table(NAME, title, COLUMNS, rows)
    correlations = None if unseen else _correlations(model, found)
    return parameters, _statistics(model, data, found), correlations


def unseen_in(found: Any) -> tuple[str, ...]:
    """Return the varied parameters of which lmfit's result can't tell how uncertain they are.

    Where parameters only matter together, their correlations leave no freedom: within rounding,
    the matrix of these is singular.
    """
    names = tuple(found.var_names)
    covariance = getattr(found, "covar", None)
    if covariance is None:
        return names
    deviations = np.sqrt(np.diag(covariance))
    if not np.isfinite(covariance).all():
        return names
    if not deviations.all():  # an exact fit, which leaves no residuals
        return ()
    correlations = covariance / np.outer(deviations, deviations)
    sizes, directions = np.linalg.eigh(correlations)
    is_unseen = np.any(np.abs(directions[:, sizes < _SINGULAR]) > _PART, axis=1)
    return tuple(name for name, one in zip(names, is_unseen, strict=True) if one)


def _deviation(parameter: Any) -> float:
    """Return the standard deviation of a parameter: of a fixed one 0, NaN if it isn't known."""
    if not parameter.vary and not parameter.expr:
        return 0.0
    return _NAN if parameter.stderr is None else float(parameter.stderr)


def _role(parameter: Any) -> str:
    if parameter.expr:
        return f"= {parameter.expr}"
    return "fitted" if parameter.vary else "fixed"


def _derived(
    model: Model, found: Any, powers: dict[str, tuple[float, float]], units: tuple[str, str]
) -> Iterator[list[Any]]:
    for name, (of, factor, power) in model.derived.items():
        value = float(found.params[of].value)
        if value == 0 and power < 0:
            continue
        slope = abs(factor * power * value ** (power - 1))
        own = powers.get(of)
        scaled = None if own is None else (own[0] * power, own[1] * power)
        yield [
            name,
            factor * value**power,
            slope * _deviation(found.params[of]),
            unit_of(scaled, *units),
            _NAN,
            f"from {of}",
        ]


def residuals_of(data: Data, found: Any) -> Array:
    """Return the residuals of the points, of shape ``(n,)``, whatever their weights."""
    residuals: Array = found.residual
    return residuals if data.weights is None else residuals / data.weights


def _statistics(model: Model, data: Data, found: Any) -> Any:
    squares = float(np.sum((data.y - np.mean(data.y)) ** 2))
    left = float(np.sum(residuals_of(data, found) ** 2))
    values = {
        "points": len(data.x),
        "varied": int(found.nvarys),
        "chi_square": float(found.chisqr),
        "reduced_chi_square": float(found.chisqr) / found.nfree if found.nfree > 0 else _NAN,
        "rms_residual": float(np.sqrt(left / len(data.x))),
        "r_squared": 1 - left / squares if squares else _NAN,
        "aic": float(found.aic),
        "bic": float(found.bic),
        "weighted": data.weights is not None,
        "evaluations": int(found.nfev),
    }
    return _table(STATISTICS, f"Fit of {model.title}: statistics", [*values], [[*values.values()]])


def _correlations(model: Model, found: Any) -> Any | None:
    names = [name for name in model.parameters if found.params[name].vary]
    if len(names) < 2 or not getattr(found, "errorbars", False):  # noqa: PLR2004 - of two
        return None
    rows = [[one, other, _correlation(found, one, other)] for one, other in combinations(names, 2)]
    title = f"Fit of {model.title}: correlations"
    return _table(CORRELATIONS, title, ["parameter", "with", "correlation"], rows)


def _correlation(found: Any, one: str, other: str) -> float:
    known = found.params[one].correl or {}
    return float(known.get(other, _NAN))
