"""A mark at a known place lands on the right pixel, whatever the axes are."""

from __future__ import annotations

import numpy as np
import pytest
from support.sampling import combined

from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Image, Shape
from datalab_kernel.plot._matplotlib import MatplotlibRenderer

MARK = "#00ff00"


def render(*axes, **figure):
    return MatplotlibRenderer().render(FigureSpec(axes=axes, **figure))


X_AXES = [(0, 1), (10, 0.5), (-3, -2), (1e-6, 2e-9)]
Y_AXES = [(0, 1), (-7, -0.25)]


def image(x_edges, y_edges, row, column, **more):
    """Return an image, black but for one pixel."""
    data = np.zeros((len(y_edges) - 1, len(x_edges) - 1))
    data[row, column] = 1
    return Image(data=data, x_edges=x_edges, y_edges=y_edges, cmap="gray", **more)


def even(start, step, count):
    return start + step * (np.arange(count + 1) - 0.5)


@pytest.mark.parametrize(
    ("origin", "x_axis", "y_axis"), combined(5, ["upper", "lower"], X_AXES, Y_AXES)
)
def test_a_mark_lies_on_the_pixel_of_its_coordinates(pixels, origin, x_axis, y_axis):
    (x0, dx), (y0, dy) = x_axis, y_axis
    x, y = x0 + 12 * dx, y0 + 30 * dy
    mark = Shape(kind="point", coords=(x, y), color=MARK)
    picture_of = image(even(x0, dx, 60), even(y0, dy, 40), 30, 12)
    seen = pixels(render(AxesSpec(image=picture_of, shapes=(mark,), origin=origin, xunit="s")))
    assert seen.color(x, y).min() > 0.9
    assert seen.has(MARK, x, y, reach=9)
    assert seen.color(x + 3 * dx, y + 3 * dy).max() < 0.1
    assert not seen.has(MARK, x + 4 * dx, y, reach=3)


@pytest.mark.parametrize("origin", ["upper", "lower"])
def test_a_mark_lies_on_its_pixel_between_uneven_edges(pixels, origin):
    x_edges, y_edges = np.arange(9.0) ** 2, np.cumsum([0.0, 1, 1, 5, 5, 2])
    mark = Shape(kind="point", coords=(20.5, 4.5), color=MARK)
    picture_of = image(x_edges, y_edges, 2, 4, is_uniform=False)
    seen = pixels(render(AxesSpec(image=picture_of, shapes=(mark,), origin=origin)))
    assert seen.has(MARK, 20.5, 4.5, reach=9)
    assert seen.color(20.5, 4.5).min() > 0.9
    assert seen.color(17, 2.3).min() > 0.9
    assert seen.color(24, 6.7).min() > 0.9
    assert seen.color(26, 4.5).max() < 0.1


def test_an_image_is_not_turned_or_mirrored(pixels):
    data = np.zeros((4, 6))
    data[0, 0], data[0, 5], data[3, 0] = 1, 0.7, 0.4
    picture_of = Image(data=data, x_edges=even(0, 1, 6), y_edges=even(0, 1, 4), cmap="gray")
    seen = pixels(render(AxesSpec(image=picture_of)))
    bright = [float(seen.color(x, y)[0]) for x, y in [(0, 0), (5, 0), (0, 3), (5, 3)]]
    assert np.allclose(bright, [1, 0.7, 0.4, 0], atol=0.02)
    rows, columns = zip(*[seen.at(x, y) for x, y in [(0, 0), (5, 0), (0, 3)]], strict=True)
    assert columns[0] < columns[1]
    assert rows[0] < rows[2]


@pytest.mark.parametrize("scales", [("linear", "linear"), ("log", "linear"), ("log", "log")])
def test_a_mark_lies_on_its_sample(pixels, scales):
    x = np.logspace(-9, -3, 400)
    curve = Curve(x=x, y=2 * x)
    marks = [Shape(kind="point", coords=(place, 2 * place), color=MARK) for place in (1e-6, 5e-4)]
    axes = AxesSpec(
        curves=(curve,),
        shapes=tuple(marks),
        xscale=scales[0],
        yscale=scales[1],
        xunit="s",
        yunit="V",
    )
    seen = pixels(render(axes))
    assert all(seen.has(MARK, place, 2 * place, reach=8) for place in (1e-6, 5e-4))
    assert all(seen.has("#0072b2", place, 2 * place, reach=8) for place in (1e-6, 5e-4))


