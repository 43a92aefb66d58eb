"""From objects and options to a :class:`FigureSpec`: pure, no plotting library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel import _objects
from datalab_kernel.plot._options import PlotOptions, check_kind, one_each
from datalab_kernel.plot._spec import AxesSpec, Curve, FigureSpec, Image, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel._objects import DataObject, ImageObj, SignalObj
    from datalab_kernel.plot._spec import ShapeKind

Array = np.ndarray[Any, Any]
LONGEST_SIDES = 20.0
"""An image longer than this many times its width isn't shown with square pixels."""
ALT_NAMES = 8


def build(objects: Sequence[DataObject], options: PlotOptions) -> FigureSpec:
    """Describe the picture of signals (overlaid) or images (side by side).

    Raises
    ------
    TypeError
        If signals and images are mixed, or for an option of the other kind.
    """
    are_signals = [isinstance(obj, _objects.SignalObj) for obj in objects]
    if any(are_signals) and not all(are_signals):
        message = (
            "Cannot mix signals and images in one picture: "
            f"{', '.join(repr(obj.title) for obj in objects[:ALT_NAMES])}. Plot them in two calls."
        )
        raise TypeError(message)
    kind = "signal" if all(are_signals) else "image"
    check_kind(options, kind)
    axes: tuple[AxesSpec, ...]
    if kind == "signal":
        axes = (_signal_axes(objects, options),)
    else:
        axes = tuple(_image_axes(obj, options) for obj in objects)
    return FigureSpec(
        axes=axes,
        figsize=options.figsize,
        dpi=options.dpi,
        alt=_in_words(kind, [obj.title for obj in objects]),
    )


def _in_words(kind: str, names: list[str]) -> str:
    rest = len(names) - ALT_NAMES
    listed = ", ".join(names[:ALT_NAMES]) + (f" and {rest} more" if rest > 0 else "")
    return f"Plot of the {kind}{'s' if len(names) > 1 else ''} {listed}"


def _plain(text: str | None) -> str:
    """Write what an object says so that it isn't read as mathematics."""
    return (text or "").replace("$", r"\$")


def label_with_unit(label: str | None, unit: str | None) -> str:
    """Write an axis' label as the field does.

    Examples
    --------
    >>> label_with_unit("Voltage", "V"), label_with_unit("", "V"), label_with_unit("U", "")
    ('Voltage (V)', '(V)', 'U')
    """
    return " ".join(filter(None, [_plain(label), f"({_plain(unit)})" if unit else ""]))


def modulus_with_unit(label: str | None, unit: str | None) -> str:
    """Write the label of a complex quantity that is shown by its modulus.

    Examples
    --------
    >>> modulus_with_unit("Field", "V"), modulus_with_unit("", "V")
    ('|Field| (V)', 'modulus (V)')
    """
    text = f"|{_plain(label)}|" if label else "modulus"
    return " ".join(filter(None, [text, f"({_plain(unit)})" if unit else ""]))


def _given(option: Any, default: Any) -> Any:
    return default if option is None else option


# -- signals ------------------------------------------------------------------------------


def _signal_axes(signals: Sequence[SignalObj], options: PlotOptions) -> AxesSpec:
    colors = one_each(options.color, len(signals), "color")
    labels = one_each(options.label, len(signals), "label")
    xlabels = [label_with_unit(signal.xlabel, signal.xunit) for signal in signals]
    ylabels = [_quantity(signal) for signal in signals]
    names = [
        _plain(signal.title) + (f": {ylabel}" if ylabel and not _common(ylabels) else "")
        for signal, ylabel in zip(signals, ylabels, strict=True)
    ]
    curves = tuple(
        _curve(signal, color, _given(label, name), options)
        for signal, color, label, name in zip(signals, colors, labels, names, strict=True)
    )
    is_one = len(signals) == 1
    with_roi = signals if _given(options.roi, is_one) else ()
    return AxesSpec(
        curves=curves,
        shapes=tuple(shape for signal in with_roi for shape in _regions(signal)),
        title=_given(options.title, _plain(signals[0].title) if is_one else ""),
        xlabel=_given(options.xlabel, _common(xlabels)),
        ylabel=_given(options.ylabel, _common(ylabels)),
        xlim=options.xlim,
        ylim=options.ylim,
        xscale=_given(options.xscale, "linear"),
        yscale=_given(options.yscale, "linear"),
        aspect=_given(options.aspect, "auto"),
        legend=_legend(options, is_one=is_one),
        message=_why_empty([curve.y for curve in curves])
        or _why_not_logarithmic("x", options.xscale, [curve.x for curve in curves])
        or _why_not_logarithmic("y", options.yscale, [curve.y for curve in curves]),
    )


