"""Contact sheets: many objects in one picture, read one at a time."""

from __future__ import annotations

import gc
import io
import weakref

import numpy as np
import pytest
from matplotlib.image import imread

from datalab_kernel import Plotter, create_image, create_signal
from datalab_kernel.errors import ObjectNotFoundError

X = np.linspace(0, 10, 1001)


@pytest.fixture
def sheet(shelf):
    def sheet(what="*", **options):
        return Plotter(shelf).grid(what, **{"show": False, **options})

    return sheet


@pytest.fixture
def some(shelf):
    shelf["sine"] = create_signal("s", X, np.sin(X))
    shelf["ramp"] = create_signal("s", X, X)
    shelf["img"] = create_image("i", np.eye(40))
    return shelf


def texts(plot):
    return [text.get_text() for text in plot.axes[0].texts]


@pytest.mark.usefixtures("some")
def test_each_object_has_its_name_and_what_it_is(sheet):
    assert texts(sheet()) == [
        "sine", "signal, 1,001 points", "ramp", "signal, 1,001 points",
        "img", "image, 40 \N{MULTIPLICATION SIGN} 40",
    ]  # fmt: skip


@pytest.mark.usefixtures("some")
def test_a_sheet_is_a_picture_like_any_other(sheet, tmp_path):
    plot = sheet(title="All")
    assert repr(plot) == "<Contact sheet of 3 objects: sine, ramp, img>"
    assert plot.spec.alt == "Contact sheet of 3 objects: sine, ramp, img"
    assert plot.save(tmp_path / "a.svg").read_bytes().startswith(b"<?xml")
    assert texts(plot)[0] == "All"


@pytest.mark.parametrize(
    ("what", "options", "names"),
    [
        ("s*", {}, ["sine"]),
        (["ramp", "sine"], {}, ["ramp", "sine"]),
        ("*", {"kind": "image"}, ["img"]),
        ("*", {"kind": "signal"}, ["sine", "ramp"]),
        ([np.eye(3), "sine", np.arange(5.0)], {"kind": "signal"}, ["sine", ""]),
    ],
)
@pytest.mark.usefixtures("some")
def test_what_is_shown_can_be_chosen(sheet, what, options, names):
    assert [part.title for part in sheet(what, **options).spec.axes] == names


def test_curves_and_images_are_in_their_panels(some, sheet):
    some["dark"] = create_image("i", np.zeros((20, 20)))
    plot = sheet(["ramp", "dark"], columns=2, color="magenta", cmap="gray", vmin=0, vmax=1)
    rgb = plot_pixels(plot)
    half = rgb.shape[1] // 2
    is_magenta = np.abs(rgb - (1, 0, 1)).max(axis=-1) < 0.2
    is_black = rgb.max(axis=-1) < 0.02
    rows, columns = np.nonzero(is_magenta)
    assert columns.max() < half
    assert np.corrcoef(rows, columns)[0, 1] < -0.9  # it goes up
    assert is_black[:, half:].sum() > 10 * is_black[:, :half].sum()


def plot_pixels(plot):
    return imread(io.BytesIO(plot.png()), format="png")[..., :3]


@pytest.mark.parametrize(
    ("step", "origin", "is_above"),
    [(1, "upper", True), (1, "lower", False), (-1, "upper", False), (-1, "lower", True)],
)
def test_the_first_row_is_where_the_coordinates_say(shelf, sheet, step, origin, is_above):
    data = np.zeros((40, 40))
    data[:10] = 1
    shelf["i"] = image = create_image("i", data)
    image.dy = step
    rgb = plot_pixels(sheet("i", origin=origin, cmap="Reds"))
    is_red = np.abs(rgb - (0.40, 0, 0.05)).max(axis=-1) < 0.1
    is_white = np.abs(rgb - (1, 0.96, 0.94)).max(axis=-1) < 0.01
    assert (np.nonzero(is_red)[0].mean() < np.nonzero(is_white)[0].mean()) == is_above


def test_uneven_coordinates_are_laid_out_evenly(shelf, sheet):
    data = np.zeros((4, 4))
    data[:, 3] = 1
    shelf["i"] = image = create_image("i", data)
    image.set_coords(np.array([0.0, 1, 2, 10]), np.arange(4.0))
    image.xunit = "s"  # another than y's, so that the panel is filled
    rgb = plot_pixels(sheet("i", cmap="Reds"))
    is_red = np.abs(rgb - (0.40, 0, 0.05)).max(axis=-1) < 0.1
    assert 0.4 < np.ptp(np.nonzero(is_red)[1]) / rgb.shape[1] < 0.75


def test_a_spike_and_a_hot_pixel_are_seen(shelf, sheet):
    y = np.zeros(1_000_000)
    y[345_678] = 5
    shelf["s"] = create_signal("s", np.arange(y.size, dtype=float), y)
    data = np.zeros((2000, 2000))
    data[900, 1100] = 1
    shelf["i"] = create_image("i", data)
    plot = sheet(color="magenta", cmap="Reds", vmin=0, vmax=1)
    assert plot.spec.axes[0].curves[0].y.max() == 5
    assert plot.spec.axes[1].image.data.max() == 1
    rgb = plot_pixels(plot)
    rows = np.nonzero(np.abs(rgb - (1, 0, 1)).max(axis=-1) < 0.3)[0]
    assert np.ptp(rows) > 0.4 * rgb.shape[0]
    assert (np.abs(rgb - (0.40, 0, 0.05)).max(axis=-1) < 0.1).any()


