from __future__ import annotations

from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from datalab_kernel import create_image, create_signal
from datalab_kernel.errors import ObjectNotFoundError
from datalab_kernel.plot import Plotter
from datalab_kernel.plot._matplotlib.drawing import MatplotlibDrawing
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 10, 101)


@pytest.fixture(autouse=True)
def _objects(shelf):
    shelf["sine"] = create_signal("s", X, np.sin(X))
    shelf["cosine"] = create_signal("s", X, np.cos(X))
    shelf["img"] = create_image("i", np.arange(12.0).reshape(3, 4) + 1)


def test_options_of_signals_are_followed(draw):
    plot = draw(
        "sine", title="T", xlabel="a", ylabel="b", xlim=(1, 5), ylim=(-2, 2), xscale="log",
        color="red", alpha=0.5, label="L", legend="lower left", figsize=(5, 3), dpi=50,
    )  # fmt: skip
    axes = plot.axes[0]
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("T", "a", "b")
    assert (axes.get_xlim(), axes.get_ylim(), axes.get_xscale()) == ((1, 5), (-2, 2), "log")
    assert (axes.lines[0].get_color(), axes.lines[0].get_alpha()) == ("red", 0.5)
    assert axes.get_legend().get_texts()[0].get_text() == "L"
    assert (tuple(plot.figure.get_size_inches()), plot.figure.dpi) == ((5, 3), 50)


def test_options_of_images_are_followed(draw):
    axes = draw("img", aspect=2.5, alpha=0.5, norm=LogNorm(1, 9), colorbar=False).axes[0]
    assert (axes.get_aspect(), axes.images[0].get_alpha(), axes.child_axes) == (2.5, 0.5, [])
    assert isinstance(axes.images[0].norm, LogNorm)


def test_a_list_of_colours_and_labels_has_one_for_each_curve(draw):
    lines = draw(["sine", "cosine"], color=["red", "blue"], label=["a", "b"]).axes[0].lines
    assert [(line.get_color(), line.get_label()) for line in lines] == [("red", "a"), ("blue", "b")]
    with pytest.raises(ValueError, match="color has 1 entries for 2 curves"):
        draw(["sine", "cosine"], color=["red"])


def test_an_unknown_option_names_the_nearest_and_all_others():
    with pytest.raises(TypeError, match=r"no option 'colour'\. Did you mean 'color'\?.*vmin.*ax"):
        Plotter(None).plot("sine", colour="red")


@pytest.mark.parametrize(
    ("what", "option", "message"),
    [
        ("sine", {"cmap": "gray"}, "'cmap' is for images; this picture shows signals"),
        ("img", {"yscale": "log"}, "'yscale' is for signals; this picture shows images"),
        ("img", {"legend": True}, "'legend' is for signals"),
        ("img", {"xscale": "log"}, "'xscale' is for signals; this picture shows images"),
        ("sine", {"share": True}, "'share' is for images"),
    ],
)
def test_an_option_that_would_do_nothing_is_an_error(draw, what, option, message):
    with pytest.raises(TypeError, match=message):
        draw(what, **option)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"xscale": "lin"}, "xscale must be one of 'linear', 'log'"),
        ({"xlim": 3}, r"xlim must be two numbers such as \(0, 10\), not 3"),
        ({"ylim": (0, float("nan"))}, "ylim must be two numbers"),
        ({"figsize": "big"}, "figsize must be two numbers"),
        ({"aspect": "square"}, "aspect must be one of 'auto', 'equal'"),
        ({"norm": LogNorm(), "vmin": 1}, "norm has limits of its own"),
        ({"vmin": 2, "vmax": 1}, "vmin must be less than vmax, not 2 and 1"),
        ({"vmin": float("nan")}, "vmin must be a finite number"),
        ({"xlim": (3, 3)}, "xlim must be two different numbers"),
        ({"figsize": (3, 0)}, "figsize must be two lengths in inches of more than 0"),
        ({"dpi": -100}, "dpi must be more than 0, not -100"),
        ({"linewidth": 0}, "linewidth must be more than 0"),
        ({"aspect": -1}, "aspect must be more than 0"),
        ({"alpha": 2}, r"alpha must be between 0 \(clear\) and 1"),
        ({"cmap": "virids"}, r"no colour map 'virids'\. Did you mean 'viridis"),
        ({"cmap": "qqqq"}, r"no colour map 'qqqq'\. matplotlib\.colormaps lists all"),
        ({"color": "rde"}, r"color must be a colour .*, not 'rde'\. Did you mean 'red"),
        ({"color": ["red", 5]}, "color must be a colour .*, not 5"),
        ({"marker": "?"}, "marker must be one of .*'o'.*, not '\\?'"),
        ({"linestyle": "dahsed"}, "not 'dahsed'. Did you mean 'dashed'"),
        ({"legend": "top left"}, "legend must be one of 'best'.* Did you mean"),
        ({"share": "colour"}, "share must be True, False or 'colors', not 'colour'"),
        ({"yscale": "lgo"}, "yscale must be one of .* Did you mean 'log'"),
    ],
)
def test_a_value_that_cannot_be_is_an_error(draw, option, message):
    with pytest.raises(ValueError, match=message):
        draw("sine", **option)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"vmin": "low"}, r"vmin must be a number, not str \('low'\)"),
        ({"vmax": True}, "vmax must be a number, not bool"),
        ({"alpha": [1]}, "alpha must be a number, not list"),
        ({"cmap": 3}, r"cmap must be the name of a colour map, or a Colormap, not int \(3\)"),
        ({"norm": "log"}, r"norm must be a matplotlib Normalize, such as .*LogNorm\(\), not str"),
        ({"roi": "no"}, "roi must be True or False, not str"),
        ({"results": 1}, "results must be True or False, not int"),
        ({"title": 5}, "title must be text, not int"),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error(draw, option, message):
    with pytest.raises(TypeError, match=message):
        draw("sine", **option)


