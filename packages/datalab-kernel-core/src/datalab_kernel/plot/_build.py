"""From objects and options to a :class:`FigureSpec`: pure, no plotting library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel import _objects
from datalab_kernel.plot._options import PlotOptions, one_each
from datalab_kernel.plot._spec import AxesSpec, Curve, FigureSpec, Image, Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel._objects import DataObject, ImageObj, SignalObj

Array = np.ndarray[Any, Any]
SHAPES = {
    "SegmentROI": "segment",
    "RectangularROI": "rectangle",
    "CircularROI": "circle",
    "PolygonalROI": "polygon",
}


def build(objects: Sequence[DataObject], options: PlotOptions) -> FigureSpec:
    """Describe the picture of signals (overlaid) or images (side by side).

    Raises
    ------
    TypeError
        If signals and images are mixed.
    """
    kinds = [isinstance(obj, _objects.SignalObj) for obj in objects]
    if any(kinds) and not all(kinds):
        message = (
            "Cannot mix signals and images in one picture: "
            f"{', '.join(repr(obj.title) for obj in objects[:8])}. Plot them in two calls."
        )
        raise TypeError(message)
    if all(kinds):
        axes = (_signal_axes(objects, options),)  # type: ignore[arg-type]
    else:
        axes = tuple(_image_axes(obj, options) for obj in objects)  # type: ignore[arg-type]
    what = "signal" if all(kinds) else "image"
    names = ", ".join(obj.title for obj in objects)
    alt = f"Plot of the {what}{'s' if len(objects) > 1 else ''} {names}"
    return FigureSpec(axes=axes, figsize=options.figsize, dpi=options.dpi, alt=alt)


def label_with_unit(label: str | None, unit: str | None) -> str:
    """Write an axis' label as the field does.

    Examples
    --------
    >>> label_with_unit("Voltage", "V"), label_with_unit("", "V"), label_with_unit("U", "")
    ('Voltage (V)', '(V)', 'U')
    """
    return " ".join(filter(None, [label or "", f"({unit})" if unit else ""]))


def _common(texts: list[str]) -> str:
    """Return the text that all share, else nothing."""
    return texts[0] if len(set(texts)) == 1 else ""


def _signal_axes(signals: Sequence[SignalObj], options: PlotOptions) -> AxesSpec:
    colors = one_each(options.color, len(signals), "color")
    labels = one_each(options.label, len(signals), "label")
    curves = tuple(
        _curve(signal, color, label, options)
        for signal, color, label in zip(signals, colors, labels, strict=True)
    )
    xlabel = _common([label_with_unit(s.xlabel, s.xunit) for s in signals])
    ylabel = _common([label_with_unit(s.ylabel, s.yunit) for s in signals])
    if any(np.iscomplexobj(s.xydata) for s in signals):
        ylabel = f"|{ylabel}|" if ylabel else "Modulus"
    is_one = len(signals) == 1
    regions = _regions(signals[0]) if options.roi and is_one else ()
    return AxesSpec(
        curves=curves,
        regions=regions,
        title=_given(options.title, signals[0].title if is_one else ""),
        xlabel=_given(options.xlabel, xlabel),
        ylabel=_given(options.ylabel, ylabel),
        xlim=options.xlim,
        ylim=options.ylim,
        xscale=options.xscale,
        yscale=options.yscale,
        aspect=_given(options.aspect, "auto"),
        has_legend=_given(options.legend, not is_one or options.label is not None),
        message=_why_empty([curve.y for curve in curves]),
    )


def _given(option: Any, default: Any) -> Any:
    return default if option is None else option


def _curve(signal: SignalObj, color: Any, label: Any, options: PlotOptions) -> Curve:
    rows = signal.xydata
    has_errors = options.errorbars and len(rows) == 4  # noqa: PLR2004 - x, y, dx, dy
    errors = [_real_or_none(rows[index]) if has_errors else None for index in (2, 3)]
    return Curve(
        x=rows[0].real,
        y=np.abs(rows[1]) if np.iscomplexobj(rows) else rows[1],
        label=_given(label, signal.title),
        color=color,
        alpha=options.alpha,
        x_error=errors[0],
        y_error=errors[1],
    )


def _real_or_none(row: Array) -> Array | None:
    return None if np.isnan(row).all() else row.real


def _why_empty(arrays: list[Array]) -> str:
    if sum(array.size for array in arrays) == 0:
        return "no data"
    if all(_is_all_nan(array) for array in arrays):
        return "only NaN"
    return ""


def _is_all_nan(array: Array) -> bool:
    if array.dtype.kind not in "fc" or array.size == 0:
        return array.size == 0
    return bool(np.isnan(array.flat[0]) and np.isnan(array).all())


def _image_axes(image: ImageObj, options: PlotOptions) -> AxesSpec:
    x_edges, y_edges = _edges(image, "x", 1), _edges(image, "y", 0)
    data = np.abs(image.data) if np.iscomplexobj(image.data) else image.data
    label = label_with_unit(image.zlabel, image.zunit)
    stored = image.metadata.get("__colormap")
    picture = Image(
        data=data,
        x_edges=x_edges,
        y_edges=y_edges,
        is_uniform=bool(image.is_uniform_coords),
        cmap=_given(options.cmap, stored if isinstance(stored, str) else "viridis"),
        vmin=options.vmin,
        vmax=options.vmax,
        norm=options.norm,
        alpha=options.alpha,
        has_colorbar=options.colorbar,
        label=f"|{label}|" if np.iscomplexobj(image.data) else label,
    )
    return AxesSpec(
        image=picture,
        regions=_regions(image) if options.roi else (),
        title=_given(options.title, image.title),
        xlabel=_given(options.xlabel, label_with_unit(image.xlabel, image.xunit)),
        ylabel=_given(options.ylabel, label_with_unit(image.ylabel, image.yunit)),
        xlim=options.xlim,
        ylim=options.ylim,
        xscale=options.xscale,
        yscale=options.yscale,
        aspect=_given(options.aspect, "equal" if image.xunit == image.yunit else "auto"),
        origin="lower" if options.origin == "lower" else "upper",
        message=_why_empty([data]),
    )


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


def _regions(obj: Any) -> tuple[Region, ...]:
    if obj.roi is None:
        return ()
    return tuple(
        Region(
            shape=SHAPES[type(single).__name__],  # type: ignore[arg-type]
            coords=tuple(float(value) for value in single.get_physical_coords(obj)),
            title=single.title or "",
            is_inverse=bool(getattr(single, "inverse", False)),
        )
        for single in obj.roi.single_rois
    )
