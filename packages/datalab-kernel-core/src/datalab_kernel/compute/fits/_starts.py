"""Where a fit begins: found in the data, so that people needn't say it.

What a model is linear in is solved for; only the rest is guessed. Of a model of which nothing
is known, the rest is tried, over the scales that the data have.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from datalab_kernel.compute.fits._models import Model, Part

Array = np.ndarray[Any, Any]
_SAMPLES = 400
"""Points that are looked at where a model is tried."""
_TRIALS = 600
_POINTS = 100
"""At how many places it is looked what a model is linear in, until its parameters matter."""
_GONE_ON = 6
"""From how many of the best trials it is gone on."""
_SMALL = 1e-6
_ABOVE_NOISE = 8.0
"""So many standard deviations of what noise is left after smoothing, a peak rises at least."""


def starts_of(
    model: Model,
    x: Array,
    y: Array,
    given: Mapping[str, float],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> dict[str, float]:
    """Return a start value for each parameter.

    Parameters
    ----------
    model
        What is to be fitted.
    x, y
        Finite, of shape ``(n,)``.
    given
        Those that are known already; they stay.
    bounds
        Least and greatest values of some.
    """
    known = {**model.starts, **given}
    missing = [name for name in model.parameters if name not in known]
    if not missing:
        return {name: known[name] for name in model.parameters}
    if not model.parts:
        return _tried(model, *_thinned(x, y), known, bounds)
    if not any(part.shape.is_peak for part in model.parts):  # which may be narrow
        x, y = _thinned(x, y)
    guesses = {**_guessed(model.parts, *_in_order(x, y)), **known}
    linear = [
        part.prefix + name
        for part in model.parts
        for name in part.shape.linear
        if part.prefix + name not in known
    ]
    return _solved(model, x, y, guesses, linear)[0]


def _in_order(x: Array, y: Array) -> tuple[Array, Array]:
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def _thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """Return some of many points, which were in an order."""
    step = max(1, len(x) // _SAMPLES)
    return x[::step], y[::step]


# -- what a model is linear in ------------------------------------------------------------


def _solved(
    model: Model, x: Array, y: Array, values: Mapping[str, float], linear: Sequence[str]
) -> tuple[dict[str, float], float]:
    """Return values of which the linear ones fit best, and the sum of squares that is left."""
    base = {name: float(values.get(name, 0.0)) for name in model.parameters}
    zeros = {**base, **dict.fromkeys(linear, 0.0)}
    with np.errstate(all="ignore"):
        flat = model.draw(x, zeros)
        rest = y - flat
        columns = [model.draw(x, {**zeros, name: 1.0}) - flat for name in linear]
        matrix = np.array(columns).reshape(len(linear), len(x)).T
        if not (np.isfinite(rest).all() and np.isfinite(matrix).all()):
            return base, np.inf
        scales = np.linalg.norm(matrix, axis=0)
        scales[scales == 0] = 1.0
        found = np.linalg.lstsq(matrix / scales, rest, rcond=None)[0]
        left = rest - matrix / scales @ found
        return {**base, **dict(zip(linear, map(float, found / scales), strict=True))}, float(
            left @ left
        )


# -- named shapes -------------------------------------------------------------------------


def _guessed(parts: Sequence[Part], x: Array, y: Array) -> dict[str, float]:
    """Guess what shapes aren't linear in; x is in order."""
    peaks = [part for part in parts if part.shape.is_peak]
    decays = [part for part in parts if part.shape.name == "exponential"]
    guesses: dict[str, float] = {}
    has_slope = any(part.shape.is_background and len(part.shape.parameters) > 1 for part in parts)
    for part, (center, sigma) in zip(
        peaks, _peaks(x, y, len(peaks), has_slope=has_slope), strict=True
    ):
        guesses |= {part.prefix + "x0": center, part.prefix + "sigma": sigma}
    if decays:
        rate = _rate(x, y)
        spread = len(decays) - 1
        for place, part in enumerate(decays):
            guesses[part.prefix + "b"] = rate * 4.0 ** (place - spread / 2)
    for part in parts:
        if part not in peaks and part not in decays and not part.shape.is_background:
            guesses |= _by_sigima(part, x, y)
    return guesses


def _by_sigima(part: Part, x: Array, y: Array) -> dict[str, float]:
    from sigima.tools.signal.fitting import FIT_TYPE_MAPPING

    computer = FIT_TYPE_MAPPING[_fit_type(part)](x, y)
    found = computer.compute_initial_params()
    held = {name: value for name, value in part.shape.held.items() if value is not None}
    return {
        part.prefix + name: float(value)
        for name, value in {**found, **held}.items()
        if name in part.shape.parameters
    }


