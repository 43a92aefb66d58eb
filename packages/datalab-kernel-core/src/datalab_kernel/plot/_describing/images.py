"""Images side by side: where their pixels lie, what their colours mean, what is over them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.plot._describing import stored
from datalab_kernel.plot._describing.annotations import annotated
from datalab_kernel.plot._describing.color_scale import ColorScale, color_scale
from datalab_kernel.plot._describing.overlays import with_overlays
from datalab_kernel.plot._describing.regions import masked_pixels, regions
from datalab_kernel.plot._describing.results import results
from datalab_kernel.plot._describing.texts import modulus, phase, plain
from datalab_kernel.plot._describing.values import why_empty
from datalab_kernel.plot._options import given
from datalab_kernel.plot._spec import AxesSpec, Image, own
from datalab_kernel.plot.rendering import SEEN_AS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import ImageObj
    from datalab_kernel.plot._describing.color_scale import ValueRange
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import Shape

Array = np.ndarray[Any, Any]
LONGEST_SIDES = 20.0
"""An image longer than this many times its width isn't shown with square pixels."""
CYCLIC_MAP = "twilight"


def image_axes(
    images: Sequence[ImageObj], options: PlotOptions, *, is_alone: bool = False
) -> tuple[AxesSpec, ...]:
    """Describe images side by side; each complex one by modulus and phase.

    ``is_alone`` leaves the phase out, where there is only one pair of axes to draw into.

    Raises
    ------
    ValueError
        If images are to share colours, and their values are in different units.
    """
    data = [own(np.abs(image.data)) if _is_complex(image) else image.data for image in images]
    scales = _scales(images, data, options)
    is_single = len(images) == 1
    axes: list[AxesSpec] = []
    for image, values, scale in zip(images, data, scales, strict=True):
        picture = _picture(image, values, scale, options)
        first = _axes(image, picture, options, is_single=is_single)
        axes.append(with_overlays(first, options, _edges))
        if _is_complex(image) and not is_alone:
            axes.append(_phase_axes(image, picture, first))
    return tuple(_with_common_limits(axes)) if options.share is True else tuple(axes)


def _is_complex(image: ImageObj) -> bool:
    return bool(np.iscomplexobj(image.data))


def shares_colors(images: Sequence[ImageObj], options: PlotOptions) -> bool:
    """Say whether one colour bar stands for all axes."""
    return bool(options.share) and len(images) > 1 and not any(map(_is_complex, images))


def _scales(
    images: Sequence[ImageObj], data: Sequence[Array], options: PlotOptions
) -> list[ColorScale]:
    if not options.share:
        return [
            _scale([values], _chosen_map(options, [image]), options, _kept_value_range(image))
            for image, values in zip(images, data, strict=True)
        ]
    units = dict.fromkeys(image.zunit for image in images if image.zunit)
    if len(units) > 1:
        message = (
            f"These images can't share colours: their values are in {', '.join(units)}. "
            "Leave share out."
        )
        raise ValueError(message)
    common = _scale(data, _chosen_map(options, images), options, (None, None))
    return [common] * len(images)


def _scale(data: Sequence[Array], cmap: Any, options: PlotOptions, kept: ValueRange) -> ColorScale:
    if options.norm is not None:
        return color_scale([], cmap=cmap)
    return color_scale(data, cmap=cmap, asked=(options.vmin, options.vmax), kept=kept)


def _chosen_map(options: PlotOptions, images: Sequence[ImageObj]) -> Any:
    """Return the colour map that was asked for, else the one that all images keep."""
    kept = {stored.colormap(image.metadata) for image in images}
    return given(options.cmap, kept.pop() if len(kept) == 1 else None)


def _kept_value_range(image: ImageObj) -> ValueRange:
    return image.zscalemin, image.zscalemax


def _picture(image: ImageObj, data: Array, scale: ColorScale, options: PlotOptions) -> Image:
    return Image(
        data=data,
        x_edges=_edges(image, "x", 1),
        y_edges=_edges(image, "y", 0),
        is_uniform=bool(image.is_uniform_coords),
        is_masked=masked_pixels(image),
        cmap=scale.cmap,
        vmin=scale.vmin,
        vmax=scale.vmax,
        norm=options.norm,
        alpha=options.alpha,
        has_colorbar=given(options.colorbar, data.dtype.kind != "b"),
        label=modulus(image.zlabel) if _is_complex(image) else plain(image.zlabel),
        unit=plain(image.zunit),
        extend=scale.extend,
        limits_note=scale.note,
        note=image.metadata.get(SEEN_AS, ""),
    )


