"""Every kind of description becomes a figure that plotly takes, with everything in it."""

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from plotly.graph_objects import Figure

from datalab_kernel.plot import (
    AxesSpec,
    Curve,
    FigureSpec,
    Image,
    ManyCurves,
    Overlay,
    RightAxis,
    ScaleBar,
    Shape,
    Table,
)
from datalab_kernel_interactive._figure import make_figure
from datalab_kernel_interactive._renderer import InteractiveRenderer

X = np.linspace(0, 1e-3, 50)
LONG = np.arange(100_000.0)


def figure_of(*axes, **keywords):
    parts = make_figure(FigureSpec(axes=axes, **keywords))
    return Figure({"data": parts.data, "layout": parts.layout}), parts


def curve(**keywords):
    return Curve(**{"x": X, "y": np.sin(1e4 * X), "label": "a", **keywords})


def image(shape=(20, 30), **keywords):
    ny, nx = shape
    data = np.arange(float(ny * nx)).reshape(shape)
    edges = {"x_edges": np.arange(nx + 1.0), "y_edges": np.arange(ny + 1.0)}
    return Image(**{"data": data, **edges, **keywords})


def drawn(figure):
    """Return the traces but the one that is there so that axes without data are drawn."""
    return [trace for trace in figure.data if not (trace.type == "scatter" and trace.x[0] is None)]


def test_axes_are_in_the_unit_that_fits_and_say_so():
    figure, _ = figure_of(AxesSpec(curves=(curve(),), xlabel="Time", xunit="s", ylabel="U (V)"))
    assert figure.layout.xaxis.title.text == "Time (ms)"
    assert figure.layout.yaxis.title.text == "U (V)"
    assert drawn(figure)[0].x[-1] == pytest.approx(1.0)
    assert "Time: %{x:.9~g} ms" in drawn(figure)[0].hovertemplate


@pytest.mark.parametrize(
    ("options", "mode", "shape"),
    [
        ({}, "lines", None),
        ({"style": "steps"}, "lines", "hv"),
        ({"style": "steps", "x": X[::-1]}, "lines", "vh"),
        ({"style": "bins"}, "lines", "hvh"),
        ({"style": "sticks"}, "lines", None),
        ({"style": "dots"}, "markers", None),
        ({"marker": "s"}, "lines+markers", None),
        ({"linestyle": "none", "marker": "x"}, "markers", None),
    ],
)
def test_curves_have_their_style(options, mode, shape):
    trace = drawn(figure_of(AxesSpec(curves=(curve(**options),)))[0])[0]
    assert (trace.mode, trace.line.shape) == (mode, shape)


def test_a_curve_has_its_colour_dash_width_and_opacity():
    options = {"color": "red", "linestyle": "--", "linewidth": 3, "alpha": 0.5}
    trace = drawn(figure_of(AxesSpec(curves=(curve(**options),)))[0])[0]
    assert (trace.line.color, trace.line.dash) == ("rgba(255,0,0,1)", "dash")
    assert (trace.line.width, trace.opacity) == (3, 0.5)


def test_sticks_begin_at_zero():
    trace = drawn(figure_of(AxesSpec(curves=(curve(style="sticks"),)))[0])[0]
    assert trace.y[0] == 0
    assert np.isnan(trace.y[2])
    assert len(trace.y) == 3 * len(X)


def test_a_value_without_neighbours_is_a_dot():
    y = np.full(5, np.nan)
    y[2] = 1.0
    trace = drawn(figure_of(AxesSpec(curves=(Curve(x=np.arange(5), y=y),)))[0])[0]
    assert trace.mode == "lines+markers"
    assert list(trace.marker.size) == [0, 0, 4, 0, 0]


def test_errors_of_few_samples_are_bars():
    errors = {"x_error": np.full(50, 1e-5), "y_error": np.full(50, 0.1)}
    trace = drawn(figure_of(AxesSpec(curves=(curve(**errors),), xunit="s"))[0])[0]
    assert trace.error_x.array[0] == pytest.approx(1e-2)
    assert trace.error_y.array[0] == 0.1


def test_errors_of_many_samples_are_a_band():
    long = Curve(x=LONG, y=0 * LONG, y_error=0 * LONG + 2)
    _, low, high = drawn(figure_of(AxesSpec(curves=(long,)))[0])
    assert (low.y[0], high.y[0], high.fill) == (-2, 2, "tonexty")


def test_many_samples_are_few_points_and_it_is_said():
    figure, parts = figure_of(AxesSpec(curves=(Curve(x=LONG, y=LONG),)))
    assert len(drawn(figure)[0].x) == 2000
    assert parts.panels[0].first_notes == ["100,000 points, shown by minimum and maximum"]


