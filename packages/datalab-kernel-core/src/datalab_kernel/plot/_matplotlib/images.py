"""Drawing images: pixels where their coordinates are, what is masked, and the colour bar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._matplotlib import layout
from datalab_kernel.plot._matplotlib.appearance import NOTE_SIZE, is_dark, quiet
from datalab_kernel.plot._matplotlib.ticks import label_axis
from datalab_kernel.plot.rendering import finite_range, reduce_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from datalab_kernel.plot._spec import AxesSpec, Image

    Array = np.ndarray[Any, Any]

STRIPES, STRIPE = 22, 3
"""Pixels of the picture from one stripe over masked pixels to the next, and of a stripe."""
OVER_PIXELS = 1.2
VEIL, VEIL_STRIPE = (150, 150, 150, 190), (90, 90, 90, 220)
"""Colours over masked pixels."""


def draw_image(axes: Axes, image: Image, spec: AxesSpec) -> tuple[Any, list[str]]:
    """Draw an image; return what has its colours, and what is to be said about it."""
    rows, columns = _seen(image.y_edges, spec.ylim), _seen(image.x_edges, spec.xlim)
    part = replace(
        image,
        data=image.data[rows, columns],
        x_edges=image.x_edges[columns.start : columns.stop + 1],
        y_edges=image.y_edges[rows.start : rows.stop + 1],
    )
    height, width = layout.pixels(axes)
    scale = {"cmap": image.cmap, "alpha": image.alpha, **_color_limits(image)}
    found = reduce_image(part, width, height, _value_range(scale))
    if found is not None:
        scale["interpolation"] = "nearest"
    shown = found or part
    x_edges, y_edges = shown.x_edges, shown.y_edges
    if image.is_uniform:
        extent = (x_edges[0], x_edges[-1], y_edges[-1], y_edges[0])
        drawn: Any = axes.imshow(
            shown.data, extent=extent, aspect=spec.aspect, origin="upper", **scale
        )
    else:
        scale.pop("interpolation", None)
        drawn = axes.pcolormesh(x_edges, y_edges, shown.data, **scale)
        axes.set_aspect(spec.aspect)
    if image.is_masked is not None and image.is_masked.any():
        _draw_mask(axes, image, (rows, columns))
    axes.set_xlim(*sorted((image.x_edges[0], image.x_edges[-1])))
    low, high = sorted((image.y_edges[0], image.y_edges[-1]))
    axes.set_ylim(*((high, low) if spec.origin == "upper" else (low, high)))
    note = image.note or ("" if found is None else found.note)
    return drawn, [note] if note else []


def _draw_mask(axes: Axes, image: Image, seen: tuple[slice, slice]) -> None:
    """Lay grey stripes over masked pixels, as fine as the picture's own pixels."""
    mask: Any = image.is_masked
    ends, places = [], []
    for edges, part, count in zip(
        (image.y_edges, image.x_edges), seen, layout.pixels(axes), strict=True
    ):
        first, last = float(edges[part.start]), float(edges[part.stop])
        centres = first + (np.arange(count) + 0.5) / count * (last - first)
        order = edges if edges[-1] >= edges[0] else -edges
        found = np.searchsorted(order, centres if edges[-1] >= edges[0] else -centres) - 1
        places.append(np.clip(found, part.start, part.stop - 1))
        ends.append((first, last))
    is_masked = mask[np.ix_(*places)]
    down, right = np.indices(is_masked.shape, sparse=True)
    is_line = (down + right) % STRIPES < STRIPE
    overlay = np.zeros((*is_masked.shape, 4), np.uint8)
    overlay[is_masked] = VEIL
    overlay[is_masked & is_line] = VEIL_STRIPE
    extent = (*ends[1], ends[0][1], ends[0][0])
    axes.imshow(
        overlay, extent=extent, origin="upper", interpolation="nearest", zorder=OVER_PIXELS,
        aspect=axes.get_aspect(),
    )  # fmt: skip


def draw_colorbar(where: Axes, parent: Axes, drawn: Any, images: Sequence[Image]) -> None:
    """Draw the colour bar of images beside ``parent``, and say what its limits leave out."""
    ends = sorted({end for image in images for end in _ENDS[image.extend]})
    extend = ("neither", *ends, "both")[len(ends) if len(ends) < 2 else -1]  # noqa: PLR2004
    figure: Any = where.figure
    bar = figure.colorbar(drawn, cax=where, extend=extend)
    axis = where.yaxis
    label = layout.wrap_label(images[0].label, parent, 0)
    label_axis(axis, label, images[0].unit)
    bar.formatter = axis.get_major_formatter()  # else it puts its own back
    notes = dict.fromkeys(image.limits_note for image in images if image.limits_note)
    if notes:
        where.annotate(
            "; ".join(notes), (1.0, 0.5), xycoords=axis.label, xytext=(5, 0),
            textcoords="offset points", rotation=90, ha="left", va="center",
            fontsize=NOTE_SIZE, color=quiet(where),
        )  # fmt: skip
    bar.outline.set_linewidth(0.6)
    if is_dark(where):
        bar.outline.set_edgecolor("0.7")


_ENDS: dict[str, tuple[str, ...]] = {
    "neither": (),
    "min": ("min",),
    "max": ("max",),
    "both": ("min", "max"),
}


def _seen(edges: Array, limits: tuple[float, float] | None) -> slice:
    """Return the pixels that lie at least in part within the limits; all, where none does."""
    whole = slice(0, len(edges) - 1)
    if limits is None:
        return whole
    least, most = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    inside = np.flatnonzero((most >= min(limits)) & (least <= max(limits)))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else whole


def _value_range(scale: dict[str, Any]) -> tuple[float, float] | None:
    """Return the values between which colours differ, as far as they are known."""
    norm = scale.get("norm")
    low, high = (
        (scale["vmin"], scale["vmax"])
        if norm is None
        else (getattr(norm, "vmin", None), getattr(norm, "vmax", None))
    )
    return None if low is None or high is None else (float(low), float(high))


def _color_limits(image: Image) -> dict[str, Any]:
    """Let colours span all data, also where only means or a part of them is drawn."""
    if image.norm is not None:
        return {"norm": image.norm}
    low, high = image.vmin, image.vmax
    if low is None or high is None:
        found = finite_range(image.data)
        if found is not None:
            low, high = (found[0] if low is None else low), (found[1] if high is None else high)
    return {"vmin": low, "vmax": high}
