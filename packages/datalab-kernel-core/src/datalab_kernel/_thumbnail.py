"""Small pictures of objects for tables: an SVG path for a signal, a PNG for an image.

Made from a bounded number of samples, with numpy and the standard library alone.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WIDTH, HEIGHT = 96, 32
COLUMNS = 96
MAX_SAMPLES = 20_000
MAX_PIXELS = 64
STROKE = "#4c8bf5"


def signal_svg(xydata: Array) -> str:
    """Draw a signal's y as a line of 96 by 32 pixels; gaps are where it isn't finite.

    Parameters
    ----------
    xydata
        Of shape ``(2, n)`` or ``(4, n)``. Of more than 20,000 samples some are left out.
    """
    path = _path(_sampled(xydata[1]))
    return (
        f'<svg role="img" aria-label="curve" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="-1 -1 {WIDTH + 2} {HEIGHT + 2}"><path d="{path}" fill="none" '
        f'stroke="{STROKE}" stroke-width="1.2" stroke-linejoin="round"/></svg>'
    )


def _sampled(row: Array) -> Array:
    values = row[:: -(-len(row) // MAX_SAMPLES)] if len(row) else row
    real = np.abs(values) if np.iscomplexobj(values) else values
    return np.where(np.isfinite(real), real, np.nan).astype(float)


def _path(values: Array) -> str:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return ""
    low, high = float(known.min()), float(known.max())
    span = high - low
    if not np.isfinite(span) or span == 0:
        span, low = 1.0, low - 0.5
    xs, ys = _envelope(values)
    levels = HEIGHT - (ys - low) / span * HEIGHT
    parts, is_down = [], False
    for x, level in zip(xs.tolist(), levels.tolist(), strict=True):
        if level != level:  # noqa: PLR0124 - NaN
            is_down = False
            continue
        parts.append(f"{'L' if is_down else 'M'}{x:.1f} {level:.1f}")
        is_down = True
    if len(parts) == 1:
        parts.append("h1")
    return "".join(parts)


def _envelope(values: Array) -> tuple[Array, Array]:
    """Return at most two points a column: its least and its greatest value."""
    count = len(values)
    if count <= 2 * COLUMNS:
        return np.arange(count) * (WIDTH / max(1, count - 1)), values
    starts = (np.arange(COLUMNS) * count) // COLUMNS
    low = np.fmin.reduceat(values, starts)
    high = np.fmax.reduceat(values, starts)
    levels = np.stack([low, high], axis=1).ravel()
    return np.repeat(np.arange(COLUMNS) * (WIDTH / (COLUMNS - 1)), 2), levels


def image_png(data: Array) -> str:
    """Draw an image in grey as HTML, of at most 64 by 64 of its pixels; NaN is transparent."""
    if data.size == 0:
        return ""
    rows, columns = (-(-size // MAX_PIXELS) for size in data.shape)
    small = data[::rows, ::columns]
    small = np.ma.filled(small.astype(complex if np.iscomplexobj(small) else float), np.nan)
    small = np.abs(small) if np.iscomplexobj(small) else small
    encoded = base64.b64encode(_png(*_grey_and_alpha(small))).decode("ascii")
    height = max(8, min(48, round(48 * small.shape[0] / max(small.shape))))
    return f'<img alt="image" style="height:{height}px" src="data:image/png;base64,{encoded}">'


def _grey_and_alpha(values: Array) -> tuple[Array, Array]:
    is_known = np.isfinite(values)
    known = values[is_known]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    span = high - low
    scale = 255.0 / span if 0 < span < np.inf else 0.0
    grey = (np.where(is_known, values, low) - low) * scale
    return grey.astype(np.uint8), np.where(is_known, 255, 0).astype(np.uint8)


def _png(grey: Array, alpha: Array) -> bytes:
    """Encode grey with alpha, 8 bits each, as the PNG specification (ISO 15948) says."""
    height, width = grey.shape
    pixels = np.stack([grey, alpha], axis=2).reshape(height, 2 * width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 4, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
