"""What a person drew over an object in DataLab: items as DataLab 1.3 writes them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sigima.objects.annotations import CircleAnnotation, RectangleAnnotation, TextAnnotation

from datalab_kernel import create_image, create_signal
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 10, 101)


def item(kind, **fields):
    document = {f"{kind}_001": {"visible": True, **fields}, "plot_items": [f"{kind}_001"]}
    return {"type": "plotpy_item", "item_class": kind, "plotpy_json": json.dumps(document)}


def points(*pairs):
    return ["array", [list(pair) for pair in pairs], "float64"]


def drawn(kind, *pairs, title="note", **fields):
    shape = {"label": "", "line": {"style": "SolidLine", "color": "#00ff55", "width": 1.0}}
    shown = {"title": title, "show_label": True}
    more = {"annotationparam": shown, "shapeparam": shape, **fields}
    return item(kind, points=points(*pairs), **more) if pairs else item(kind, **more)


def marker(style, x, y):
    line = {"style": "SolidLine", "color": "#a11818", "width": 1.0}
    return item("Marker", markerparam={"line": line, "markerstyle": style}, x=x, y=y)


def label(text, *, corner=None, at=(0, 0)):
    place = {"abspos": corner is not None, "absg": corner or "TL", "xg": at[0], "yg": at[1]}
    return item("LabelItem", labelparam={"color": "#000000", **place}, text=text)


def shapes(*kept, obj=None):
    obj = create_signal("s", X, X) if obj is None else obj
    obj.set_annotations(list(kept))
    return build([obj], parse_options({})).axes[0].shapes


@pytest.mark.parametrize(
    ("kept", "kind", "coords"),
    [
        (drawn("AnnotatedPoint", (1, 2)), "point", (1, 2)),
        (drawn("AnnotatedSegment", (0, 0), (1, 2)), "segment", (0, 0, 1, 2)),
        (drawn("AnnotatedRectangle", (1, 2), (3, 2), (3, 5), (1, 5)), "rectangle", (1, 2, 2, 3)),
        (drawn("AnnotatedCircle", (0, 0), (2, 0)), "circle", (1, 0, 1)),
        (drawn("AnnotatedEllipse", (4, 0), (0, 0), (2, 1), (2, -1)), "ellipse", (2, 0, 2, 1, 0)),
        (drawn("AnnotatedPolygon", (0, 0), (1, 0), (1, 1)), "polygon", (0, 0, 1, 0, 1, 1)),
        (drawn("AnnotatedXRange", min=1, max=2), "interval", (1, 2)),
        (drawn("PolygonShape", (0, 0), (1, 0), (1, 1)), "polygon", (0, 0, 1, 0, 1, 1)),
        (drawn("SegmentShape", (0, 0), (1, 2)), "segment", (0, 0, 1, 2)),
        (marker("Cross", 1, 2), "cross", (1, 2)),
    ],
)
def test_items_of_every_kind_are_drawn_where_they_are(kept, kind, coords):
    (shape,) = shapes(kept)
    assert (shape.kind, shape.role) == (kind, "annotation")
    assert np.allclose(shape.coords, coords)


def test_items_have_their_label_and_colour():
    (shape,) = shapes(drawn("AnnotatedPoint", (1, 2), title="a <b>bold</b> &lt;word"))
    assert (shape.label, shape.color) == ("a bold <word", "#00ff55")
    hidden = {"title": "x", "show_label": False}
    (shape,) = shapes(
        item("AnnotatedXRange", min=1, max=2, annotationparam=hidden, text="x", labelparam={})
    )
    assert shape.label == ""


def test_cursors_are_lines_across():
    vertical, horizontal = shapes(marker("VLine", 1.5, 0), marker("HLine", 0, 0.5))
    assert vertical.coords[0] == 1.5
    assert math.isnan(vertical.coords[1])
    assert math.isnan(horizontal.coords[0])
    assert horizontal.coords[1] == 0.5


def test_a_range_of_y_is_two_lines():
    found = shapes(drawn("AnnotatedYRange", min=1, max=2))
    assert [(shape.kind, shape.coords[1], shape.label) for shape in found] == [
        ("cross", 1, "note"), ("cross", 2, ""),
    ]  # fmt: skip


def test_texts_lie_where_they_were_put():
    (shape,) = shapes(label("hello<br>you", at=(1, 2)))
    assert (shape.kind, shape.coords, shape.label) == ("text", (1, 2), "hello\nyou")


def test_texts_in_a_corner_lie_in_that_of_the_data():
    assert shapes(label("x", corner="TL"))[0].coords == (0, 10)
    assert shapes(label("x", corner="BR"))[0].coords == (10, 0)
    image = create_image("i", np.zeros((4, 6)))
    assert shapes(label("x", corner="TL"), obj=image)[0].coords == (-0.5, -0.5)


def test_sigimas_own_annotations_are_drawn():
    signal = create_signal("s", X, X)
    signal.set_graphical_annotations(
        [
            CircleAnnotation(cx=1, cy=2, radius=3, title="c"),
            RectangleAnnotation(x=1, y=1, width=2, height=2, angle=math.pi / 4),
            TextAnnotation(text="t", x=1, y=2),
            CircleAnnotation(cx=1, cy=2, radius=3, visible=False),
        ]
    )
    circle, turned, text = build([signal], parse_options({})).axes[0].shapes
    assert (circle.kind, circle.coords, circle.label) == ("circle", (1, 2, 3), "c")
    assert turned.kind == "polygon"
    assert np.allclose(turned.coords[:2], (1, 1 - math.sqrt(2)))
    assert (text.kind, text.label) == ("text", "t")


def test_unknown_kinds_are_counted_in_the_log(caplog):
    found = shapes(
        drawn("AnnotatedPoint", (1, 2)), item("Hologram"), {"type": "mine"}, {"plotpy_json": "{"}
    )
    assert len(found) == 1
    assert "3 of the annotations of 's' can't be drawn" in caplog.text


def test_annotations_that_are_no_json_are_none():
    signal = create_signal("s", X, X)
    signal.annotations = "{"
    assert build([signal], parse_options({})).axes[0].shapes == ()
