"""The outlines of regions in an image of labels: along the edges of its pixels. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from datalab_kernel.plot._spec import Overlay

Array = np.ndarray[Any, Any]

OVERLAY_COLORS = ("#e0245e", "#0a84d6", "#b5651d", "#2f9e44", "#c026d3", "#7c5cff")
"""Of regions, by their numbers: seen on black and on white (three times as bright, or dark, at least)."""
MOST_SIDE = 1024
"""Pixels of labels along a side up to which each counts; of more, one of several does."""


class Outline(NamedTuple):
    """Lines of one colour, x and y of shape ``(n,)``, with NaN between them."""

    color: str
    x: Array
    y: Array


def outlines_of(overlay: Overlay) -> list[Outline]:
    """Return the outlines of an overlay's regions, in the axes' units.

    Parameters
    ----------
    overlay
        Where two regions touch, the line has the colour of the greater number.

    Returns
    -------
    list of Outline
        One for each colour that there is.
    """
    labels, x_edges, y_edges = reduced_labels(overlay)
    padded = np.pad(labels, 1)
    down = _edge_numbers(padded[:-1, 1:-1], padded[1:, 1:-1])
    right = _edge_numbers(padded[1:-1, :-1], padded[1:-1, 1:]).T
    rows, starts, ends, numbers = _runs(down)
    columns, lefts, rights, others = _runs(right)
    lines = np.concatenate(
        [
            np.stack([x_edges[starts], y_edges[rows], x_edges[ends], y_edges[rows]], axis=1),
            np.stack([x_edges[columns], y_edges[lefts], x_edges[columns], y_edges[rights]], axis=1),
        ]
    )
    colors = (np.concatenate([numbers, others]) - 1) % len(overlay.colors)
    found = []
    for place, color in enumerate(overlay.colors):
        chosen = lines[colors == place]
        if len(chosen):
            gaps = np.full(len(chosen), np.nan)
            x, y = chosen[:, 0::2], chosen[:, 1::2]
            found.append(Outline(color, *(np.column_stack([one, gaps]).ravel() for one in (x, y))))
    return found


def reduced_labels(overlay: Overlay) -> tuple[Array, Array, Array]:
    """Return labels, and the edges of their columns and rows; of very many, every other or fewer."""
    labels = np.asarray(overlay.labels)
    step = max(1, -(-max(labels.shape, default=1) // MOST_SIDE))
    if step == 1:
        return labels, overlay.x_edges, overlay.y_edges
    x_edges, y_edges = (
        np.append(edges[:-1:step], edges[-1]) for edges in (overlay.x_edges, overlay.y_edges)
    )
    rows, columns = (
        np.minimum(np.arange(0, size, step) + step // 2, size - 1) for size in labels.shape
    )
    return labels[np.ix_(rows, columns)], x_edges, y_edges


def _edge_numbers(before: Array, after: Array) -> Array:
    """Return the number of the region that ends at each edge, 0 where none does."""
    return np.where(before == after, 0, np.maximum(before, after))


def _runs(edges: Array) -> tuple[Array, Array, Array, Array]:
    """Join edges of the same number: their rows, first and last ends, and numbers."""
    padded = np.pad(edges, ((0, 0), (1, 1)))
    is_new = padded[:, 1:] != padded[:, :-1]
    rows, starts = np.nonzero(is_new & (padded[:, 1:] != 0))
    _, ends = np.nonzero(is_new & (padded[:, :-1] != 0))
    return rows, starts, ends, edges[rows, starts]
