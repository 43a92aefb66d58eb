"""Fitting one signal: what a job of ``Workspace.fit`` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute._function import Function
from datalab_kernel.compute._jobs import Call, jobs_of
from datalab_kernel.compute.fits._data import Data, data_of
from datalab_kernel.compute.fits._jacobian import Jacobian, NotFiniteError, Residuals
from datalab_kernel.compute.fits._models import Model, model_of
from datalab_kernel.compute.fits._options import FitOptions, options_of
from datalab_kernel.compute.fits._starts import starts_of
from datalab_kernel.compute.fits._tables import residuals_of, tables_of, unseen_in
from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.errors._missing_packages import missing_package
from datalab_kernel.notes import Note
from datalab_kernel.objects._results import attach_to_result, put_result
from datalab_kernel.objects._stamps import is_by_date, keep_stamps, stamps_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sigima.objects import SignalObj

    from datalab_kernel.compute._jobs import Job
    from datalab_kernel.compute._source import Source

Array = np.ndarray[Any, Any]
_TOLERANCES = 1e-10, 1e-14
"""How near to the end of a fit; the second, again and again, while a step is left to go."""
_AGAIN = 5
_LEFT = 1e-8
"""The greatest step that may be left, of a parameter."""
_CONVERGED = frozenset({1, 2, 3, 4, 6, 7, 8})
"""MINPACK's numbers for an end at the tolerances, or below what floats can tell."""
_INSIDE = 1e-3
"""How far within its bounds a parameter begins, where their transformation has a slope."""


def fit_jobs(sources: Sequence[Source], model: Any, p0: Any, bounds: Any, fixed: Any) -> list[Job]:
    """Return a job for each signal, to which the same model is fitted.

    Raises
    ------
    MissingPackageError
        If lmfit isn't installed.
    ParameterError, OperandError
        If there is no such model or parameter; if something is no signal.
    """
    try:
        import lmfit  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "lmfit":
            raise
        raise missing_package("fit", "lmfit") from error
    images = [source.name for source in sources if source.kind != "signal"]
    if images:
        message = (
            f"fit runs on signals, and {', '.join(map(repr, images))} is an image. "
            "Fit a profile of it: calc('line_profile', …)."
        )
        raise OperandError(message, function="fit", names=images)
    options = options_of(model, model_of(model), p0, bounds, fixed)
    return jobs_of(Call(function=FIT, sources=sources, parameters=options))


def fit_signal(signal: SignalObj, options: FitOptions) -> SignalObj:
    """Fit a model to a signal.

    Parameters
    ----------
    signal
        Its regions of interest, masked and missing values and error bars are honoured.
    options
        What to fit, and how.

    Returns
    -------
    SignalObj
        The fitted curve, with the tables of what was found in its metadata.

    Raises
    ------
    OperandError
        If there are no finite values, or fewer than parameters.
    ParameterError
        If an expression that ties a parameter can't be evaluated.
    ValueError
        If the model gives no finite values where the fit begins.
    """
    with np.errstate(all="ignore"):  # a model may overflow on the way
        return _fitted(signal, model_of(options.function or options.model), options)


def _fitted(signal: SignalObj, model: Model, options: FitOptions) -> SignalObj:
    data = data_of(signal)
    params = _params(model, data, options)
    varied = [name for name, one in params.items() if one.vary]
    if not varied:
        message = "fit can't run: nothing is left to vary; each parameter is fixed or tied."
        raise ParameterError(
            message, function="fit", problems=[message], parameters=[*model.parameters]
        )
    if len(data.x) < len(varied):
        message = (
            f"fit can't run: {signal.title!r} has {len(data.x)} finite values for {len(varied)} "
            f"parameters ({', '.join(varied)}). Fix some by fixed=, or take a simpler model."
        )
        raise OperandError(message, function="fit", names=[signal.title])
    found = _minimized(model, data, params)
    unseen = unseen_in(found)
    notes = (*data.notes, *_notes(found, signal, unseen))
    residuals = residuals_of(data, found)
    units = signal.xunit or "", signal.yunit or ""
    tables = tables_of(model, data, found, units, unseen)
    is_whole = len(data.x) == len(data.x_axis)
    drawn = data.y - residuals if is_whole else model.draw(data.x_axis, found.params.valuesdict())
    curve = _curve(signal, model, data, drawn)
    for table in tables:
        if table is not None:
            put_result(curve, table)
    attach_to_result(tables[0], notes)
    put_result(curve, tables[0])
    _describe_to_sigima(curve, model, found, residuals)
    return curve


