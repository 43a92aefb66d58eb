"""Curves as a file has them (x, y, their titles, units and settings), and the signals they become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._arrays import numbered
from datalab_kernel.formats._header import Setting, value_of
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.objects import SignalObj

Array = np.ndarray[Any, Any]
Settings = Mapping[str, Setting]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One curve; ``x`` and ``y`` are of shape ``(n,)``.

    ``xydata`` is both, of shape ``(2, n)``, where an array that nobody else holds has them so.
    ``notes`` become those of its signal.
    """

    x: Array
    y: Array
    xlabel: str = ""
    xunit: str = ""
    ylabel: str = ""
    yunit: str = ""
    settings: Settings = field(default_factory=dict)
    xydata: Array | None = None
    notes: tuple[Note, ...] = ()


def to_signals(path: Path, curves: Sequence[Curve], notes: Sequence[Note] = ()) -> list[SignalObj]:
    """Make a signal of each curve, named by the file and, of several, by its title.

    ``notes`` are those of all of them.
    """
    from datalab_kernel.objects._fields import Fields, from_fields

    signals: list[Any] = []
    titles = titles_of(path, [curve.ylabel for curve in curves])
    for curve, title in zip(curves, titles, strict=True):
        attributes = {
            "title": title,
            "xlabel": curve.xlabel,
            "xunit": curve.xunit,
            "ylabel": curve.ylabel,
            "yunit": curve.yunit,
        }
        xydata = np.array([curve.x, curve.y], float) if curve.xydata is None else curve.xydata
        metadata = {**curve.settings, "source": str(path)}
        signal = from_fields(Fields("signal", attributes, {"xydata": xydata}, metadata))
        attach_notes(signal, *notes, *curve.notes)
        signals.append(signal)
    return signals


def titles_of(path: Path, labels: Sequence[str]) -> list[str]:
    """Name the curves of a file: by the file alone, or with their labels, or with a number.

    Examples
    --------
    >>> from pathlib import Path
    >>> titles_of(Path("a.csv"), ["CH1"]), titles_of(Path("a.csv"), ["CH1", "CH2"])
    (['a'], ['a CH1', 'a CH2'])
    """
    if len(labels) == 1 or not (all(labels) and len(set(labels)) == len(labels)):
        return numbered(path.stem, len(labels))
    return [f"{path.stem} {label}" for label in labels]


def shared_settings(
    settings: Mapping[str, Sequence[str]], place: int, number: int
) -> dict[str, Setting]:
    """Return the settings of one of several curves: its own value where a row has one for each."""
    result: dict[str, Setting] = {}
    for name, values in settings.items():
        if number > 1 and len(values) == number:
            result[name] = value_of(values[place])
        else:
            result[name] = value_of(", ".join(value for value in values if value))
    return result