def _quantity(signal: SignalObj) -> str:
    write = modulus_with_unit if np.iscomplexobj(signal.xydata) else label_with_unit
    return write(signal.ylabel, signal.yunit)


def _common(texts: list[str]) -> str:
    """Return the text that all share, else nothing."""
    return texts[0] if len(set(texts)) == 1 else ""


def _legend(options: PlotOptions, *, is_one: bool) -> str | None:
    wanted = _given(options.legend, not is_one or options.label is not None)
    if isinstance(wanted, str):
        return wanted
    return "best" if wanted else None


def _curve(signal: SignalObj, color: Any, label: str, options: PlotOptions) -> Curve:
    rows = signal.xydata
    has_errors = options.errorbars is not False and len(rows) == 4  # noqa: PLR2004 - x, y, dx, dy
    errors = [_real_or_none(rows[index]) if has_errors else None for index in (2, 3)]
    return Curve(
        x=rows[0].real,
        y=np.abs(rows[1]) if np.iscomplexobj(rows) else rows[1],
        label=label,
        color=color,
        alpha=options.alpha,
        x_error=errors[0],
        y_error=errors[1],
    )


def _real_or_none(row: Array) -> Array | None:
    return None if _is_all_nan(row) else row.real


def _why_empty(arrays: list[Array]) -> str:
    if sum(array.size for array in arrays) == 0:
        return "no data"
    if all(_is_all_nan(array) for array in arrays):
        return "all values are NaN"
    return ""


def _why_not_logarithmic(axis: str, scale: str | None, arrays: list[Array]) -> str:
    if scale != "log" or any(np.fmax.reduce(array) > 0 for array in arrays if array.size):
        return ""
    return f"no {axis} is positive, as a logarithmic axis needs"


def _is_all_nan(array: Array) -> bool:
    if array.dtype.kind not in "fc" or array.size == 0:
        return array.size == 0
    return bool(np.isnan(array.flat[0]) and np.isnan(array).all())


# -- images -------------------------------------------------------------------------------


def _image_axes(image: ImageObj, options: PlotOptions) -> AxesSpec:
    x_edges, y_edges = _edges(image, "x", 1), _edges(image, "y", 0)
    is_complex = np.iscomplexobj(image.data)
    stored = image.metadata.get("__colormap")
    message = _why_empty([image.data])
    picture = Image(
        data=np.abs(image.data) if is_complex else image.data,
        x_edges=x_edges,
        y_edges=y_edges,
        is_uniform=bool(image.is_uniform_coords),
        cmap=_given(options.cmap, stored if isinstance(stored, str) else "viridis"),
        vmin=options.vmin,
        vmax=options.vmax,
        norm=options.norm,
        alpha=options.alpha,
        has_colorbar=_given(options.colorbar, not message),
        label=(modulus_with_unit if is_complex else label_with_unit)(image.zlabel, image.zunit),
    )
    return AxesSpec(
        image=picture,
        shapes=_regions(image) if options.roi is not False else (),
        title=_given(options.title, _plain(image.title)),
        xlabel=_given(options.xlabel, label_with_unit(image.xlabel, image.xunit)),
        ylabel=_given(options.ylabel, label_with_unit(image.ylabel, image.yunit)),
        xlim=options.xlim,
        ylim=options.ylim,
        aspect=_given(options.aspect, _aspect(image, x_edges, y_edges)),
        origin=_given(options.origin, "upper"),
        message=message,
    )


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


def _regions(obj: Any) -> tuple[Shape, ...]:
    if obj.roi is None:
        return ()
    shapes = _shapes()
    return tuple(
        Shape(
            kind=shapes[type(single)],
            coords=tuple(float(value) for value in single.get_physical_coords(obj)),
            label=_plain(single.title),
            is_inverse=bool(getattr(single, "inverse", False)),
        )
        for single in obj.roi.single_rois
    )


def _shapes() -> dict[type, ShapeKind]:
    from sigima.objects import CircularROI, PolygonalROI, RectangularROI, SegmentROI

    return {
        SegmentROI: "interval",
        RectangularROI: "rectangle",
        CircularROI: "circle",
        PolygonalROI: "polygon",
    }
