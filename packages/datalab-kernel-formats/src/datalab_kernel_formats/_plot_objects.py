"""Objects of an array with axes: a signal, an image, or one of each plane of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._objects import Axis, frames, image, signal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datalab_kernel.objects import DataObject
    from datalab_kernel_formats._hdf5_plot import Plot, Values
    from datalab_kernel_formats._objects import Array


def objects_of_plot(path: Path, plot: Plot, *, is_only: bool = True) -> list[DataObject]:
    """Make a signal of one dimension, an image of two, and a frame of each plane of more."""
    shown = 1 if plot.data.values.ndim == 1 or plot.is_curves else 2
    result = []
    for place, text, frame in _planes(plot, shown):
        part = " ".join(filter(None, ["" if is_only else plot.name, text]))
        metadata = {**plot.metadata, **frame}
        make = _signal if shown == 1 else _image
        result.append(make(path, plot, place, part, metadata))
    return result


def _planes(plot: Plot, shown: int) -> Iterator[tuple[tuple[int, ...], str, dict[str, Any]]]:
    """Yield each plane's index in the first dimensions, its part of the title, and metadata of where it is."""
    outer = plot.data.values.shape[: plot.data.values.ndim - shown]
    names = [axis.label if axis and axis.label else f"axis {n}" for n, axis in enumerate(plot.axes)]
    letters = [name if len(name) == 1 else "" for name in names]
    texts = [frames(count, letter) for count, letter in zip(outer, letters, strict=False)]
    for place in np.ndindex(outer):
        index = dict(zip(names, place, strict=False))
        known = [
            (name, n, axis) for name, n, axis in zip(names, place, plot.axes, strict=False) if axis
        ]
        text = " ".join(texts[dim][n] for dim, n in enumerate(place))
        frame = {
            "frame": index,
            "position": {name: float(axis.values[n]) for name, n, axis in known},
            "position_units": {name: axis.unit for name, _n, axis in known},
        }
        yield place, text.strip(), frame if index else {}


def _signal(path: Path, plot: Plot, place: tuple[int, ...], part: str, metadata: Any) -> DataObject:
    y, axis = plot.data.values[place], plot.axes[-1]
    obj = signal(
        path,
        np.arange(len(y), dtype=float) if axis is None else axis.values,
        y,
        part=part,
        xaxis=_shown(axis),
        yaxis=_shown(plot.data),
        metadata=metadata,
    )
    if plot.errors is not None and not np.iscomplexobj(y):
        obj.set_xydata(obj.x, obj.y, np.zeros_like(obj.x), plot.errors[place].astype(float))
    return obj


def _image(path: Path, plot: Plot, place: tuple[int, ...], part: str, metadata: Any) -> DataObject:
    data = plot.data.values[place]
    yaxis, xaxis = plot.axes[-2:]
    obj = image(
        path,
        data,
        part=part,
        x=_shown(xaxis),
        y=_shown(yaxis),
        z=_shown(plot.data),
        metadata=metadata,
    )
    place_image(obj, _points(xaxis, data.shape[1]), _points(yaxis, data.shape[0]))
    return obj


def place_image(obj: Any, xs: Array, ys: Array) -> None:
    """Give an image the coordinates of its columns and rows; evenly spaced ones as a step."""
    steps = [even_step(points) for points in (xs, ys)]
    if None in steps:
        obj.set_coords(xs.astype(float), ys.astype(float))
    else:
        obj.set_uniform_coords(*steps, float(xs[0]), float(ys[0]))


def even_step(points: Array) -> float | None:
    """Return the step of points that rise evenly; None of others.

    Examples
    --------
    >>> even_step(np.array([1.0, 1.5, 2.0])), even_step(np.array([1.0, 2.0, 4.0]))
    (0.5, None)
    """
    if len(points) == 1:
        return 1.0
    step = float(points[-1] - points[0]) / (len(points) - 1)
    is_even = step > 0 and np.allclose(np.diff(points), step, rtol=1e-6, atol=0)
    return step if is_even else None


def _points(axis: Values | None, count: int) -> Array:
    return np.arange(count, dtype=float) if axis is None else axis.values


def _shown(axis: Values | None) -> Axis:
    return Axis(label=axis.label, unit=axis.unit) if axis else Axis()