def test_a_prefix_changes_no_place(pixels):
    x = np.linspace(0, 1e-6, 11)
    curves = (Curve(x=x, y=1e-3 * (x > 5e-7)),)
    plain, prefixed = (
        render(AxesSpec(curves=curves, xunit=unit, xlabel="Time")) for unit in ("", "s")
    )
    assert plain.axes[0].get_xlim() == prefixed.axes[0].get_xlim()
    assert pixels(prefixed).has("#0072b2", 9e-7, 1e-3)
    assert not pixels(prefixed).has("#0072b2", 3e-7, 1e-3)


def test_a_shape_of_each_kind_is_where_its_coordinates_say(pixels):
    shapes = {
        "rectangle": ((10, 10, 20, 10), (10, 15)),
        "circle": ((60, 15, 8), (68, 15)),
        "ellipse": ((20, 45, 12, 4, np.pi / 2), (20, 57)),
        "polygon": ((50, 35, 70, 35, 60, 50), (60, 35)),
        "segment": ((40, 2, 40, 30), (40, 20)),
        "point": ((75, 50), (75, 50)),
        "cross": ((78, 58), (78, 30)),
    }
    drawn = [Shape(kind=kind, coords=coords, color=MARK) for kind, (coords, _) in shapes.items()]
    picture_of = image(even(0, 1, 80), even(0, 1, 60), 0, 0)
    seen = pixels(render(AxesSpec(image=picture_of, shapes=tuple(drawn))))
    assert [kind for kind, (_, place) in shapes.items() if not seen.has(MARK, *place, 9)] == []
    assert not seen.has(MARK, 32, 45)


@pytest.mark.parametrize(("is_uniform", "dy"), combined(2, [True, False], [1, -1]))
def test_masked_pixels_are_veiled_and_others_not(pixels, is_uniform, dy):
    mask = np.zeros((40, 60), bool)
    mask[5:10, 20:30] = True
    edges = even(0, 1, 60), even(0, dy, 40)
    picture_of = image(*edges, 30, 12, is_masked=mask, is_uniform=is_uniform)
    seen = pixels(render(AxesSpec(image=picture_of)))
    assert seen.color(25, 7 * dy).min() > 0.2
    assert np.allclose(seen.color(25, 12 * dy), 0)
    assert np.allclose(seen.color(18, 7 * dy), 0)


def test_an_inverse_region_is_striped_inside(pixels):
    shape = Shape(kind="rectangle", coords=(10, 10, 30, 20), is_inverse=True, color=MARK)
    picture_of = image(even(0, 1, 60), even(0, 1, 40), 0, 0)
    seen = pixels(render(AxesSpec(image=picture_of, shapes=(shape,))))
    row, column = seen.at(25, 20)
    inside = seen.rgb[row - 40 : row + 40, column - 40 : column + 40, 1]
    assert 0.02 < (inside > 0.2).mean() < 0.5
    row, column = seen.at(50, 20)
    assert seen.rgb[row - 20 : row + 20, column - 20 : column + 20].max() < 0.05


def test_curve_styles_go_where_they_say(pixels):
    x, y = np.arange(4.0), np.array([1.0, 3, 2, 2])
    seen = {
        style: pixels(render(AxesSpec(curves=(Curve(x=x, y=y, style=style),), ylim=(-0.5, 3.5))))
        for style in ("line", "steps", "sticks", "dots")
    }
    assert {style for style, picture in seen.items() if picture.has("#0072b2", 1, 3, 4)} == {*seen}
    assert {style for style, picture in seen.items() if picture.has("#0072b2", 0.5, 2)} == {"line"}
    assert {style for style, picture in seen.items() if picture.has("#0072b2", 0.5, 1)} == {"steps"}
    assert {style for style, picture in seen.items() if picture.has("#0072b2", 2, 1)} == {"sticks"}