@pytest.mark.parametrize(("scale", "kind"), [("linear", "linear"), ("log", "log")])
def test_axes_have_their_scale(scale, kind):
    axes = AxesSpec(curves=(Curve(x=LONG + 1, y=LONG + 1),), xscale=scale, yscale=scale)
    figure, _ = figure_of(axes)
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == (kind, kind)


def test_a_scale_that_plotly_lacks_is_linear_and_it_is_said():
    figure, parts = figure_of(AxesSpec(curves=(curve(),), yscale="symlog"))
    assert figure.layout.yaxis.type == "linear"
    assert "'symlog'" in parts.panels[0].notes[0]


def test_times_are_dates():
    axes = AxesSpec(curves=(Curve(x=1.7e9 + np.arange(5.0), y=np.arange(5.0)),), x_is_time=True)
    figure, _ = figure_of(axes)
    assert figure.layout.xaxis.type == "date"
    assert drawn(figure)[0].x[0] == 1.7e12


def test_limits_are_those_that_are_given():
    axes = AxesSpec(curves=(curve(),), xlim=(0, 1e-4), ylim=(5, -5), xunit="s")
    figure, _ = figure_of(axes)
    assert figure.layout.xaxis.range == pytest.approx((0, 100))
    assert figure.layout.xaxis.title.text == "(µs)"
    assert figure.layout.yaxis.range == (5, -5)


def test_an_image_is_where_its_edges_are_with_its_origin():
    figure, _ = figure_of(AxesSpec(image=image(), aspect="equal"))
    trace = drawn(figure)[0]
    assert trace.z[0][1] == 1
    assert (trace.x[0], trace.x[-1], trace.y[-1]) == (0, 30, 20)
    assert figure.layout.yaxis.range == (20, 0)
    assert (figure.layout.yaxis.scaleanchor, figure.layout.yaxis.scaleratio) == ("x", 1)
    upward, _ = figure_of(AxesSpec(image=image(), origin="lower"))
    assert upward.layout.yaxis.range == (0, 20)


def test_colours_have_their_limits_map_and_unit():
    options = {"vmin": 0, "vmax": 2e-6, "cmap": "gray", "label": "Height", "unit": "m"}
    trace = drawn(figure_of(AxesSpec(image=image(limits_note="2 % beyond", **options)))[0])[0]
    assert (trace.zmin, trace.zmax) == (0, 2)
    assert trace.colorbar.title.text == "Height (µm)<br>2 % beyond"
    assert trace.colorscale[-1][1] == "rgba(255,255,255,1)"


def test_a_norm_colours_and_the_values_are_read_out():
    trace = drawn(figure_of(AxesSpec(image=image(norm=LogNorm(1, 100))))[0])[0]
    assert trace.z[0][10] == pytest.approx(0.5)
    assert trace.customdata[0][10] == 10
    assert "%{customdata" in trace.hovertemplate


def test_masked_pixels_are_left_out():
    mask = np.zeros((20, 30), dtype=bool)
    mask[0, 0] = True
    trace = drawn(figure_of(AxesSpec(image=image(is_masked=mask)))[0])[0]
    assert np.isnan(trace.z[0][0])
    assert trace.z[0][1] == 1


def test_a_large_image_is_sent_by_means():
    figure, parts = figure_of(AxesSpec(image=image((2000, 3000))))
    whole, detail = drawn(figure)
    assert np.shape(whole.z) == (250, 375)
    assert detail.visible is False
    assert parts.panels[0].first_notes == ["3,000 by 2,000 pixels, shown by means of 8 by 8"]


@pytest.mark.parametrize(
    "shape",
    [
        Shape(kind="point", coords=(1, 2), label="s"),
        Shape(kind="segment", coords=(1, 2, 3, 4), label="s"),
        Shape(kind="rectangle", coords=(1, 2, 3, 4), label="s"),
        Shape(kind="circle", coords=(1, 2, 1), label="s", is_inverse=True),
        Shape(kind="ellipse", coords=(1, 2, 1, 2, 0.3), label="s", role="result"),
        Shape(kind="polygon", coords=(1, 2, 3, 4, 5, 2), label="s", role="annotation"),
        Shape(kind="text", coords=(1, 2), label="s", color="C1"),
        Shape(kind="cross", coords=(1, 2), label="s"),
    ],
    ids=lambda shape: shape.kind,
)
def test_shapes_are_drawn_with_their_labels(shape):
    figure, _ = figure_of(AxesSpec(image=image(), shapes=(shape,)))
    assert "<b>s</b>" in drawn(figure)[-1].text


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        (Shape(kind="interval", coords=(1, 2), label="s"), 1),
        (Shape(kind="cross", coords=(1, np.nan), label="s"), 1),
        (Shape(kind="cross", coords=(np.nan, 1), label="s"), 1),
    ],
)
def test_what_goes_across_the_axes_is_drawn_with_its_label(shape, count):
    figure, _ = figure_of(AxesSpec(curves=(curve(),), shapes=(shape,)))
    assert len(figure.layout.shapes) == count
    assert figure.layout.annotations[0].text == "<b>s</b>"


