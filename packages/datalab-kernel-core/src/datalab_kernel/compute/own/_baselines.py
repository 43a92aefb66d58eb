"""Baselines of spectra, by pybaselines: what lies below peaks, and spectra without it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import Noted, own_function
from datalab_kernel.compute.own._inputs import check_finite
from datalab_kernel.compute.own._results import signal_like
from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.notes import Note
from datalab_kernel.objects._fields import ROI_KEY, value_of

if TYPE_CHECKING:
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


@own_function("signal", parameters=BaselineParam, package="pybaselines")
def baseline(src: SignalObj, p: BaselineParam) -> Any:
    """Find the baseline of a spectrum: what is left of it without its peaks.

    By `pybaselines <https://pybaselines.readthedocs.io>`_. Of a spectrum with regions of
    interest it is found of these, and ends where they do.

    Parameters
    ----------
    src
        Its peaks point upwards.
    p
        Method and parameters.

    Returns
    -------
    SignalObj
        With a note where the method ended before its tolerance was reached.
    """
    inside = _inside(src)
    x, found, notes = _found("baseline", src, p, inside)
    dst = signal_like(src, "baseline", _suffix(p), np.array([x, found]))
    if inside is not None:
        dst.roi = None
    return Noted(dst, notes)


@own_function("signal", parameters=BaselineParam, package="pybaselines")
def baseline_removal(src: SignalObj, p: BaselineParam) -> Any:
    """Subtract the baseline of a spectrum from it, so that its peaks stand on zero.

    By `pybaselines <https://pybaselines.readthedocs.io>`_. Of a spectrum with regions of
    interest the baseline is found of these, and subtracted there. Error bars stay: the baseline
    counts as exact.

    Parameters
    ----------
    src
        Its peaks point upwards.
    p
        Method and parameters.

    Returns
    -------
    SignalObj
        With a note where the method ended before its tolerance was reached.
    """
    inside = _inside(src)
    _, found, notes = _found("baseline_removal", src, p, inside)
    rows = value_of(src, "xydata").copy()
    rows[1, ... if inside is None else inside] -= found
    dst = signal_like(src, "baseline_removal", _suffix(p), rows)
    return Noted(dst, notes)


def _suffix(p: BaselineParam) -> str:
    return ", ".join(
        f"{name}={value:g}" if name != "method" else value for name, value in _given(p)
    )


def _given(p: BaselineParam) -> list[tuple[str, Any]]:
    """Return the method and what was given to it, in the order of the methods' table."""
    method = value_of(p, "method")
    values = ((name, value_of(p, name)) for name in METHODS[method])
    return [("method", method), *((name, value) for name, value in values if value is not None)]


def _inside(src: SignalObj) -> Array | None:
    """Return where the regions of interest are; None if there are none."""
    mask = src.maskdata if ROI_KEY in value_of(src, "metadata") else None
    return None if mask is None else ~mask[1]


def _found(
    function: str, src: SignalObj, p: BaselineParam, inside: Array | None
) -> tuple[Array, Array, tuple[Note, ...]]:
    """Return x and the baseline of what is inside, and what is to be said of it."""
    _check(function, src, p)
    rows = value_of(src, "xydata")
    x, y = (rows[0], rows[1]) if inside is None else (rows[0, inside], rows[1, inside])
    method = value_of(p, "method")
    given = {_THEIR_NAMES.get((method, name), name): value for name, value in _given(p)[1:]}
    values, facts = _fitters.found(x, y, method, given)
    return x, values, _notes(function, src, p, facts)


class _Fitters(threading.local):
    """Keeps this thread's last fitter of pybaselines for the next spectrum that is like the last.

    What it computed of x and the parameters alone (polynomials and their inverse, differences)
    often takes longer than the baseline. It isn't safe in two threads.
    """

    last: tuple[Array, str, dict[str, Any], Any] | None = None

    def found(self, x: Array, y: Array, method: str, given: dict[str, Any]) -> tuple[Array, Any]:
        from pybaselines import Baseline

        last, self.last = self.last, None  # what fails is not used again
        if last and (method, given) == last[1:3] and np.array_equal(x, last[0]):
            used = last
        else:
            used = (x.copy(), method, given, Baseline(x, check_finite=False))
        values, facts = getattr(used[3], method)(y, **given)
        if len(x) <= _LARGEST_KEPT:
            self.last = used
        return values, facts


_fitters = _Fitters()


def _check(function: str, src: SignalObj, p: BaselineParam) -> None:
    taken = METHODS[value_of(p, "method")]
    others = [name for name in _PARAMETERS if name not in taken and value_of(p, name) is not None]
    if others:
        problem = f"{p.method} takes no {' and no '.join(others)}, but {', '.join(taken)}"
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


_PARAMETERS: Final = tuple(dict.fromkeys(name for names in METHODS.values() for name in names))


def _notes(function: str, src: SignalObj, p: BaselineParam, facts: Any) -> tuple[Note, ...]:
    """Say where a method ended at its last iteration, before its tolerance was reached."""
    history = facts.get("tol_history")
    given = value_of(p, "tol")
    tolerance = facts.get("tol", 1e-3 if given is None else given)
    if history is None or not len(history) or np.ndim(history) != 1:
        return ()
    last = float(history[-1])
    if last < tolerance:
        return ()
    return (
        Note(
            f"{function} of {src.title!r} by {p.method} ended after {len(history)} iterations "
            f"with a change of {last:.2g}, before its tolerance of {tolerance:g} was reached.",
            "Give more by max_iter=, or another lam= or method=.",
        ),
    )
