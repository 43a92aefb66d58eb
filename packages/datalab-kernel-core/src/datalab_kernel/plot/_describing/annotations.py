"""What a person wrote and drew over an object in DataLab, as shapes.

Sigima reads both kinds of annotations that there are: its own, and those of DataLab's
plotting library, kept as JSON.
"""

from __future__ import annotations

import html
import logging
import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sigima.objects import annotations as sigima_annotations

from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot._spec import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from datalab_kernel.objects import DataObject

    Box = tuple[float, float, float, float]

_LOGGER = logging.getLogger(__name__)
NAN = math.nan
_BARE_SHAPE = re.compile(r'"(Point|Segment|Rectangle|ObliqueRectangle|Ellipse|Polygon)Shape_(\d+)"')
"""Items without a label have the same geometry as those with one, which Sigima reads."""


def annotated(obj: DataObject, box: Callable[[], Box]) -> tuple[Shape, ...]:
    """Return the annotations of an object; those of unknown kind are counted in the log.

    Parameters
    ----------
    obj
        A signal or image.
    box
        Gives the axes' left, bottom, right and top in their units, for texts that are kept
        in a corner of the axes.
    """
    if not obj.annotations:
        return ()
    shapes: list[Shape] = []
    unknown = 0
    for kept in obj.get_annotations():
        try:
            for one in _read(kept):
                shapes += [*_shapes(one, box)] if one.visible else []
        except (KeyError, TypeError, ValueError):
            unknown += 1
    if unknown:
        _LOGGER.warning(
            "%d of the annotations of %r can't be drawn: their kind isn't known.",
            unknown,
            obj.title,
        )
    return tuple(shapes)


def _read(kept: Mapping[str, Any]) -> list[Any]:
    if sigima_annotations.is_graphical_annotation_dict(kept):
        return [sigima_annotations.annotation_from_dict(kept)]
    text = _BARE_SHAPE.sub(r'"Annotated\1_\2"', kept["plotpy_json"])
    return [*sigima_annotations.legacy_plotpy_payload_to_annotations({"plotpy_json": text})]


def _shapes(one: Any, box: Callable[[], Box]) -> Iterator[Shape]:
    """Return the shapes that stand for one annotation: one, or two lines for a range of y."""
    style = {"role": "annotation", "label": _label(one), "color": one.style.stroke.color}
    kind = one.kind.value
    if kind in _PLAIN:
        coords = tuple(getattr(one, name) for name in _PLAIN[kind])
        yield Shape(kind=kind, coords=coords, **style)
        return
    match kind:
        case "rectangle":
            yield _rectangle(one, style)
        case "polygon":
            yield Shape(kind="polygon", coords=_flat(one.points), **style)
        case "polyline":
            for first, second in pairwise(one.points):
                yield Shape(kind="segment", coords=(*first, *second), **style)
                style["label"] = ""
        case "text":
            yield _text(one, box)
        case "cursor":
            yield Shape(kind="cross", coords=_cursor(one), **style)
        case "range":
            yield from _range(one, style)
        case _:
            message = f"an annotation of kind {kind!r}"
            raise ValueError(message)


_PLAIN = {
    "point": ("x", "y"),
    "segment": ("x0", "y0", "x1", "y1"),
    "circle": ("cx", "cy", "radius"),
    "ellipse": ("cx", "cy", "radius_x", "radius_y", "angle"),
}
"""Kinds that the description has, too, and their coordinates as Sigima calls them."""


def _range(one: Any, style: dict[str, Any]) -> Iterator[Shape]:
    if one.axis.value == "x":
        yield Shape(kind="interval", coords=(one.start, one.end), **style)
    else:
        yield Shape(kind="cross", coords=(NAN, one.start), **style)
        yield Shape(kind="cross", coords=(NAN, one.end), **{**style, "label": ""})


def _label(one: Any) -> str:
    if one.label is not None and not one.label.visible:
        return ""
    return _plain_text(one.title or (one.label.text if one.label is not None else ""))


def _plain_text(text: str) -> str:
    """Write DataLab's rich text without its tags."""
    lines = re.sub(r"<br\s*/?>", "\n", text)
    return plain(html.unescape(re.sub(r"<[^<>]+>", "", lines)))


def _rectangle(one: Any, style: dict[str, Any]) -> Shape:
    """Return a rectangle about its centre; one that is turned is a polygon."""
    right, up = one.width / 2, one.height / 2
    if math.isclose(math.sin(one.angle), 0, abs_tol=1e-9):
        coords = (one.x - right, one.y - up, one.width, one.height)
        return Shape(kind="rectangle", coords=coords, **style)
    cos, sin = math.cos(one.angle), math.sin(one.angle)
    corners = [(-right, -up), (right, -up), (right, up), (-right, up)]
    turned = [(one.x + x * cos - y * sin, one.y + x * sin + y * cos) for x, y in corners]
    return Shape(kind="polygon", coords=_flat(turned), **style)


def _flat(points: Any) -> tuple[float, ...]:
    return tuple(float(value) for point in points for value in point)


def _text(one: Any, box: Callable[[], Box]) -> Shape:
    x, y = one.x, one.y
    if one.coordinate_space.value == "axes":
        left, bottom, right, top = box()
        x, y = left + x * (right - left), bottom + y * (top - bottom)
    return Shape(kind="text", coords=(x, y), role="annotation", label=_plain_text(one.text))


def _cursor(one: Any) -> tuple[float, float]:
    match one.orientation.value:
        case "vertical":
            return one.position, NAN
        case "horizontal":
            return NAN, one.position
        case _:
            return one.position[0], one.position[1]