def test_tables_are_below_the_axes():
    table = Table(title="Statistics", columns=("name", "mean"), rows=(("a", "1"), ("b", "2")))
    figure, _ = figure_of(AxesSpec(curves=(curve(),)), tables=(table,))
    assert figure.data[-1].cells["values"] == (["a", "b"], ["1", "2"])
    assert figure.data[-1].domain.y[1] < figure.layout.yaxis.domain[0]


def test_a_colour_scale_stands_for_many_curves():
    many = ManyCurves(count=40, first="s000", last="s039", cmap="viridis")
    figure, _ = figure_of(AxesSpec(curves=(curve(),), many_curves=many))
    assert figure.data[-1].marker.colorbar.ticktext == ("s000", "s039")


def test_a_legend_is_where_it_is_wanted():
    figure, _ = figure_of(AxesSpec(curves=(curve(), curve(label="b")), legend="lower left"))
    assert figure.layout.legend.yanchor == "bottom"
    assert [trace.name for trace in drawn(figure) if trace.showlegend] == ["a", "b"]


def test_a_message_stands_instead_of_data():
    figure, _ = figure_of(AxesSpec(message="no data", curves=(Curve(x=X[:0], y=X[:0]),)))
    assert figure.layout.annotations[0].text == "no data"
    assert drawn(figure) == []


def test_several_axes_have_places_of_their_own_and_move_together_if_they_share_x():
    axes = AxesSpec(curves=(curve(),), title="t")
    figure, _ = figure_of(axes, axes, shares_x=True, title="Both")
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    assert figure.layout.xaxis2.matches == "x"
    assert figure.layout.title.text == "Both"


def test_a_figure_has_the_size_that_is_given():
    _, parts = figure_of(AxesSpec(curves=(curve(),)), figsize=(4, 3))
    assert (parts.width_px, parts.height_px) == (400, 300)


def test_nothing_that_a_name_holds_is_taken_for_markup():
    axes = AxesSpec(curves=(curve(label="<img src=x>"),), title=r"5 \$ & <b>")
    figure, _ = figure_of(axes)
    assert drawn(figure)[0].name == "&lt;img src=x&gt;"
    assert figure.layout.annotations[0].text == "5 $ &amp; &lt;b&gt;"


def test_axes_that_share_colours_have_one_bar():
    axes = AxesSpec(image=image(vmin=0, vmax=9), aspect="equal")
    figure, _ = figure_of(axes, axes, shares_colors=True)
    first, second = drawn(figure)
    assert (first.showscale, second.showscale) == (True, False)
    assert first.colorbar.x > figure.layout.xaxis2.domain[1]


def test_a_second_y_axis_names_the_renderer_that_draws_it():
    right = RightAxis(curves=(curve(),))
    with pytest.raises(ValueError, match="interactive=False"):
        InteractiveRenderer().render(FigureSpec(axes=(AxesSpec(curves=(curve(),), right=right),)))


def test_curves_above_each_other_have_their_legend_from_above_and_say_the_step():
    axes = AxesSpec(curves=(curve(label="a"),), legend="best", is_stacked=True, note="each 2 more")
    figure, parts = figure_of(axes)
    assert figure.layout.legend.traceorder == "reversed"
    assert parts.panels[0].notes == ["each 2 more"]


def test_an_overlay_has_lines_and_areas_in_its_colours_and_the_image_a_scale_bar():
    below = image()
    labels = np.zeros((20, 30), dtype=int)
    labels[2:5, 3:9], labels[8:12, 10:20] = 1, 2
    edges = {"x_edges": below.x_edges, "y_edges": below.y_edges}
    over = Overlay(labels=labels, colors=("#e0245e", "#0a84d6"), style="both", **edges)
    bar = ScaleBar(length=5.0, label="5 µm")
    figure, _ = figure_of(AxesSpec(image=below, overlays=(over,), scale_bar=bar, xunit="µm"))
    lines = [one for one in figure.data if one.type == "scatter" and one.mode == "lines"]
    assert [np.nanmin(line.x) for line in lines] == [3, 10]
    assert [np.nanmax(line.y) for line in lines] == [5, 12]
    _, areas = (trace for trace in figure.data if trace.type == "heatmap")
    assert np.nansum(np.isfinite(areas.z)) == 18 + 40
    assert areas.z[3][4] != areas.z[9][15]
    black, white = figure.layout.shapes
    assert white.x1 - white.x0 == black.x1 - black.x0 == 5
    assert figure.layout.annotations[0].text == "<b>5 µm</b>"
