"""What several functions of ours ask of an object before they compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import OperandError
from datalab_kernel.objects._fields import value_of

if TYPE_CHECKING:
    from sigima.objects import ImageObj, SignalObj

__all__ = ["check_finite", "check_real", "is_evenly_spaced"]

_LARGEST_OFFSET = 1e-2
"""How far from its place on an even grid a sample may be, in steps."""


def check_finite(function: str, signal: SignalObj) -> None:
    """Refuse values that aren't finite, which would spread.

    Raises
    ------
    OperandError
        If there is one.
    """
    is_finite = np.isfinite(value_of(signal, "xydata")[1])
    count = is_finite.size - int(np.count_nonzero(is_finite))  # sooner counted than asked for all
    if count:
        message = (
            f"{function} can't run: {count:,} of {len(signal.y):,} values of {signal.title!r} "
            "are NaN or infinite. calc('replace_special_values', …) gives them values before."
        )
        raise OperandError(message, function=function, names=[signal.title])


def check_real(function: str, image: ImageObj, what: str) -> None:
    """Refuse an image of complex ``what``: values, or intensities.

    Raises
    ------
    OperandError
        If it is complex.
    """
    if image.data.dtype.kind == "c":
        message = (
            f"{function} takes real {what}, and {image.title!r} is complex. "
            "calc('absolute', …) gives its modulus."
        )
        raise OperandError(message, function=function, names=[image.title])


def is_evenly_spaced(x: np.ndarray[Any, Any]) -> bool:
    """Say whether x rises or falls in equal steps, to a hundredth of one.

    Examples
    --------
    >>> is_evenly_spaced(np.linspace(0, 1, 11).round(3)), is_evenly_spaced(np.array([0, 1, 4.0]))
    (True, False)
    """
    if len(x) < 2 or x[0] == x[-1]:  # noqa: PLR2004 - the ends of a step
        return len(x) < 2  # noqa: PLR2004
    step = (x[-1] - x[0]) / (len(x) - 1)
    even = np.linspace(x[0], x[-1], len(x))
    return bool(np.max(np.abs(x - even)) <= _LARGEST_OFFSET * abs(step))
