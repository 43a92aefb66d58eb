"""What analyses found of an object, as shapes: geometry, and markers that tables stand for."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from sigima.objects import GeometryResult, TableResult

from datalab_kernel.objects import share_object
from datalab_kernel.objects._results import drop_results, result_key, results_of
from datalab_kernel.plot._describing.regions import region_title
from datalab_kernel.plot._describing.texts import number, plain
from datalab_kernel.plot._spec import Shape
from datalab_kernel.plot.rendering import choose_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.objects import DataObject
    from datalab_kernel.plot._spec import ShapeKind
    from datalab_kernel.workspace._calc_result import CalcResult

Array = np.ndarray[Any, Any]
MOST_LABELS = 8
"""Shapes of one result up to which each has a label; else the first says how many there are."""
MOST_SHAPES = 500
NAN = math.nan


def with_results_of(analysis: CalcResult, name: str) -> DataObject:
    """Return an object with what one analysis found in it, and no other's results."""
    found = [results[name] for results in (analysis.tables, analysis.geometry) if name in results]
    return with_results(analysis.view(name), found)


def with_results(obj: DataObject, found: Sequence[Any]) -> DataObject:
    """Return a view of an object with these results (Sigima's) and no others.

    Raises
    ------
    TypeError
        For what is no result.
    """
    view = share_object(obj)
    drop_results(view)
    for result in found:
        if not isinstance(result, (TableResult, GeometryResult)):
            message = (
                f"{type(result).__name__} ({result!r:.60}) is no result. Give what workspace.calc "
                "returned for an analysis, or Sigima's TableResult or GeometryResult."
            )
            raise TypeError(message)
        view.metadata[result_key(result, view.metadata)] = result.to_dict()
    return view


def tables(obj: DataObject) -> list[Any]:
    """Return the tables (Sigima's) that are kept in an object's metadata."""
    return results_of(obj, [TableResult])


def results(obj: DataObject) -> tuple[Shape, ...]:
    """Return what analyses found in an object, where it has a place in the picture.

    Geometry has the title of its result, with the value that it stands for (a width, a
    radius, a position); rows without a place (NaN) are left out. Of a table of positions,
    as of peaks, each is marked with its number.
    """
    shapes: list[Shape] = []
    for found in results_of(obj, [GeometryResult]):
        shapes += _shapes(obj, found)
    for table in tables(obj):
        shapes += _markers(table)
    return tuple(shapes)


def _shapes(obj: DataObject, found: Any) -> list[Shape]:
    kind: ShapeKind = "cross" if found.kind.value == "marker" else found.kind.value
    indices = found.roi_indices
    regions = [-1] * len(found.coords) if indices is None else [int(index) for index in indices]
    placed = [
        (coords, region)
        for row, region in zip(found.coords, regions, strict=True)
        if (coords := _coordinates(kind, row))
    ]
    labels = _labels(obj, found.title, kind, placed)
    return [
        Shape(kind=kind, coords=coords, role="result", label=label)
        for (coords, _), label in zip(placed[:MOST_SHAPES], labels, strict=False)
    ]


def _coordinates(kind: ShapeKind, row: Array) -> tuple[float, ...]:
    """Return the coordinates of a row; none, if it has no place."""
    values = np.asarray(row, dtype=float)
    is_known = np.isfinite(values)
    if kind == "cross":
        return tuple(np.where(is_known, values, NAN).tolist()) if is_known.any() else ()
    if kind == "polygon":
        points = values.reshape(-1, 2)
        return tuple(points[np.isfinite(points).all(axis=1)].ravel().tolist())
    return tuple(values.tolist()) if is_known.all() else ()


def _labels(
    obj: DataObject,
    title: str,
    kind: ShapeKind,
    placed: Sequence[tuple[tuple[float, ...], int]],
) -> list[str]:
    name = plain(title.replace("_", " "))
    count = len(placed)
    if count > MOST_LABELS:
        shown = f", {MOST_SHAPES:,} shown" if count > MOST_SHAPES else ""
        return [f"{name} ({count:,}{shown})", *[""] * (count - 1)]
    in_region = Counter(region for _, region in placed)
    is_split = len(in_region) > 1
    labels = []
    counted: Counter[int] = Counter()
    for coords, region in placed:
        counted[region] += 1
        which = f" {counted[region]}" if in_region[region] > 1 else ""
        where = f" ({plain(region_title(obj, region))})" if is_split and region >= 0 else ""
        value = _value(obj, kind, coords)
        labels.append(f"{name}{which}{where}{': ' if value else ''}{value}")
    return labels


def _value(obj: DataObject, kind: ShapeKind, coords: tuple[float, ...]) -> str:
    """Write what a shape measures, where that is one quantity or a position."""
    xunit, yunit = plain(obj.xunit), plain(obj.yunit)
    match kind:
        case "segment":
            return _length(coords, xunit, yunit)
        case "circle" if xunit == yunit:
            return f"r = {_quantity(coords[2], xunit)}"
        case "cross":
            return _position(coords, xunit, yunit)
    return ""


def _length(coords: tuple[float, ...], xunit: str, yunit: str) -> str:
    x0, y0, x1, y1 = coords
    if y0 == y1:
        return _quantity(abs(x1 - x0), xunit)
    if x0 == x1:
        return _quantity(abs(y1 - y0), yunit)
    return _quantity(math.hypot(x1 - x0, y1 - y0), xunit) if xunit == yunit else ""


def _position(coords: tuple[float, ...], xunit: str, yunit: str) -> str:
    x, y = coords
    if math.isnan(x):
        return _quantity(y, yunit)
    return _quantity(x, xunit) if math.isnan(y) else f"({number(x, 4)}, {number(y, 4)})"


def _quantity(value: float, unit: str) -> str:
    readable, size = choose_unit(unit, value, value)
    return " ".join(filter(None, [number(value / size, 4), readable]))


def _markers(table: Any) -> Iterator[Shape]:
    """Mark the positions that a table lists: ``(x, y)``, or one of them, in each row."""
    kind = getattr(table.kind, "value", table.kind)
    places = {"xy_markers": (0, 1), "x_markers": (0, None), "y_markers": (None, 0)}
    if kind not in places:
        return
    x_column, y_column = places[kind]
    columns = [index for index in (x_column, y_column) if index is not None]
    if max(columns) >= len(table.headers):
        return
    rows = table.data[:MOST_SHAPES]
    for order, row in enumerate(rows, start=1):
        x, y = (NAN if index is None else _float(row[index]) for index in (x_column, y_column))
        label = str(order) if len(table.data) <= MOST_LABELS else ""
        if x_column is None or y_column is None:
            if not (math.isnan(x) and math.isnan(y)):
                yield Shape(kind="cross", coords=(x, y), role="result", label=label)
        elif math.isfinite(x) and math.isfinite(y):
            yield Shape(kind="point", coords=(x, y), role="result", label=label)


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return NAN
