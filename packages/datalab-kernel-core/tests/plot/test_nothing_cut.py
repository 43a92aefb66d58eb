"""All text is inside the picture, and labels don't cover each other."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from support.sampling import combined, sampled

from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Image, ManyCurves, Shape, Table
from datalab_kernel.plot._matplotlib import MatplotlibRenderer

X = np.linspace(0, 1e-7, 50)
LONG = "moving_average(subtract_background(average(measurement of the second day)))|n=5, "
COLUMNS = tuple(f"{name} (mV)" for name in ("name", "minimum", "maximum", "mean", "median", "std"))
ROW = ("a rather long name of an object", *("-123.456",) * 5)


def curves(count, label):
    return tuple(Curve(x=X, y=n + 1e-9 * X, label=f"{n} {label}") for n in range(count))


def signals(count=1, text="", **more):
    return AxesSpec(
        curves=curves(count, text),
        title=text,
        xlabel=text,
        ylabel=text,
        xunit="s",
        yunit="V",
        **more,
    )


def image(ny, nx, text="", **more):
    picture_of = Image(
        data=np.arange(ny * nx, dtype=float).reshape(ny, nx),
        x_edges=np.arange(nx + 1.0),
        y_edges=np.arange(ny + 1.0),
        label=text,
        unit="V",
        extend="both",
        limits_note="limits: 0.5 to 99.5 % of the values",
    )
    return AxesSpec(image=picture_of, title=text, xlabel=text, ylabel=text, aspect="equal", **more)


def table(rows, columns=COLUMNS):
    row = tuple(itertools.islice(itertools.cycle(ROW), len(columns)))
    return Table(title=f"stats of {LONG}", columns=columns, rows=(row,) * rows)


SPECS = {
    "one": FigureSpec(axes=(signals(text="short"),)),
    "long": FigureSpec(axes=(signals(3, 3 * LONG, legend="best"),)),
    "twelve": FigureSpec(axes=(signals(12, LONG, legend="best"),)),
    "twelve inside": FigureSpec(axes=(signals(12, LONG, legend="upper right"),)),
    "many": FigureSpec(
        axes=(signals(13, many_curves=ManyCurves(count=13, first=LONG, last=LONG, cmap="jet")),)
    ),
    "image": FigureSpec(axes=(image(60, 80, LONG),)),
    "wide": FigureSpec(axes=(image(8, 80, LONG),)),
    "tall": FigureSpec(axes=(image(80, 8, LONG),)),
    "three": FigureSpec(axes=(image(60, 80, LONG), image(80, 8), image(8, 80)), title=2 * LONG),
    "shared": FigureSpec(axes=(image(60, 80, "Intensity"),) * 4, shares_colors=True, title="all"),
    "stacked": FigureSpec(
        axes=(signals(text="|H|"), signals(text="phase")), columns=1, shares_x=True
    ),
    "table": FigureSpec(axes=(signals(),), tables=(table(3), table(12))),
    "wide table": FigureSpec(axes=(image(60, 80),), tables=(table(12, 3 * COLUMNS),)),
    "turned table": FigureSpec(axes=(image(60, 80),), tables=(table(1, 4 * COLUMNS),)),
    "all": FigureSpec(
        axes=(image(60, 80, LONG),), tables=(table(1, 3 * COLUMNS), table(4)), title=LONG
    ),
}
SETTINGS = {
    "default": ({}, SPECS),
    "small": ({"figure.figsize": (4, 3)}, ("long", "twelve", "wide", "all")),
    "large letters": ({"font.size": 17}, ("twelve inside", "image", "three", "wide table")),
}
CASES = sampled(9, [(setting, name) for setting, (_, names) in SETTINGS.items() for name in names])
SIZES = combined(
    5, [(9, 3), (5, 4), (3, 6)], ["one", "image", "table", "turned table", "wide table"]
)


def outside(drawing):
    """Return by how many pixels something sticks out of the picture."""
    figure = drawing.figure
    figure.dpi *= 2  # as it is drawn
    figure.canvas.draw()
    around = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    most = max(-around.x0, -around.y0, around.x1 - width, around.y1 - height)
    return most * figure.dpi


@pytest.mark.parametrize(("setting", "name"), CASES)
def test_no_text_is_cut(setting, name):
    with mpl.rc_context(SETTINGS[setting][0]):
        assert outside(MatplotlibRenderer().render(SPECS[name])) <= 1


@pytest.mark.parametrize(("size", "name"), SIZES)
def test_no_text_is_cut_in_a_figure_of_given_size(size, name):
    from dataclasses import replace

    drawing = MatplotlibRenderer().render(replace(SPECS[name], figsize=size))
    assert tuple(drawing.figure.get_size_inches()) == size
    assert outside(drawing) <= 1


def test_labels_of_close_places_do_not_cover_each_other():
    rng = np.random.default_rng(1)
    places = rng.uniform((20, 20), (60, 40), (25, 2))
    shapes = tuple(
        Shape(kind="point", coords=(x, y), label=f"spot {n}", role="result")
        for n, (x, y) in enumerate(places)
    )
    drawing = MatplotlibRenderer().render(FigureSpec(axes=(image(60, 80, shapes=shapes),)))
    (axes,) = drawing.axes
    drawing.figure.dpi *= 2  # as it is drawn
    boxes = [text.get_window_extent(drawing.figure.canvas.get_renderer()) for text in axes.texts]
    assert len(boxes) == 25
    covered = [
        max(0, min(a.x1, b.x1) - max(a.x0, b.x0)) * max(0, min(a.y1, b.y1) - max(a.y0, b.y0))
        for a, b in itertools.combinations(boxes, 2)
    ]
    assert max(covered) < 0.3 * boxes[0].width * boxes[0].height
    assert sum(size > 80 for size in covered) <= 3


@pytest.mark.parametrize("place", [(0.5, 0.5), (79.5, 0.5), (0.5, 59.5), (79.5, 59.5)])
def test_a_label_in_a_corner_is_inside_the_axes(place):
    shape = Shape(kind="point", coords=place, label="a label in a corner of the picture")
    drawing = MatplotlibRenderer().render(FigureSpec(axes=(image(60, 80, shapes=(shape,)),)))
    (axes,) = drawing.axes
    drawing.figure.dpi *= 2  # as it is drawn
    box, around = axes.texts[0].get_window_extent(drawing.figure.canvas.get_renderer()), axes.bbox
    assert around.x0 <= box.x0 <= box.x1 <= around.x1
    assert around.y0 <= box.y0 <= box.y1 <= around.y1


def test_a_label_of_something_outside_the_limits_is_hidden():
    shape = Shape(kind="point", coords=(70, 30), label="far")
    axes = image(60, 80, shapes=(shape,), xlim=(0, 40))
    drawing = MatplotlibRenderer().render(FigureSpec(axes=(axes,)))
    assert not drawing.axes[0].texts[0].get_visible()


def test_labels_that_are_left_out_are_counted():
    shapes = tuple(Shape(kind="point", coords=(n / 2, 30), label=str(n)) for n in range(100))
    drawing = MatplotlibRenderer().render(FigureSpec(axes=(image(60, 80, shapes=shapes),)))
    texts = [text.get_text() for text in drawing.axes[0].texts]
    assert texts == [*(str(n) for n in range(60)), "100 labels, the first 60 shown"]


def test_two_pictures_in_a_row_do_not_touch():
    drawing = MatplotlibRenderer().render(SPECS["three"])
    renderer = drawing.figure.canvas.get_renderer()
    first, second, third = (axes.get_tightbbox(renderer) for axes in drawing.axes)
    assert first.x1 <= second.x0 + 1
    assert second.x1 <= third.x0 + 1


def test_a_table_and_the_axes_do_not_touch():
    drawing = MatplotlibRenderer().render(SPECS["table"])
    axes = drawing.axes[0].get_tightbbox(drawing.figure.canvas.get_renderer())
    assert all(
        text.get_window_extent(drawing.figure.canvas.get_renderer()).y1 <= axes.y0 + 1
        for text in drawing.figure.texts
    )


def test_rows_without_room_are_counted():
    from dataclasses import replace

    spec = replace(SPECS["table"], tables=(table(12), table(12), table(12)), figsize=(6, 4))
    texts = [text.get_text() for text in MatplotlibRenderer().render(spec).figure.texts]
    assert any(text.startswith("… ") and text.endswith(" more") for text in texts)


def test_a_row_with_too_many_columns_is_turned():
    texts = MatplotlibRenderer().render(SPECS["turned table"]).figure.texts
    names = [text for text in texts if text.get_text() in COLUMNS]
    assert len(names) == 24
    assert len({round(text.get_position()[0], 6) for text in names}) == 1


def test_a_narrow_table_of_many_rows_is_beside_the_axes():
    rows = tuple((f"value {n}", str(n)) for n in range(9))
    spec = FigureSpec(
        axes=(image(60, 80),), tables=(Table(title="stats", columns=("name", "value"), rows=rows),)
    )
    drawing = MatplotlibRenderer().render(spec)
    axes = drawing.axes[0].get_tightbbox(drawing.figure.canvas.get_renderer())
    texts = drawing.figure.texts
    assert min(text.get_window_extent().x0 for text in texts if text.get_text()) > axes.x1