FIT = Function(
    name="fit",
    kind="signal",
    pattern="1-to-1",
    summary="Fit a model",
    call=fit_signal,
    paramclass=None,
    takes_list=False,
    aligns_x=False,
    has_own_results=True,
    is_own=True,
    package="lmfit",
)


# -- before ------------------------------------------------------------------------------


def _params(model: Model, data: Data, options: FitOptions) -> Any:
    """Return lmfit's parameters."""
    from lmfit import Parameters

    fixed = {**model.held, **options.fixed}
    for name in options.p0:  # what has a start value is to move
        if name in model.held and name not in options.fixed:
            del fixed[name]
    numbers = {name: value for name, value in fixed.items() if isinstance(value, float)}
    starts = starts_of(model, data.x, data.y, {**options.p0, **numbers}, options.bounds)
    params = Parameters()
    for name in model.parameters:
        low, high = model.bound_of(name, options.bounds)
        is_varied = name not in fixed
        start = _within(starts[name], low, high) if is_varied else starts[name]
        ends = {"min": low, "max": high} if is_varied else {}
        params.add(
            name, value=start, vary=is_varied, **{k: v for k, v in ends.items() if v is not None}
        )
    for name, value in fixed.items():
        if isinstance(value, str):
            _tie(params, name, value)
    return params


def _tie(params: Any, name: str, expression: str) -> None:
    try:
        params[name].set(expr=expression)
        params.update_constraints()
        is_finite = bool(np.isfinite(params[name].value))
    except RecursionError as error:
        raise _untied(params, name, expression, "it leads back to itself") from error
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise _untied(
            params, name, expression, reason[-1] if reason else "it can't be read"
        ) from error
    if not is_finite:
        raise _untied(params, name, expression, "it isn't finite at the start values")


def _untied(params: Any, name: str, expression: str, reason: str) -> ParameterError:
    problem = f"{name} can't be tied by {expression!r}: {reason}"
    return ParameterError(
        f"fit can't run: {problem}. The model has the parameters {', '.join(params)}.",
        function="fit",
        problems=[problem],
        parameters=[*params],
    )


def _within(start: float, low: float | None, high: float | None) -> float:
    """Return a start value within bounds, not at them: there lmfit's transformation has no slope."""
    margin = _INSIDE * (high - low if low is not None and high is not None else abs(start) or 1.0)
    if low is not None:
        start = max(start, low + margin)
    if high is not None:
        start = min(start, high - margin)
    return start


# -- the fit -----------------------------------------------------------------------------


def _minimized(model: Model, data: Data, params: Any) -> Any:
    from lmfit import Minimizer

    residuals = Residuals(model, data)
    jacobian = Jacobian(residuals, params)
    minimizer = Minimizer(
        residuals,
        params,
        scale_covar=data.weights is None,
        nan_policy="propagate",  # the residuals look themselves
    )
    options: dict[str, Any] = {"gtol": 0.0, "col_deriv": True}
    near, nearest = _TOLERANCES
    try:
        found = minimizer.leastsq(ftol=near, xtol=near, Dfun=jacobian.forward, **options)
        starts, evaluations = found.init_values, found.nfev
        before = np.inf
        for _ in range(_AGAIN):
            left = _step_left(jacobian, found) if found.ier in _CONVERGED else 0.0
            if left <= _LEFT or left > before / 2:  # there, or as near as rounding lets it come
                break
            before = left
            found = minimizer.leastsq(
                found.params, ftol=nearest, xtol=nearest, Dfun=jacobian.central, **options
            )
            evaluations += found.nfev
    except NotFiniteError as error:
        message = (
            "the model has values that aren't finite on the way from its start values. Give "
            "others by p0=, or bounds="
        )
        raise ValueError(message) from error
    found.init_values, found.nfev = starts, evaluations
    return found


