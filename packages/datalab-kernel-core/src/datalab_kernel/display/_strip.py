"""A stack as a strip of its frames: small grey pictures of one scale, with where each frame is."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.display import _thumbnail
from datalab_kernel.display._objects_table import TEXT_STYLE
from datalab_kernel.display._scale_bar import bar_length

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import ImageObj

    Array = np.ndarray[Any, Any]

MOST = 12
"""Frames of a strip; of more, these are spread evenly."""
WIDTH = 96
_FIGURE = "display:inline-block;margin:2px 4px;vertical-align:top;text-align:center"


def strip_html(
    heading: str,
    captions: Sequence[str],
    view: Callable[[int], ImageObj],
    budget_s: float = 0.5,
) -> str:
    """Write a stack as a strip of at most 12 frames, all in the same grey scale.

    Parameters
    ----------
    heading
        One line above it.
    captions
        What is written below each frame.
    view
        Gives a frame by its number, as a whole or smaller; one is held at a time.
    budget_s
        After this many seconds no further frames are read.
    """
    count = len(captions)
    chosen = sorted({round(place) for place in np.linspace(0, count - 1, min(count, MOST))})
    deadline = time.monotonic() + budget_s
    small: list[tuple[str, Array]] = []
    first: ImageObj | None = None
    for number in chosen:
        if small and time.monotonic() > deadline:
            break
        frame = view(number)
        first = first or frame
        small.append((captions[number], _thumbnail.sampled(frame.data)))
    if first is None or not first.data.size:
        return f'<div style="{TEXT_STYLE}"><b>{escape(heading)}</b></div>'
    low, high = _limits([values for _, values in small])
    figures = "".join(
        f'<figure style="{_FIGURE}">{_picture(values, (low, high), first, text)}'
        f'<figcaption style="font-size:85%">{escape(text)}</figcaption></figure>'
        for text, values in small
    )
    said = [_grey(low, high, first.zunit or "")] if low < high else []
    if len(small) < count:
        said.append(f"{len(small)} of {count:,} frames")
    return (
        f'<div style="{TEXT_STYLE}"><b>{escape(heading)}</b><div>{figures}</div>'
        f"{_bar(first)}<small>{escape(' · '.join(said))}</small></div>"
    )


def _limits(small: Sequence[Array]) -> tuple[float, float]:
    """Return the least and greatest value of all, NaN of none."""
    known = [values[np.isfinite(values)] for values in small]
    ends = [(float(one.min()), float(one.max())) for one in known if one.size]
    if not ends:
        return np.nan, np.nan
    return min(low for low, _ in ends), max(high for _, high in ends)


def _picture(values: Array, limits: tuple[float, float], like: ImageObj, label: str) -> str:
    height, width = like.data.shape
    dy, dx = (abs(step) if like.is_uniform_coords and step else 1.0 for step in (like.dy, like.dx))
    tall = min(4 * WIDTH, max(8, round(WIDTH * height * dy / (width * dx))))
    return _thumbnail.grey_png(values, limits, label, (WIDTH, tall))


def _grey(low: float, high: float, unit: str) -> str:
    ends = [f"{end:,.0f}" if end.is_integer() else f"{end:.4g}" for end in (low, high)]
    return f"black {ends[0]} to white {ends[1]}{' ' + unit if unit else ''}"


def _bar(image: ImageObj) -> str:
    """Draw a scale bar below the frames, where pixels have a size."""
    width = image.data.shape[1]
    step = abs(image.dx) if image.is_uniform_coords else 0.0
    length = bar_length(width * step)
    if not length or not image.xunit:
        return ""
    pixels = round(WIDTH * length / (width * step))
    return (
        f'<span style="display:inline-block;width:{pixels}px;height:4px;margin:0 6px 2px 4px;'
        f'background:currentColor"></span><small>{length:g} {escape(image.xunit)} · </small>'
    )
