"""Baselines of spectra, by pybaselines: what lies below peaks, and spectra without it."""

from __future__ import annotations

import threading
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import Noted, own_function
from datalab_kernel.compute.own._inputs import check_finite
from datalab_kernel.compute.own._results import signal_like
from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.notes import Note
from datalab_kernel.objects._fields import ROI_KEY, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sigima.objects import SignalObj

Array = np.ndarray[Any, Any]

_SMOOTH: Final = ("lam", "diff_order", "max_iter", "tol")
_POLYNOMIAL: Final = ("poly_order", "tol", "max_iter")
METHODS: Final[dict[str, tuple[str, ...]]] = {
    "arpls": _SMOOTH,
    "asls": ("p", *_SMOOTH),
    "airpls": _SMOOTH,
    "iarpls": _SMOOTH,
    "aspls": _SMOOTH,
    "drpls": ("eta", *_SMOOTH),
    "psalsa": ("p", *_SMOOTH),
    "fabc": ("lam", "diff_order"),
    "poly": ("poly_order",),
    "modpoly": _POLYNOMIAL,
    "imodpoly": _POLYNOMIAL,
    "penalized_poly": _POLYNOMIAL,
    "quant_reg": ("quantile", *_POLYNOMIAL),
    "snip": ("half_window",),
    "mor": ("half_window",),
    "imor": ("half_window", "tol", "max_iter"),
    "tophat": ("half_window",),
    "rolling_ball": ("half_window",),
}
"""The methods of pybaselines by its names, and which of our parameters each takes."""
_LARGEST_KEPT = 1 << 16
"""Of so many samples a fitter is small enough to be kept."""
_PARAMETERS: Final = tuple(dict.fromkeys(name for names in METHODS.values() for name in names))
"""What a method may take, in the order in which it is refused to others."""
_values_of = itemgetter(*(f"_{name}" for name in _PARAMETERS))  # as value_of has them, all at once
_ALL: Final = slice(None)
_TOLERANCE: Final = 1e-3
"""pybaselines' default."""
_THEIR_NAMES: Final = {("snip", "half_window"): "max_half_window"}


class BaselineParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of a baseline; what isn't given has pybaselines' default."""

    method = gds.ChoiceItem(
        "Method",
        [(name, name) for name in METHODS],
        default="arpls",
        help="How the baseline is found: weighted smoothing (names with ls), polynomials (with "
        "poly), clipping of peaks (snip) or a moving window (mor, tophat, rolling_ball)",
    )
    lam = gds.FloatItem(
        "Smoothness", default=None, min=0, nonzero=True, allow_none=True,
        help="Of weighted smoothing: the larger, the stiffer; tens to thousands of times more for "
        "spectra of more samples",
    )  # fmt: skip
    p = gds.FloatItem(
        "Asymmetry", default=None, min=0, max=1, allow_none=True,
        help="Of asls and psalsa: the weight of what is above the baseline; below is 1 - p",
    )  # fmt: skip
    eta = gds.FloatItem(
        "Eta", default=None, min=0, max=1, allow_none=True,
        help="Of drpls: how far the smoothness goes by the weights",
    )  # fmt: skip
    diff_order = gds.IntItem(
        "Difference", default=None, min=1, allow_none=True,
        help="Of weighted smoothing: which difference of the baseline is kept small",
    )  # fmt: skip
    poly_order = gds.IntItem(
        "Order", default=None, min=0, allow_none=True, help="Of polynomials"
    )  # fmt: skip
    quantile = gds.FloatItem(
        "Quantile", default=None, min=0, max=1, allow_none=True,
        help="Of quant_reg: the part of the values that are below the baseline",
    )  # fmt: skip
    half_window = gds.IntItem(
        "Half window", default=None, min=1, unit="samples", allow_none=True,
        help="Of snip and moving windows: about half the width of the widest peak",
    )  # fmt: skip
    max_iter = gds.IntItem(
        "Iterations", default=None, min=1, allow_none=True, help="How many there are at most"
    )  # fmt: skip
    tol = gds.FloatItem(
        "Tolerance", default=None, min=0, allow_none=True,
        help="How small the last change is to be, of the whole",
    )  # fmt: skip


class _Choice(NamedTuple):
    """What a set of parameters says: the method, and what it is given by pybaselines' names.

    ``refused`` are parameters that were given and that it doesn't take; ``suffix`` is for titles.
    """

    method: str
    given: dict[str, Any]
    refused: tuple[str, ...]
    suffix: str
    tolerance: float


def _choice_of(p: BaselineParam) -> _Choice:
    return _choice(value_of(p, "method"), *_values_of(vars(p)))


@lru_cache(maxsize=64)
def _choice(method: str, *values: Any) -> _Choice:
    """Read the values of :data:`_PARAMETERS`, once for the spectra of a call; 1 and 1.0 say the same."""
    named = dict(zip(_PARAMETERS, values, strict=True))
    taken = [name for name in METHODS[method] if named[name] is not None]
    others = {name for name in _PARAMETERS if name not in METHODS[method]}
    tolerance = named["tol"]
    return _Choice(
        method=method,
        given={_THEIR_NAMES.get((method, name), name): named[name] for name in taken},
        refused=tuple(name for name in _PARAMETERS if name in others and named[name] is not None),
        suffix=", ".join([method, *(f"{name}={named[name]:g}" for name in taken)]),
        tolerance=_TOLERANCE if tolerance is None else tolerance,
    )


class _Found(NamedTuple):
    """What comes of a spectrum: x and y, and what is to be said of them; ``suffix`` is for the title."""

    rows: Array
    suffix: str
    notes: tuple[Note, ...]


def _baselines_of(sources: Sequence[SignalObj], p: BaselineParam) -> list[_Found]:
    """Find the baseline of what is inside of each."""
    return _found_of("baseline", sources, p, lambda _src, _where, x, values: np.array([x, values]))


def _without_baselines(sources: Sequence[SignalObj], p: BaselineParam) -> list[_Found]:
    """Subtract the baseline of what is inside of each."""
    return _found_of("baseline_removal", sources, p, _subtracted)


def _subtracted(src: SignalObj, where: Array | slice, _x: Array, values: Array) -> Array:
    rows: Array = value_of(src, "xydata").copy()
    rows[1, where] -= values
    return rows


def _found_of(
    function: str, sources: Sequence[SignalObj], p: BaselineParam, rows_of: Callable[..., Array]
) -> list[_Found]:
    """Find the baselines of signals; ``rows_of`` makes rows of a signal, where it is inside, x and values."""
    choice = _choice_of(p)
    found = []
    for src in sources:
        x, y, where = _inside(function, src, choice)
        values, facts = _fitters.found(x, y, choice)
        rows = rows_of(src, where, x, values)
        found.append(_Found(rows, choice.suffix, _notes(function, src, choice, facts)))
    return found


def _inside(function: str, src: SignalObj, choice: _Choice) -> tuple[Array, Array, Array | slice]:
    """Return x and y inside of the regions of interest, and where these are, once all can be taken."""
    _check(function, src, choice)
    rows = value_of(src, "xydata")
    mask = src.maskdata if ROI_KEY in value_of(src, "metadata") else None
    if mask is None:
        return rows[0], rows[1], _ALL
    inside = ~mask[1]
    return rows[0, inside], rows[1, inside], inside


class _Fitters(threading.local):
    """Keeps this thread's last fitter of pybaselines for the next spectrum that is like the last.

    What it computed of x and the parameters alone (polynomials and their inverse, differences)
    often takes longer than the baseline. It isn't safe in two threads.
    """

    last: tuple[Array, _Choice, Any] | None = None

    def found(self, x: Array, y: Array, choice: _Choice) -> tuple[Array, Any]:
        last, self.last = self.last, None  # what fails is not used again
        if last and choice == last[1] and _are_equal(x, last[0]):
            used = last
        else:
            from pybaselines import Baseline

            used = (x.copy(), choice, Baseline(x, check_finite=False))
        values, facts = getattr(used[2], choice.method)(y, **choice.given)
        if len(x) <= _LARGEST_KEPT:
            self.last = used
        return values, facts


_fitters = _Fitters()


def _are_equal(x: Array, other: Array) -> bool:
    return x.shape == other.shape and bool(np.count_nonzero(x == other) == x.size)


def _check(function: str, src: SignalObj, choice: _Choice) -> None:
    if choice.refused:
        taken = METHODS[choice.method]
        refused = " and no ".join(choice.refused)
        problem = f"{choice.method} takes no {refused}, but {', '.join(taken)}"
        message = f"{function} can't run: {problem}."
        raise ParameterError(
            message, function=function, problems=[problem], parameters=["method", *taken]
        )
    if value_of(src, "xydata").dtype.kind == "c":
        message = (
            f"{function} can't run: {src.title!r} is complex. calc('absolute', …) or "
            "calc('real', …) makes a real signal of it before."
        )
        raise OperandError(message, function=function, names=[src.title])
    check_finite(function, src)


def _notes(function: str, src: SignalObj, choice: _Choice, facts: Any) -> tuple[Note, ...]:
    """Say where a method ended at its last iteration, before its tolerance was reached."""
    history = facts.get("tol_history")
    tolerance = facts.get("tol", choice.tolerance)
    if history is None or not len(history) or history.ndim != 1:
        return ()
    last = float(history[-1])
    if last < tolerance:
        return ()
    return (
        Note(
            f"{function} of {src.title!r} by {choice.method} ended after {len(history)} iterations "
            f"with a change of {last:.2g}, before its tolerance of {tolerance:g} was reached.",
            "Give more by max_iter=, or another lam= or method=.",
        ),
    )


@own_function("signal", parameters=BaselineParam, package="pybaselines", ahead=_baselines_of)
def baseline(src: SignalObj, found: _Found) -> Any:
    """Find the baseline of a spectrum: what is left of it without its peaks.

    By `pybaselines <https://pybaselines.readthedocs.io>`_. Of a spectrum with regions of
    interest it is found of these, and ends where they do.

    Parameters
    ----------
    src
        Its peaks point upwards.
    found
        What :func:`_baselines_of` found.

    Returns
    -------
    SignalObj
        With a note where the method ended before its tolerance was reached.
    """
    dst = signal_like(src, "baseline", found.suffix, found.rows)
    if ROI_KEY in value_of(dst, "metadata"):
        dst.roi = None
    return Noted(dst, found.notes)


@own_function("signal", parameters=BaselineParam, package="pybaselines", ahead=_without_baselines)
def baseline_removal(src: SignalObj, found: _Found) -> Any:
    """Subtract the baseline of a spectrum from it, so that its peaks stand on zero.

    By `pybaselines <https://pybaselines.readthedocs.io>`_. Of a spectrum with regions of
    interest the baseline is found of these, and subtracted there. Error bars stay: the baseline
    counts as exact.

    Parameters
    ----------
    src
        Its peaks point upwards.
    found
        What :func:`_without_baselines` found.

    Returns
    -------
    SignalObj
        With a note where the method ended before its tolerance was reached.
    """
    dst = signal_like(src, "baseline_removal", found.suffix, found.rows)
    return Noted(dst, found.notes)
