"""Drawing a picture anew: what a kernel keeps of one that nobody holds any more.

A matplotlib figure takes megabytes: its canvas and each of its texts hold the pixels that were
drawn last. Its description takes kilobytes, since arrays of the workspace are shared, and the
picture is the same when it is drawn from it again in the style of then.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.plot._spec import FigureSpec

Drawing = TypeVar("Drawing")
"""What a renderer gives; which class that is, ``drawing`` knows."""
_last_style: dict[Any, Any] = {}

MOST_COPIED = 100_000
"""Bytes of arrays that may change later, a user's own, that are copied to draw from them again."""


def again_by(
    render: Callable[[FigureSpec], Drawing], spec: FigureSpec
) -> Callable[[], Drawing] | None:
    """Return what draws a figure again as it is drawn now; None if what it shows may change.

    Arrays that can be written to are copied as long as they are small: those of a workspace
    can't, they are replaced.
    """
    try:
        lasting = _lasting(spec, _Room())
    except _TooLargeError:
        return None
    return partial(_draw, render, lasting, _style_of_now())


def _style_of_now() -> dict[Any, Any]:
    """Return matplotlib's settings, the same dictionary for pictures of one style."""
    global _last_style  # noqa: PLW0603 - settings are global to begin with
    style = dict(mpl.rcParams.copy())
    style.pop("backend")
    if style != _last_style:
        _last_style = style
    return _last_style


def _draw(
    render: Callable[[FigureSpec], Drawing], spec: FigureSpec, style: dict[Any, Any]
) -> Drawing:
    with mpl.rc_context(style):
        return render(spec)


def free_pixels(figure: Any) -> None:
    """Let a figure of ours forget the pixels that were drawn last; drawing makes new ones."""
    FigureCanvasAgg(figure)
    for text in figure.findobj(Text):
        text._renderer = None  # noqa: SLF001 - as its own pickling does; nothing public


class _TooLargeError(Exception):
    """More is to be copied than is worth it."""


class _Room:
    """How many bytes may be copied yet."""

    def __init__(self) -> None:
        self._left = MOST_COPIED

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _TooLargeError


def _lasting(value: Any, room: _Room) -> Any:
    """Return a description with copies of the arrays that can be written to."""
    if isinstance(value, np.ndarray):
        if not value.flags.writeable:
            return value
        room.take(value.nbytes)
        copied = value.copy()
        copied.flags.writeable = False
        return copied
    if isinstance(value, tuple):
        return tuple(_lasting(each, room) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        found = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(value, **{name: _lasting(part, room) for name, part in found.items()})
    return value
