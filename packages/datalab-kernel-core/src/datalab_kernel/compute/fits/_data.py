"""What of a signal a fit looks at: the points in its regions that have values, and their weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import OperandError
from datalab_kernel.notes import Note
from datalab_kernel.objects._stamps import is_by_date
from datalab_kernel.objects._time_axes import from_first_moment

if TYPE_CHECKING:
    from sigima.objects import SignalObj

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The points of a fit, of shape ``(n,)``.

    ``x_axis`` are all x from the first to the last point of the regions of interest, ``places``
    where these are in the signal. ``weights`` are one over the standard deviations; None, if
    there are none.
    """

    x: Array
    y: Array
    weights: Array | None
    x_axis: Array
    places: slice
    notes: tuple[Note, ...]


def data_of(signal: SignalObj) -> Data:
    """Return what is fitted of a signal.

    Raises
    ------
    OperandError
        If it is complex, or has no finite values there.
    """
    values = np.asarray(signal.y)
    if np.iscomplexobj(values):
        raise _error(signal, "is complex. Fit its parts: calc('real', …) or calc('absolute', …)")
    has_dates = is_by_date(signal.metadata)
    axis = np.asarray(signal.xydata[0], dtype=float)
    x = from_first_moment(signal.metadata, axis) if has_dates and len(axis) else axis
    is_inside = _inside(signal)
    is_used = np.isfinite(x) & np.isfinite(values)
    is_used &= is_inside
    notes = []
    if (count := np.count_nonzero(is_inside) - np.count_nonzero(is_used)) > 0:
        points = "point" if count == 1 else "points"
        notes.append(Note(f"fit left out {count:,} {points} without a finite value."))
    deviations, is_weighted, said = _deviations(signal, is_used)
    notes += said
    if is_weighted is not None:
        is_used &= is_weighted
    if not is_used.any():
        where = "" if is_inside.all() else " in its regions of interest"
        raise _error(signal, f"has no finite values{where}")
    places = slice(int(is_inside.argmax()), len(x) - int(is_inside[::-1].argmax()))
    used = slice(None) if is_used.all() else is_used  # without a copy
    return Data(
        x=x[used],
        y=np.asarray(values[used], dtype=float),
        weights=None if deviations is None else 1 / deviations[used],
        x_axis=x[places],
        places=places,
        notes=tuple(notes),
    )


def _error(signal: SignalObj, problem: str) -> OperandError:
    message = f"fit can't run: {signal.title!r} {problem}. Nothing was changed."
    return OperandError(message, function="fit", names=[signal.title])


def _inside(signal: SignalObj) -> Array:
    """Return which points are in a region of interest; without any, all are."""
    count = signal.xydata.shape[1]
    if signal.roi is None or signal.maskdata is None:
        return np.ones(count, dtype=bool)
    is_outside: Array = np.asarray(signal.maskdata).reshape(-1, count)[0]
    return ~is_outside


def _deviations(signal: SignalObj, is_used: Array) -> tuple[Array | None, Array | None, list[Note]]:
    """Return the standard deviations, which of them can be used, and what is to be said."""
    notes = []
    dx, dy = signal.dx, signal.dy
    if dx is not None and np.any(np.nan_to_num(dx) != 0):
        notes.append(Note("fit doesn't use the error bars of x, only those of y."))
    if dy is None or not np.any(np.nan_to_num(dy) != 0):
        return None, None, notes
    deviations = np.asarray(dy, dtype=float)
    is_weighted = np.isfinite(deviations) & (deviations > 0)
    if (count := int((is_used & ~is_weighted).sum())) > 0:
        points = "point" if count == 1 else "points"
        notes.append(
            Note(
                f"fit left out {count:,} {points} whose error bars aren't finite and greater than 0.",
                "Give these a standard deviation, or all none, to have them fitted.",
            )
        )
    return deviations, is_weighted, notes
