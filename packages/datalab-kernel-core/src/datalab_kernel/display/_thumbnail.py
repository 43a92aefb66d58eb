"""Small pictures of objects for tables: an SVG path for a signal, a PNG for an image.

Made from a bounded number of samples, with numpy and the standard library alone.
"""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WIDTH, HEIGHT = 96, 32
COLUMNS = 96
MAX_SAMPLES = 60_000
"""Up to here each sample is looked at; of a longer signal, pieces of each column are."""
PIECES, PIECE = 8, 64
MAX_PIXELS = 64
SIDE = 48
STROKE = "#4c8bf5"


def signal_svg(xydata: Array, label: str) -> str:
    """Draw a signal's y as a line of 96 by 32 pixels; gaps are where it isn't finite.

    Parameters
    ----------
    xydata
        Of shape ``(2, n)`` or ``(4, n)``; a complex y is drawn by its modulus. Every sample
        of up to 60,000 counts, so that spikes are seen; of more, eight pieces a column.
    label
        What a screen reader says.
    """
    path = _path(*_envelope(xydata[1]))
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="-1 -1 {WIDTH + 2} {HEIGHT + 2}"><path d="{path}" fill="none" '
        f'stroke="{STROKE}" stroke-width="1.2" stroke-linejoin="round"/></svg>'
    )


def _envelope(row: Array) -> tuple[Array, Array]:
    """Return x in pixels and at most two values a column: its least and its greatest."""
    count = len(row)
    if count <= 2 * COLUMNS:
        return np.arange(count) * (WIDTH / max(1, count - 1)), _real(row)
    if count <= MAX_SAMPLES:
        values = _real(row)
        starts = (np.arange(COLUMNS) * count) // COLUMNS
    else:
        begins = (np.arange(COLUMNS * PIECES) * (count - PIECE)) // (COLUMNS * PIECES - 1)
        values = _real(row[(begins[:, None] + np.arange(PIECE)).ravel()])
        starts = np.arange(COLUMNS) * (PIECES * PIECE)
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    low[1::2], high[1::2] = high[1::2], low[1::2].copy()
    places = np.repeat(np.arange(COLUMNS) * (WIDTH / (COLUMNS - 1)), 2)
    return places, np.stack([low, high], axis=1).ravel()


def _real(values: Array) -> Array:
    """Return values as float64 or float32, NaN where they aren't finite."""
    real = np.abs(values) if np.iscomplexobj(values) else values
    if real.dtype.kind != "f":
        return real.astype(float)
    with np.errstate(over="ignore"):
        real = real.astype(float, copy=False)
    return np.where(np.isfinite(real), real, np.nan)


def _path(places: Array, values: Array) -> str:
    levels = HEIGHT * (1 - _from_0_to_1(values))
    parts, is_down = [], False
    for x, level in zip(places.tolist(), levels.tolist(), strict=True):
        if level != level:  # noqa: PLR0124 - NaN
            is_down = False
            continue
        parts.append(f"{'L' if is_down else 'M'}{x:.1f} {level:.1f}")
        is_down = True
    if len(parts) == 1:
        parts.append("h1")
    return "".join(parts)


def _from_0_to_1(values: Array) -> Array:
    """Scale values to what they span, a constant to the middle; what isn't finite to NaN."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return np.full(values.shape, np.nan)
    low, high = float(known.min()), float(known.max())
    if low == high:
        return np.where(np.isfinite(values), 0.5, np.nan)
    half = values / 2 - low / 2
    return np.where(np.isfinite(values), half / (high / 2 - low / 2), np.nan)


def image_png(data: Array, label: str) -> str:
    """Draw an image in grey as HTML, of at most 64 by 64 of its pixels.

    Parameters
    ----------
    data
        Pixels of shape ``(ny, nx)``; complex ones are drawn by their modulus, NaN and masked
        ones are transparent.
    label
        What is said instead of the picture.
    """
    if data.size == 0:
        return ""
    height, width = (max(8, round(SIDE * size / max(data.shape))) for size in data.shape)
    return _picture(_from_0_to_1(sampled(data)), label, (width, height))


def sampled(data: Array) -> Array:
    """Return at most 64 by 64 pixels of an image as float, NaN where there is no value."""
    rows, columns = (-(-size // MAX_PIXELS) for size in data.shape)
    found = data[rows // 2 :: rows, columns // 2 :: columns]
    values = _real(np.ma.getdata(found))
    return np.where(np.ma.getmaskarray(found), np.nan, values)


def grey_png(values: Array, limits: tuple[float, float], label: str, size: tuple[int, int]) -> str:
    """Draw pixels in grey as HTML, black at one limit and white at the other.

    Parameters
    ----------
    values
        As :func:`sampled` gives them.
    limits
        Values of black and of white; what isn't between is cut off.
    label
        What is said instead of the picture.
    size
        Its width and height in CSS pixels.
    """
    low, high = limits
    if not low < high:
        return _picture(np.where(np.isnan(values), np.nan, 0.5), label, size)
    half = np.clip(values, low, high) / 2 - low / 2
    return _picture(half / (high / 2 - low / 2), label, size)


def _picture(shade: Array, label: str, size: tuple[int, int]) -> str:
    is_known = ~np.isnan(shade)
    grey = (np.where(is_known, shade, 0) * 255).astype(np.uint8)
    encoded = base64.b64encode(_png(grey, np.where(is_known, 255, 0).astype(np.uint8)))
    width, height = size
    # Jupyter's style sheets set img { height: auto }, which beats the attributes
    return (
        f'<img alt="{escape(label)}" style="width:{width}px;height:{height}px" '
        f'src="data:image/png;base64,{encoded.decode("ascii")}"/>'
    )


def _png(grey: Array, alpha: Array) -> bytes:
    """Encode grey with alpha, 8 bits each, as the PNG specification (ISO 15948) says."""
    height, width = grey.shape
    pixels = np.stack([grey, alpha], axis=2).reshape(height, 2 * width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