def test_what_has_nothing_to_show_says_why(shelf, sheet):
    shelf["none"] = create_signal("s", np.array([]), np.array([]))
    shelf["nan"] = create_image("i", np.full((3, 3), np.nan))
    assert {"no data", "all values are NaN"} <= {*texts(sheet())}


def test_names_are_told_apart_and_stay_below_their_panels(shelf, sheet):
    for number in range(3):
        shelf[f"moving_average(signal number {number} of a long series of them)"] = sheet_signal()
    shelf["x" * 900] = shelf["$a_1$ ^{"] = sheet_signal()
    plot = sheet(columns=3)
    shown = " ".join(texts(plot))
    assert all(f"number {number}" in shown for number in range(3))
    assert "$a_1$ ^{" in texts(plot)
    renderer = plot.figure.canvas.get_renderer()
    width = plot.figure.bbox.width / 3
    for text in plot.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert box.x0 // width == box.x1 // width


def sheet_signal():
    return create_signal("s", X, X)


def test_more_than_a_hundred_go_on_on_the_next_page(shelf, sheet):
    for number in range(230):
        shelf[f"s{number}"] = sheet_signal()
    first, last = sheet(), sheet(page=3)
    assert texts(first)[0] == "1 to 100 of 230 objects, go on with page=2"
    assert texts(last)[0] == "201 to 230 of 230 objects"
    assert [part.title for part in last.spec.axes] == [f"s{number}" for number in range(200, 230)]
    with pytest.raises(ValueError, match="no page 4: 230 objects take 3"):
        sheet(page=4)


def test_data_are_let_go_one_after_another():
    alive: list[weakref.ref] = []
    most = []

    class Lazy(dict):
        def list(self, pattern, *, kind=None):
            del pattern, kind
            return [f"i{number}" for number in range(5)] + [f"s{number}" for number in range(5)]

        def get(self, name, *, copy):
            assert not copy
            gc.collect()
            most.append(sum(one() is not None for one in alive))
            if name.startswith("i"):
                obj = create_image(name, np.zeros((1200, 1200)))
                alive.append(weakref.ref(obj.data))
            else:
                obj = create_signal(name, np.arange(5e4), np.zeros(50_000))
                alive.append(weakref.ref(obj.xydata))
            return obj

        def view_from_afar(self, name, **_limits):
            return self.get(name, copy=False)

    plot = Plotter(Lazy()).grid(show=False)
    gc.collect()
    assert max(most) <= 1
    assert sum(one() is not None for one in alive) == 0
    assert len(plot.spec.axes) == 10


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"colums": 3}, TypeError, "no option 'colums'. Did you mean 'columns'"),
        ({"legend": True}, TypeError, "no option 'legend'"),
        ({"columns": 0}, ValueError, "columns must be a whole number from 1 on, not 0"),
        ({"columns": 2.5}, ValueError, "columns must be"),
        ({"page": 0}, ValueError, "page must be"),
        ({"size": 0}, ValueError, "size must be a panel's width in inches"),
        ({"size": "large"}, ValueError, "size must be"),
        ({"kind": "table"}, ValueError, "kind must be 'signal', 'image' or None, not 'table'"),
    ],
)
@pytest.mark.usefixtures("some")
def test_an_option_that_cannot_be_is_an_error(sheet, options, error, said):
    with pytest.raises(error, match=said):
        sheet(**options)


def test_nothing_to_show_is_an_error_that_says_why(some, sheet):
    with pytest.raises(ObjectNotFoundError, match="nothing"):
        sheet("nothing*")
    with pytest.raises(ValueError, match="No signal matches 'img'"):
        sheet("img", kind="signal")
    with pytest.raises(ValueError, match="empty list"):
        sheet([])
    some.clear()
    with pytest.raises(ValueError, match="the workspace is empty"):
        sheet()


@pytest.mark.parametrize("columns", [1, 2, 7])
@pytest.mark.usefixtures("some")
def test_the_number_of_columns_can_be_chosen(sheet, columns):
    width, _ = sheet(columns=columns, size=2).figure.get_size_inches()
    assert width == 2 * min(columns, 3)


@pytest.mark.parametrize("scale", ["log", "symlog"])
@pytest.mark.usefixtures("some")
def test_scales_can_be_chosen(sheet, scale):
    assert sheet("*", kind="signal", yscale=scale).png()


def test_complex_and_styled_signals_are_drawn(shelf, sheet):
    shelf["c"] = create_signal("c", X, np.exp(1j * X))
    for style in ("Lines", "Sticks", "Steps", "Dots"):
        shelf[style] = create_signal("c", X, np.sin(X))
        shelf[style].metadata["__curvestyle"] = style
    shelf["z"] = create_image("z", np.full((4, 4), 3 + 4j))
    assert sheet().png()
