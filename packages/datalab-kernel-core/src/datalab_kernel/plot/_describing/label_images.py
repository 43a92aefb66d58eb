"""Images of labels: each region in a colour that none of its neighbours has."""

from __future__ import annotations

from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._spec import Overlay, own
from datalab_kernel.plot.rendering import OVERLAY_COLORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects import ImageObj
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec

Array = np.ndarray[Any, Any]
NEAR = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0))
"""Steps, in rows and columns, over which regions are neighbours: a line of background may part them."""


def with_region_colors(
    axes: Sequence[AxesSpec], images: Sequence[ImageObj], options: PlotOptions
) -> tuple[AxesSpec, ...]:
    """Return axes in which the regions of label images have colours instead of a colour scale.

    What ``label_regions`` and ``watershed_split`` give is drawn so, unless a colour map or its
    limits are asked for.
    """
    asked = (options.cmap, options.norm, options.vmin, options.vmax, options.colorbar)
    if any(one is not None for one in asked) or options.share or len(axes) != len(images):
        return tuple(axes)
    return tuple(
        _colored(part) if _has_labels(image) else part
        for part, image in zip(axes, images, strict=True)
    )


def _has_labels(image: ImageObj) -> bool:
    is_labelled = image.zlabel == "Label" and not image.zunit and image.data.dtype.kind in "iu"
    return bool(is_labelled and image.data.size and image.data.min() >= 0 and image.data.max() > 1)


def _colored(axes: AxesSpec) -> AxesSpec:
    image = axes.image
    if image is None or axes.message:
        return axes
    labels = np.ma.filled(image.data, 0)
    most = float(labels.max())
    regions = Overlay(
        labels=own(color_numbers(labels, len(OVERLAY_COLORS))),
        x_edges=image.x_edges,
        y_edges=image.y_edges,
        colors=OVERLAY_COLORS,
        style="areas",
        opacity=1.0,
    )
    # below is plain background, whose values still are the labels
    plain = replace(
        image, cmap="Greys", vmin=most + 1, vmax=most + 2, has_colorbar=False, limits_note=""
    )
    return replace(axes, image=replace(plain, extend="neither"), overlays=(regions, *axes.overlays))


def color_numbers(labels: Array, count: int) -> Array:
    """Return the number of a colour for each pixel, from 1 on; 0 in the background.

    Regions have the colours in rounds by their labels, and another one where a neighbour has that.

    Parameters
    ----------
    labels
        Whole numbers from 0 on, of shape ``(ny, nx)``.
    count
        Of colours.

    Examples
    --------
    >>> color_numbers(np.array([[1, 1, 8], [0, 2, 2]]), 7).tolist()
    [[3, 3, 1], [0, 2, 2]]
    """
    numbers = np.unique(labels)
    places = np.searchsorted(numbers, labels)
    colors = (numbers - 1) % count
    near = _neighbours(places, is_background=numbers == 0)
    colored: set[int] = set()
    for region in _from_the_last_left(near):
        taken = {int(colors[other]) for other in near[region] & colored}
        if colors[region] in taken:
            colors[region] = next((one for one in range(count) if one not in taken), 0)
        colored.add(region)
    found: Array = np.where(numbers == 0, 0, colors + 1).astype(np.int32)[places]
    return found


def _from_the_last_left(near: Mapping[int, set[int]]) -> list[int]:
    """Return regions so that each has few neighbours before it: in a plane, five at most.

    The one with the fewest is taken away again and again (Matula's smallest-last order).
    """
    left = {region: len(others) for region, others in near.items()}
    waiting = [(degree, region) for region, degree in left.items()]
    heapify(waiting)
    order = []
    while waiting:
        degree, region = heappop(waiting)
        if left.get(region) != degree:
            continue
        del left[region]
        order.append(region)
        for other in near[region] & left.keys():
            left[other] -= 1
            heappush(waiting, (left[other], other))
    return order[::-1]


def _neighbours(places: Array, *, is_background: Array) -> dict[int, set[int]]:
    """Return which regions are near each one that has some there."""
    pairs = []
    ny, nx = places.shape
    for down, right in NEAR:
        one = places[: max(ny - down, 0), max(-right, 0) : max(nx - max(right, 0), 0)]
        two = places[down:, max(right, 0) : nx + min(right, 0)]
        is_border = (one != two) & ~is_background[one] & ~is_background[two]
        pairs.append(np.stack([one[is_border], two[is_border]], axis=1))
    near: dict[int, set[int]] = {}
    for one, other in np.unique(np.concatenate(pairs), axis=0).tolist():
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    return near
