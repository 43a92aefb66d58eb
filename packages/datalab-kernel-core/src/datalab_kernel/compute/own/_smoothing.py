"""Smoothing by polynomials in a moving window, and derivatives of such (Savitzky and Golay)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import own_function
from datalab_kernel.compute.own._inputs import check_finite, is_evenly_spaced
from datalab_kernel.errors import OperandError

if TYPE_CHECKING:
    from sigima.objects import SignalObj

Array = np.ndarray[Any, Any]


class SavitzkyGolayParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of :func:`savitzky_golay`, called as scipy calls them."""

    window_length = gds.IntItem(
        "Window", default=11, min=3, even=False, unit="samples", help="Width of the moving window"
    )
    polyorder = gds.IntItem(
        "Order", default=3, min=0, help="Order of the polynomials, less than the window's samples"
    )
    deriv = gds.IntItem(
        "Derivative", default=0, min=0, help="Which derivative to take; 0 smooths only"
    )
    mode = gds.ChoiceItem(
        "Ends",
        [(name, name) for name in ("interp", "mirror", "nearest", "wrap", "constant")],
        default="interp",
        help="What there is beyond the ends; interp takes the first and last polynomial there",
    )


@own_function("signal", parameters=SavitzkyGolayParam)
def savitzky_golay(src: SignalObj, p: SavitzkyGolayParam) -> SignalObj:
    """Smooth a signal, or take its derivative, by polynomials in a moving window (Savitzky-Golay).

    By :func:`scipy.signal.savgol_filter`. Peaks keep their height and width better than by a
    moving average. Error bars are propagated as of independent values.

    Parameters
    ----------
    src
        Its x must be evenly spaced.
    p
        Window, order, derivative and ends.

    Raises
    ------
    OperandError
        If x isn't evenly spaced, values are NaN or infinite, or there are fewer than a window.
    """
    from sigima.proc.signal.base import dst_1_to_1, restore_data_outside_roi

    _check(src, p)
    suffix = f"window_length={p.window_length}, polyorder={p.polyorder}"
    suffix += f", deriv={p.deriv}" if p.deriv else ""
    dst: SignalObj = dst_1_to_1(src, "savitzky_golay", suffix)
    x = src.x
    step = (x[-1] - x[0]) / (len(x) - 1)
    errors = None if src.dy is None else _errors(src.dy, p, step)
    dst.set_xydata(x, _filtered(src.y, p, step), src.dx, errors)
    restore_data_outside_roi(dst, src)
    return dst


def _check(src: SignalObj, p: SavitzkyGolayParam) -> None:
    if p.polyorder >= p.window_length:
        message = f"polyorder must be less than window_length={p.window_length}, not {p.polyorder}"
        raise ValueError(message)
    problem = ""
    if len(src.y) < p.window_length:
        problem = (
            f"{src.title!r} has {len(src.y)} samples, fewer than the {p.window_length} of a "
            "window. Give a smaller window_length="
        )
    elif not is_evenly_spaced(src.x):
        problem = (
            f"x of {src.title!r} isn't evenly spaced, and the window counts samples. "
            "calc('resampling', …) puts it on an even grid before"
        )
    if problem:
        message = f"savitzky_golay can't run: {problem}."
        raise OperandError(message, function="savitzky_golay", names=[src.title])
    check_finite("savitzky_golay", src)


def _filtered(y: Array, p: SavitzkyGolayParam, step: float) -> Array:
    from scipy.signal import savgol_filter

    if np.iscomplexobj(y):
        return _filtered(y.real, p, step) + 1j * _filtered(y.imag, p, step)
    return np.asarray(
        savgol_filter(y, p.window_length, p.polyorder, deriv=p.deriv, delta=step, mode=p.mode)
    )


def _errors(dy: Array, p: SavitzkyGolayParam, step: float) -> Array:
    """Return the errors of weighted sums of independent values."""
    from scipy.ndimage import correlate1d
    from scipy.signal import savgol_coeffs

    def weights(place: int) -> Array:
        found = savgol_coeffs(
            p.window_length, p.polyorder, deriv=p.deriv, delta=step, pos=place, use="dot"
        )
        return np.asarray(found) ** 2

    half = p.window_length // 2
    edges = p.mode
    beyond = "nearest" if edges == "interp" else edges
    squares = correlate1d(np.asarray(dy, dtype=float) ** 2, weights(half), mode=beyond)
    if edges == "interp":
        first, last = dy[: p.window_length] ** 2, dy[-p.window_length :] ** 2
        for place in range(half):
            squares[place] = weights(place) @ first
            squares[-1 - place] = weights(p.window_length - 1 - place) @ last
    return np.asarray(np.sqrt(squares))