def test_options_are_checked_before_anything_is_looked_up_or_drawn():
    with pytest.raises(ValueError, match="no colour map"):
        Plotter(None, SimpleNamespace(render=None)).plot("nothing", cmap="x")


@pytest.mark.parametrize(
    "options",
    [
        {"color": (1, 0, 0)},
        {"color": "C3"},
        {"color": "0.5"},
        {"color": [None, "red"]},
        {"cmap": mpl.colormaps["gray"]},
        {"vmin": np.float32(1)},
        {"aspect": 2},
        {"legend": "upper left"},
        {"legend": np.True_},
        {"marker": "o"},
        {"share": True},
    ],
)
def test_values_that_can_be_are_taken_as_they_are(options):
    ((name, value),) = options.items()
    assert getattr(parse_options(options), name) is value


def test_signals_and_images_do_not_mix(draw):
    with pytest.raises(TypeError, match="Cannot mix signals and images .*'sine', 'img'"):
        draw(["sine", "img"])


def test_what_is_not_there_is_an_error(draw):
    with pytest.raises(ObjectNotFoundError, match="'sin' not found.*Did you mean 'sine'"):
        draw("sin")
    with pytest.raises(ObjectNotFoundError, match=r"'x\*' not found"):
        draw("x*")
    with pytest.raises(ValueError, match="nothing to plot"):
        draw([])
    with pytest.raises(TypeError, match="Can't plot a int"):
        draw(3)


def test_axes_of_ones_own_are_drawn_into(draw):
    figure = Figure()
    axes = figure.subplots()
    plot = draw("sine", ax=axes)
    assert plot.figure is figure
    assert len(axes.lines) == 1
    with pytest.raises(TypeError, match="figsize belongs to a figure"):
        draw("sine", ax=axes, figsize=(3, 3))
    with pytest.raises(ValueError, match="one picture, not 2"):
        draw([*["img"] * 2], ax=axes)


def test_another_renderer_gets_the_description(shelf):
    class Recorder:
        def render(self, spec, ax=None):
            return MatplotlibDrawing(spec, (ax,))

    plot = Plotter(shelf, renderer=Recorder()).plot("sine", show=False)
    assert plot.figure.axes[0].curves[0].label == "sine"
    assert repr(plot) == "<Plot of the signal sine>"


def test_data_are_not_copied_into_the_description(shelf, draw):
    assert np.shares_memory(draw("sine").spec.axes[0].curves[0].y, shelf["sine"].xydata)
    assert np.shares_memory(draw("img").spec.axes[0].image.data, shelf["img"].data)