def _fit_type(part: Part) -> str:
    from datalab_kernel.compute.fits._shapes import shapes

    return shapes()[part.shape.name].fit_type


def _rate(x: Array, y: Array) -> float:
    """Return b of ``a exp(b x) + c``, which its integral is linear in."""
    widths = np.diff(x)
    integral = np.concatenate([[0.0], np.cumsum(widths * (y[1:] + y[:-1]) / 2)])
    columns = np.array([integral, x - x[0], np.ones_like(x)])
    scales = np.linalg.norm(columns, axis=1, keepdims=True)
    scales[scales == 0] = 1.0
    rate = float(np.linalg.lstsq((columns / scales).T, y, rcond=None)[0][0] / scales[0, 0])
    span = float(x[-1] - x[0]) or 1.0
    steepest = len(x) / span
    if not np.isfinite(rate) or rate == 0:
        rate = -1 / span
    return float(np.clip(rate, -steepest, steepest))


def _peaks(x: Array, y: Array, count: int, *, has_slope: bool) -> list[tuple[float, float]]:
    """Return the centre and the standard deviation of peaks, the first one first."""
    from scipy.signal import find_peaks, peak_widths

    if not count:
        return []
    height = y - _baseline(x, y, has_slope=has_slope)
    height *= 1.0 if height.max() >= -height.min() else -1.0
    width = max(1, len(x) // 50)
    smooth = np.convolve(np.pad(height, width // 2, mode="edge"), np.ones(width) / width, "same")
    smooth = smooth[width // 2 : width // 2 + len(x)]
    padded = np.concatenate([[smooth.min()], smooth, [smooth.min()]])  # so that ends may be peaks
    places, facts = find_peaks(padded, prominence=0.0)
    prominences = facts["prominences"]
    are_clear = prominences > _ABOVE_NOISE * _noise(y) / width**0.5
    if are_clear.any():  # where none is, a weak one is among them
        places, prominences = places[are_clear], prominences[are_clear]
    span = float(x[-1] - x[0]) or 1.0
    if not len(places):
        return [(float(np.median(x)), span / 10)] * count
    best = np.argsort(prominences)[::-1][:count]
    step = span / max(1, len(x) - 1)
    found = [
        (float(x[places[one] - 1]), float(max(samples, 1.0) * step / 2.355))
        for one, samples in zip(best, peak_widths(padded, places[best], 0.5)[0], strict=True)
    ]
    while len(found) < count:  # several in one: on both sides of the widest
        center, sigma = max(found, key=lambda peak: peak[1])
        found.remove((center, sigma))
        found += [(center - sigma * 0.7, sigma * 0.8), (center + sigma * 0.7, sigma * 0.8)]
    return sorted(found)


def _noise(y: Array) -> float:
    """Return the standard deviation of what changes from point to point, outside of peaks."""
    bends = np.diff(y, 2)
    return float(np.median(np.abs(bends))) * 1.4826 / 6.0**0.5 if len(bends) else 0.0


def _baseline(x: Array, y: Array, *, has_slope: bool) -> Array:
    edge = max(1, len(x) // 10)
    if not has_slope:
        return np.full_like(y, np.median(np.concatenate([y[:edge], y[-edge:]])))
    ends = [np.median(x[:edge]), np.median(x[-edge:])]
    slope = (np.median(y[-edge:]) - np.median(y[:edge])) / ((ends[1] - ends[0]) or 1.0)
    line: Array = np.median(y[:edge]) + slope * (x - ends[0])
    return line


# -- models of which nothing is known -----------------------------------------------------


def _tried(
    model: Model,
    x: Array,
    y: Array,
    known: Mapping[str, float],
    bounds: Mapping[str, tuple[float | None, float | None]],
) -> dict[str, float]:
    """Try values over the scales of the data; go on from the best of them, and return the best."""
    free = [name for name in model.parameters if name not in known]
    linear = _linear(model, x, known, [name for name in free if name not in bounds])
    others = [name for name in free if name not in linear]
    found: list[tuple[float, dict[str, float]]] = []
    for trial in _trials(
        [_allowed(_scales(x, y), *bounds.get(name, (None, None))) for name in others]
    ):
        values = {**known, **dict(zip(others, trial, strict=True))}
        try:
            values, left = _solved(model, x, y, values, linear)
        except (ArithmeticError, ValueError):  # what a function says of values that it can't take
            continue
        if np.isfinite(left):
            found.append((left, values))
    found = sorted(found, key=lambda one: one[0])[:_GONE_ON] if others else found[:1]
    gone_on = (
        [_gone_on(model, x, y, values, (others, linear)) for _, values in found] if others else []
    )
    best = min([*gone_on, *found], key=lambda one: one[0], default=(0.0, dict(known)))[1]
    return {name: float(best.get(name, 1.0)) for name in model.parameters}


def _trials(scales: Sequence[Sequence[float]]) -> Iterable[Sequence[float]]:
    """Return all combinations, or some where there are too many."""
    if prod(map(len, scales)) <= _TRIALS:
        return product(*scales)
    random = np.random.default_rng(0)
    return [
        [values[int(random.integers(len(values)))] for values in scales] for _ in range(_TRIALS)
    ]


def _allowed(scales: Sequence[float], low: float | None, high: float | None) -> list[float]:
    """Return the values within bounds; if none is, one that is."""
    lowest, highest = -np.inf if low is None else low, np.inf if high is None else high
    allowed = [value for value in scales if lowest < value < highest]
    inside = [end for end in (low, high) if end is not None]
    return allowed or [sum(inside) / len(inside)]


def _gone_on(
    model: Model,
    x: Array,
    y: Array,
    values: Mapping[str, float],
    names: tuple[list[str], list[str]],
) -> tuple[float, dict[str, float]]:
    """Improve a trial a little, by what the model isn't linear in (the first names)."""
    from scipy.optimize import least_squares

    others, linear = names

    def left(trial: Array) -> Array:
        known = {**values, **dict(zip(others, map(float, trial), strict=True))}
        rest = y - model.draw(x, _solved(model, x, y, known, linear)[0])
        finite: Array = np.nan_to_num(rest, nan=1e150, posinf=1e150, neginf=-1e150)
        return finite

    begin = np.array([values[name] for name in others])
    try:
        found = least_squares(left, begin, x_scale="jac", max_nfev=10)
        known = {**values, **dict(zip(others, map(float, found.x), strict=True))}
        improved, squares = _solved(model, x, y, known, linear)
    except (ArithmeticError, ValueError):
        return np.inf, dict(values)
    return squares, improved


def _scales(x: Array, y: Array) -> list[float]:
    span = float(np.ptp(x)) or 1.0
    lengths = [span * factor for factor in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)]
    places = [float(x[np.argmax(y)]), float(x[np.argmin(y)])]
    places += [float(place) for place in np.quantile(x, [0.1, 0.3, 0.5, 0.7, 0.9])]
    plain = [1.0, 0.3, 2.0]
    inverse = [1 / length for length in lengths]
    signed = [*lengths, *inverse, *plain]
    return [*dict.fromkeys([*signed, *places, *(-value for value in signed)])]


def _linear(model: Model, x: Array, known: Mapping[str, float], free: Sequence[str]) -> list[str]:
    """Return the parameters that a model is linear in, together: mixed differences are none."""
    scales = _scales(x, x)
    random = np.random.default_rng(1)
    linear: list[str] = []
    for _ in range(_POINTS):
        draws = random.choice(scales, len(model.parameters)) * random.uniform(0.7, 1.3)
        base = {**dict(zip(model.parameters, map(float, draws), strict=True)), **known}
        if all(_moves(model, x, base, name) for name in free):
            break
    else:
        return []
    for name in free:
        if all(_is_bilinear(model, x, base, name, other) for other in (name, *linear)):
            linear.append(name)
    return linear


def _moves(model: Model, x: Array, base: Mapping[str, float], name: str) -> bool:
    """Say whether a parameter has an influence at a point."""
    try:
        with np.errstate(all="ignore"):
            here = model.draw(x, base)
            change = model.draw(x, {**base, name: base[name] * 1.5}) - here
    except (ArithmeticError, ValueError):
        return False
    size = float(np.max(np.abs(here)))
    return bool(np.isfinite(change).all() and np.max(np.abs(change)) > 1e3 * _SMALL * size > 0)


def _is_bilinear(model: Model, x: Array, base: Mapping[str, float], one: str, other: str) -> bool:
    """Say whether changing two parameters, or one twice, is the sum of both changes."""
    steps = {one: base[one] * 0.5, other: base[other] * 0.5}
    moved = {**base, one: base[one] + steps[one]}
    also = {**base, other: base[other] + steps[other]}
    both = {**moved, other: moved[other] + steps[other]}
    try:
        with np.errstate(all="ignore"):
            curves = [model.draw(x, values) for values in (base, moved, also, both)]
            difference = curves[3] - curves[1] - curves[2] + curves[0]
            size = _SMALL * float(np.max(np.abs(curves)))
            return bool(np.all(np.abs(difference) <= size))
    except (ArithmeticError, ValueError):
        return False