def _axes(image: ImageObj, picture: Image, options: PlotOptions, *, is_single: bool) -> AxesSpec:
    x_edges, y_edges = picture.x_edges, picture.y_edges
    message = why_empty([picture.data]) or _why_nowhere(x_edges, y_edges)
    if not message and picture.is_masked is not None and picture.is_masked.all():
        message = "all pixels are masked"
    if message and options.colorbar is None:
        picture = replace(picture, has_colorbar=False)
    return AxesSpec(
        image=picture,
        shapes=_shapes(image, x_edges, y_edges, options),
        title=given(options.title, plain(image.title)) if is_single else plain(image.title),
        xlabel=given(options.xlabel, plain(image.xlabel)),
        ylabel=given(options.ylabel, plain(image.ylabel)),
        xunit="" if options.xlabel is not None else plain(image.xunit),
        yunit="" if options.ylabel is not None else plain(image.yunit),
        xlim=options.xlim or _axis_limits(image, "x", x_edges),
        ylim=options.ylim or _turned(_axis_limits(image, "y", y_edges), options),
        aspect=given(options.aspect, _aspect(image, x_edges, y_edges)),
        origin=given(options.origin, "upper"),
        message=message,
    )


def _why_nowhere(x_edges: Array, y_edges: Array) -> str:
    for letter, edges in (("x", x_edges), ("y", y_edges)):
        if not np.isfinite(edges).all():
            return f"the pixels' {letter} coordinates are not all known"
        if edges[0] == edges[-1]:
            return f"the pixels have no size: d{letter} is 0"
    return ""


def _phase_axes(image: ImageObj, modulus_shown: Image, first: AxesSpec) -> AxesSpec:
    picture = replace(
        modulus_shown,
        data=np.angle(image.data),
        cmap=CYCLIC_MAP,
        vmin=-np.pi,
        vmax=np.pi,
        norm=None,
        label=phase(image.zlabel),
        unit="rad",
        extend="neither",
        limits_note="",
    )
    return replace(first, image=picture, shapes=(), title=first.title and f"{first.title}, phase")


def _axis_limits(image: ImageObj, letter: str, edges: Array) -> tuple[float, float] | None:
    """Return an axis' limits that are kept in the image, from least to greatest."""
    kept = stored.axis_limits([image], letter)
    if kept is None or image.data.size == 0:
        return None
    low, high = given(kept[0], float(edges.min())), given(kept[1], float(edges.max()))
    return None if low == high else (low, high)


def _turned(limits: tuple[float, float] | None, options: PlotOptions) -> tuple[float, float] | None:
    """Return limits of y from bottom to top."""
    if limits is None or options.origin == "lower":
        return limits
    return max(limits), min(limits)


def _with_common_limits(axes: Sequence[AxesSpec]) -> list[AxesSpec]:
    """Give all axes the same limits, unless they have some of their own."""
    images = [part.image for part in axes if part.image is not None and part.image.data.size]
    if not images:
        return [*axes]
    x_edges = np.concatenate([image.x_edges[[0, -1]] for image in images])
    y_edges = np.concatenate([image.y_edges[[0, -1]] for image in images])
    xlim = (float(x_edges.min()), float(x_edges.max()))
    below = (float(y_edges.min()), float(y_edges.max()))
    return [
        replace(
            part,
            xlim=part.xlim or xlim,
            ylim=part.ylim or (below if part.origin == "lower" else below[::-1]),
        )
        for part in axes
    ]


def _aspect(image: ImageObj, x_edges: Array, y_edges: Array) -> str:
    """Return "equal" where a length means the same both ways and the image isn't a strip."""
    if image.data.size == 0 or image.xunit != image.yunit:
        return "auto"
    width, height = abs(x_edges[-1] - x_edges[0]), abs(y_edges[-1] - y_edges[0])
    is_strip = max(width, height) > LONGEST_SIDES * min(width, height)
    return "auto" if is_strip else "equal"


def _edges(image: ImageObj, letter: str, axis: int) -> Array:
    """Return where pixels begin and end; Sigima's coordinates are their centres."""
    size = image.data.shape[axis]
    coords = getattr(image, f"{letter}coords")
    if image.is_uniform_coords or coords is None or len(coords) != size:
        start, step = getattr(image, f"{letter}0"), getattr(image, f"d{letter}")
        edges: Array = start + step * (np.arange(size + 1) - 0.5)
        return edges
    if size == 1:
        return np.array([coords[0] - 0.5, coords[0] + 0.5])
    middle = (coords[1:] + coords[:-1]) / 2
    first, last = 2 * coords[0] - middle[0], 2 * coords[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]])


def _shapes(
    image: ImageObj, x_edges: Array, y_edges: Array, options: PlotOptions
) -> tuple[Shape, ...]:
    shapes: list[Shape] = []
    if options.roi is not False:
        shapes += regions(image)
    if options.results is not False:
        shapes += results(image)
    shapes += annotated(image, partial(_box, x_edges, y_edges, options))
    return tuple(shapes)


def _box(x_edges: Array, y_edges: Array, options: PlotOptions) -> tuple[float, float, float, float]:
    """Return the axes' left, bottom, right and top."""
    left, right = float(x_edges.min()), float(x_edges.max())
    least, most = float(y_edges.min()), float(y_edges.max())
    return (left, least, right, most) if options.origin == "lower" else (left, most, right, least)
