"""What a notebook and a file get: the widget, and the static picture beside it."""

import base64

import numpy as np
import pytest

from datalab_kernel import Plotter, create_signal
from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Plot
from datalab_kernel_interactive import InteractiveRenderer

WIDGET = "application/vnd.jupyter.widget-view+json"
SIZE = 100_000


@pytest.fixture
def drawing():
    x = np.arange(float(SIZE))
    axes = AxesSpec(curves=(Curve(x=x, y=np.sin(x / 1e4), label="sine"),), title="Sine")
    return InteractiveRenderer().render(FigureSpec(axes=(axes,), alt="Plot of the signal sine"))


def test_the_renderer_is_found_by_its_name():
    signal = create_signal("a", np.arange(5.0), np.arange(5.0))
    plot = Plotter(None, renderer="interactive").plot(signal, show=False)
    assert plot.figure.layout.xaxis.type == "linear"


def test_a_notebook_gets_the_widget_and_a_picture(drawing):
    data, metadata = drawing.mimebundle("a sine", {WIDGET, "image/png"})
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == "a sine"
    assert data[WIDGET] == {
        "version_major": 2,
        "version_minor": 0,
        "model_id": data[WIDGET]["model_id"],
    }


def test_only_what_is_wanted_is_made(drawing):
    assert drawing.mimebundle("", {WIDGET})[0].keys() == {WIDGET}
    assert "_static" not in drawing.__dict__
    assert drawing.mimebundle("", {"image/png"})[0].keys() == {"image/png"}
    assert drawing.mimebundle("", {"image/svg+xml"})[0].keys() == {"image/svg+xml"}


def test_the_same_figure_shown_twice_is_the_same_widget(drawing):
    first, second = (drawing.mimebundle("", {WIDGET})[0][WIDGET]["model_id"] for _ in range(2))
    assert first == second


def test_what_is_changed_in_plotly_s_figure_is_shown(drawing):
    drawing.mimebundle("", {WIDGET})
    drawing.figure.layout.xaxis.title.text = "changed"
    drawing.mimebundle("", {WIDGET})
    picture = drawing._widget.picture
    assert picture["layout"]["xaxis"]["title"]["text"] == "changed"
    sine = picture["data"][1]
    assert (sine["x"]["dtype"], sine["x"]["shape"]) == ("float64", [2000])


def test_axes_are_plotly_s(drawing):
    (axes,) = drawing.axes
    assert axes.x is drawing.figure.layout.xaxis
    assert axes.y is drawing.figure.layout.yaxis


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_files_are_the_static_picture(drawing, tmp_path, suffix, start):
    path = Plot(drawing._spec, drawing).save(tmp_path / f"a.{suffix}")
    assert path.read_bytes().startswith(start)


def test_a_page_needs_nothing_else_and_sends_nothing_away(drawing, tmp_path):
    path = Plot(drawing._spec, drawing).save(tmp_path / "a.html")
    text = path.read_text(encoding="utf-8")
    assert len(text) > 3_000_000  # with plotly's JavaScript
    assert '<script src="http' not in text
    assert '"showSendToCloud": false' in text


def test_matplotlib_s_axes_can_t_be_drawn_into():
    with pytest.raises(TypeError, match="ax= takes matplotlib's axes"):
        InteractiveRenderer().render(FigureSpec(axes=(AxesSpec(),)), ax=object())