def _step_left(jacobian: Jacobian, found: Any) -> float:
    """Return the part of itself that the next step would move a parameter by."""
    rows = jacobian.central(found.params)
    products = rows @ rows.T
    scales = np.sqrt(np.diag(products))
    scales[scales == 0] = 1.0
    try:
        step = np.linalg.solve(products / np.outer(scales, scales), rows @ found.residual / scales)
    except np.linalg.LinAlgError:
        return 0.0
    values = np.abs([found.params[name].value for name in found.var_names])
    return float(np.max(np.abs(step / scales) / np.maximum(values, np.finfo(float).tiny)))


# -- after -------------------------------------------------------------------------------


def _notes(found: Any, signal: SignalObj, unseen: Sequence[str]) -> list[Note]:
    notes = []
    if found.ier not in _CONVERGED:
        notes.append(
            Note(
                f"fit of {signal.title!r} didn't converge in {found.nfev:,} evaluations: its "
                "parameters are those of the last one.",
                "Give start values by p0=, bounds=, or fix a parameter by fixed=.",
            )
        )
    elif found.nfree <= 0:
        notes.append(
            Note(
                f"fit of {signal.title!r} has as many parameters as points: nothing tells how "
                "uncertain they are."
            )
        )
    elif unseen:
        notes.append(
            Note(
                f"fit of {signal.title!r} can't tell the uncertainty of {' and '.join(unseen)}, of "
                "no influence here, or only together with others.",
                "Fix one of these by fixed=, or begin elsewhere by p0=.",
            )
        )
    for name, one in found.params.items():
        if one.vary and (at := _bound_of(one)) is not None:
            notes.append(
                Note(
                    f"fit of {signal.title!r} ended with {name} at its bound, {at:g}.",
                    "Its uncertainty isn't to be trusted; wider bounds= let it go on.",
                )
            )
    if is_by_date(signal.metadata):
        first = stamps_of(signal.metadata, np.asarray(signal.xydata[0], dtype=float))[0]
        notes.append(Note(f"fit counts x in seconds from {first}."))
    return notes


def _bound_of(parameter: Any) -> float | None:
    low, high = parameter.min, parameter.max
    reach = 1e-6 * (
        (high - low) if np.isfinite(high - low) else max(abs(parameter.init_value), 1e-300)
    )
    for end in (low, high):
        if np.isfinite(end) and abs(parameter.value - end) <= reach:
            return float(end)
    return None


def _curve(signal: SignalObj, model: Model, data: Data, drawn: Array) -> SignalObj:
    """Return the fitted curve, from the first to the last point of the regions of interest."""
    from sigima.proc.signal.base import dst_1_to_1

    from datalab_kernel.objects._results import drop_results

    curve: SignalObj = dst_1_to_1(signal, FIT.name, model.title)
    drop_results(curve)
    curve.roi = None
    axis = np.asarray(signal.xydata[0], dtype=float)
    if is_by_date(signal.metadata):
        stamps = stamps_of(signal.metadata, axis)[data.places]
        keep_stamps(curve.metadata, stamps, zone_of(signal.metadata))
    vars(curve)["_xydata"] = np.array([axis[data.places], drawn])  # set_xydata makes three copies
    return curve


def _describe_to_sigima(curve: SignalObj, model: Model, found: Any, residuals: Array) -> None:
    """Let Sigima's ``evaluate_fit`` draw the curve elsewhere, where it knows its shape."""
    from sigima.tools.signal.fitting import create_fit_params

    curve.metadata.pop("fit_params", None)
    if len(model.parts) != 1 or not model.parts[0].shape.fit_type:
        return
    values = found.params.valuesdict()
    is_drawable = all(np.isfinite(value) for value in values.values())
    if is_drawable and all(values[name] > 0 for name in model.positive):
        curve.metadata["fit_params"] = create_fit_params(
            model.parts[0].shape.fit_type,
            values,
            residual_rms=float(np.sqrt(np.mean(residuals**2))),
        )
