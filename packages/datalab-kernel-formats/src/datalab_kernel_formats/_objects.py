"""Signals and images of what a library gives: axes with units, plain metadata, titles.

Nothing here knows a format.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.objects import ImageObj, SignalObj

Array = np.ndarray[Any, Any]
_LONGEST_LIST = 1000
"""Longer lists aren't metadata that anybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis shows, in which unit, where its first point is, and how far apart they are."""

    label: str = ""
    unit: str = ""
    start: float = 0.0
    step: float = 1.0

    def points(self, count: int) -> Array:
        """Return the coordinates of ``count`` points.

        Examples
        --------
        >>> Axis(start=0.5, step=0.25).points(3)
        array([0.5 , 0.75, 1.  ])
        """
        return self.start + np.arange(count) * self.step


def signal(  # noqa: PLR0913 - what a signal has
    path: Path,
    x: Axis | Array,
    y: Array,
    *,
    part: str = "",
    xaxis: Axis | None = None,
    yaxis: Axis | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> SignalObj:
    """Make a signal.

    Parameters
    ----------
    path
        The file; its stem begins the title.
    x
        Evenly spaced points, or their coordinates of shape ``(n,)``.
    y
        Of shape ``(n,)``.
    part
        Which part of the file it is, behind the stem in the title.
    xaxis, yaxis
        What the axes show; without ``xaxis``, what ``x`` says.
    metadata
        What else the file says; what can't be kept is left out.
    """
    from sigima import create_signal

    xaxis = xaxis or (x if isinstance(x, Axis) else Axis())
    yaxis = yaxis or Axis()
    y = native(np.asarray(y))
    xs = x.points(len(y)) if isinstance(x, Axis) else native(np.asarray(x))
    obj = create_signal(
        title(path, part),
        xs.astype(float),
        y,
        units=(xaxis.unit, yaxis.unit),
        labels=(xaxis.label, yaxis.label),
    )
    obj.metadata.update({**plain(metadata or {}), "source": str(path)})
    return obj


def image(  # noqa: PLR0913 - what an image has
    path: Path,
    data: Array,
    *,
    part: str = "",
    x: Axis | None = None,
    y: Axis | None = None,
    z: Axis | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> ImageObj:
    """Make an image of data of shape ``(ny, nx)``; ``start`` is the centre of the first pixel."""
    from sigima import create_image

    x, y, z = x or Axis(), y or Axis(), z or Axis()
    obj = create_image(
        title(path, part),
        native(np.array(data)),
        units=(x.unit, y.unit, z.unit),
        labels=(x.label, y.label, z.label),
    )
    obj.set_uniform_coords(x.step, y.step, x.start, y.start)
    obj.metadata.update({**plain(metadata or {}), "source": str(path)})
    return obj


def title(path: Path, part: str = "") -> str:
    """Return the title of a part of a file.

    Examples
    --------
    >>> from pathlib import Path
    >>> title(Path("a/b.wav")), title(Path("b.wav"), "left")
    ('b', 'b left')
    """
    return f"{path.stem} {part}".strip()


def frames(count: int, letter: str = "T") -> list[str]:
    """Return what tells frames of a stack apart in titles; one frame needs nothing.

    Examples
    --------
    >>> frames(1), frames(2), frames(11, "Z")[:2]
    ([''], ['T0', 'T1'], ['Z00', 'Z01'])
    """
    if count == 1:
        return [""]
    width = len(str(count - 1))
    return [f"{letter}{place:0{width}d}" for place in range(count)]


def native(array: Array) -> Array:
    """Return an array in the byte order of this computer; itself if it is in it.

    Examples
    --------
    >>> native(np.array([1, 2], ">i2")).dtype.isnative
    True
    """
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def plain(values: Mapping[Any, Any]) -> dict[str, Any]:
    r"""Return metadata as plain values: numbers, texts, lists and dicts of these.

    Dates become texts of ISO 8601. What is nothing, or can't be kept, is left out.

    Examples
    --------
    >>> plain({"gain": np.float32(0.5), 3: [np.int8(1)], "nothing": None, "text": b"mV\0"})
    {'gain': 0.5, '3': [1], 'text': 'mV'}
    """
    result = {str(key): _plain(value) for key, value in values.items()}
    return {key: value for key, value in result.items() if value is not None}


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one line per kind
    if isinstance(value, np.ndarray | np.generic):
        is_date = value.dtype.kind in "mM"
        value = value.astype(str).tolist() if is_date else value.tolist()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value.replace("\0", "").strip() or None
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else float(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value) or None
    if isinstance(value, list | tuple):
        return _plain_list(value)
    return None


def _plain_list(values: Sequence[Any]) -> list[Any] | None:
    if not values or len(values) > _LONGEST_LIST:
        return None
    items = [_plain(value) for value in values]
    return None if all(item is None for item in items) else ["" if i is None else i for i in items]
