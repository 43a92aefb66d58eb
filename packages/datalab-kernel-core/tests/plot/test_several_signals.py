"""Signals side by side, above each other, and on two y axes."""

import numpy as np
import pytest

from datalab_kernel import create_signal

X = np.linspace(0, 10, 201)


@pytest.fixture(autouse=True)
def _signals(shelf):
    for name, unit, height in (("heat", "°C", 50), ("pressure", "Pa", 3e5), ("cold", "°C", 5)):
        y = height * (2 + np.sin(X))
        shelf[name] = create_signal("", X, y, units=("s", unit), labels=("Time", name.title()))


# -- side by side ------------------------------------------------------------------------------


def test_signals_side_by_side_have_axes_of_their_own(draw):
    plot = draw(["heat", "pressure", "cold"], columns=2, title="all three")
    assert [axes.get_title() for axes in plot.axes] == ["heat", "pressure", "cold"]
    assert [axes.get_ylabel() for axes in plot.axes[:2]] == ["Heat (°C)", "Pressure (kPa)"]
    assert plot.figure.get_suptitle() == "all three"
    left, right, below = (axes.get_position() for axes in plot.axes)
    assert left.y0 == right.y0
    assert left.x1 < right.x0
    assert below.y1 < left.y0


def test_colours_and_labels_may_be_given_one_for_each(draw):
    plot = draw(["heat", "cold"], columns=2, color=["red", "blue"], label=["warm", "cool"])
    assert [axes.lines[0].get_color() for axes in plot.axes] == ["red", "blue"]
    assert [axes.get_title() for axes in plot.axes] == ["warm", "cool"]


def test_complex_signals_have_their_phases_beside_them(shelf, draw):
    for name in ("a", "b"):
        shelf[name] = create_signal("", X, np.exp(1j * X))
    plot = draw(["a", "b"], columns=1)
    assert [axes.get_ylabel() for axes in plot.axes] == ["modulus", "phase (rad)"] * 2
    assert plot.axes[0].get_position().y0 == plot.axes[1].get_position().y0


def test_images_too_take_a_number_of_columns(draw):
    plot = draw([np.eye(4)] * 4, columns=4)
    assert np.ptp([axes.get_position().y0 for axes in plot.axes]) < 1e-9


# -- above each other --------------------------------------------------------------------------


def test_a_waterfall_moves_each_curve_up_by_a_step_and_says_so(draw):
    plot = draw(["heat", "cold"], waterfall=20)
    first, second = (line.get_ydata() for line in plot.axes[0].lines)
    np.testing.assert_allclose(first, 50 * (2 + np.sin(X)))
    np.testing.assert_allclose(second, 5 * (2 + np.sin(X)) + 20)
    assert "each curve is 20 °C above the one before it" in [
        t.get_text() for t in plot.axes[0].texts
    ]
    legend = [text.get_text() for text in plot.axes[0].get_legend().get_texts()]
    assert [text.partition(":")[0] for text in legend] == ["cold", "heat"]


def test_the_step_that_nobody_gave_goes_by_the_curves_heights(draw, shelf):
    plot = draw(["heat", "heat"], waterfall=True)
    first, second = (line.get_ydata() for line in plot.axes[0].lines)
    assert (second - first).tolist() == pytest.approx([50.0] * len(X))
    shelf["flat"] = create_signal("", X, np.ones_like(X))
    assert draw(["flat", "flat"], waterfall=True).axes[0].lines[1].get_ydata()[0] == 2


def test_the_step_is_said_in_the_prefix_that_fits(draw):
    (axes,) = draw(["heat", "cold"], waterfall=2e-3).axes
    assert "each curve is 0.002 °C above the one before it" in [t.get_text() for t in axes.texts]
    (axes,) = draw(["pressure", "pressure"], waterfall=2e4).axes
    assert "each curve is 20 kPa above the one before it" in [t.get_text() for t in axes.texts]


def test_a_waterfall_changes_no_data(draw, shelf):
    before = shelf["cold"].y.copy()
    draw(["heat", "cold"], waterfall=True)
    np.testing.assert_array_equal(shelf["cold"].y, before)


def test_the_ends_of_many_curves_scale_say_what_was_given(draw, shelf):
    for number in range(14):
        shelf[f"k{number:02}"] = create_signal("", X, X + number)
    plot = draw("k*", label=["0 s", "13 s"])
    (scale,) = plot.axes[0].child_axes
    assert [text.get_text() for text in scale.get_yticklabels()] == ["0 s", "13 s"]


# -- two y axes --------------------------------------------------------------------------------


@pytest.mark.parametrize("twin", [True, "pressure", ["pressure"]])
def test_curves_in_another_unit_have_a_y_axis_at_the_right(draw, twin):
    plot = draw(["heat", "pressure", "cold"], twin=twin)
    left, right = plot.axes
    assert [len(axes.lines) for axes in plot.axes] == [2, 1]
    assert right.get_ylabel() == "Pressure (kPa)"
    assert right.yaxis.get_label_position() == "right"
    assert len({line.get_color() for axes in plot.axes for line in axes.lines}) == 3
    texts = [text.get_text() for text in right.get_legend().get_texts()]
    assert [text.partition(":")[0] for text in texts] == ["heat", "cold", "pressure"]
    assert left.get_legend() is None


def test_the_legend_of_both_axes_is_where_neither_has_curves(draw, shelf):
    shelf["dip"] = create_signal("", X, np.where(abs(X - 5) < 0.1, 0, 1), units=("s", "V"))
    shelf["rise"] = create_signal("", X, X**3, units=("s", "A"))
    plot = draw(["dip", "rise"], twin=True)
    plot.figure.draw_without_rendering()
    renderer = plot.figure.canvas.get_renderer()
    box = plot.axes[1].get_legend().get_window_extent(renderer)
    for axes in plot.axes:
        places = axes.transData.transform(axes.lines[0].get_xydata())
        assert not box.count_contains(places)


def test_no_text_of_the_right_axis_is_cut_off(draw):
    plot = draw(["heat", "pressure"], twin=True)
    plot.figure.draw_without_rendering()
    renderer = plot.figure.canvas.get_renderer()
    box = plot.axes[1].yaxis.label.get_window_extent(renderer)
    assert box.x1 < plot.figure.bbox.x1
    assert plot.axes[1].get_ylabel()


def test_a_legend_beside_a_right_axis_leaves_room_for_its_numbers(draw, shelf):
    for number in range(6):
        shelf[f"k{number}"] = create_signal("", X, X + number, units=("s", "Pa"))
    plot = draw(["heat", "k*"], twin=True)
    plot.figure.draw_without_rendering()
    renderer = plot.figure.canvas.get_renderer()
    right = plot.axes[1]
    legend = right.get_legend().get_window_extent(renderer)
    assert right.yaxis.get_tightbbox(renderer).x1 <= legend.x0 + 1
    assert legend.x1 < plot.figure.bbox.x1


def test_options_of_y_are_the_left_axis(draw):
    left, right = draw(["heat", "pressure"], twin=True, ylim=(0, 400), ylabel="Heat!").axes
    assert (left.get_ylim(), left.get_ylabel()) == ((0, 400), "Heat!")
    assert right.get_ylim()[1] > 8e5


@pytest.mark.parametrize(
    ("what", "options", "error", "said"),
    [
        (["heat", "cold"], {"twin": True}, ValueError, "all have the same unit"),
        (["heat", "cold"], {"twin": "none"}, ValueError, "There are: 'heat', 'cold'"),
        (["heat", "cold"], {"twin": ["heat", "cold"]}, ValueError, "it names all of them"),
        (["heat", "cold"], {"twin": 3}, TypeError, "twin must be True"),
        (["heat", "cold"], {"waterfall": 0}, ValueError, "other than 0"),
        (["heat", "cold"], {"waterfall": "much"}, TypeError, "must be a number"),
        (
            ["heat", "cold"],
            {"waterfall": 1, "yscale": "log"},
            ValueError,
            "which is none on a 'log'",
        ),
        (
            ["heat", "cold"],
            {"waterfall": 1, "columns": 2},
            TypeError,
            "columns and waterfall can't",
        ),
        (["heat", "cold"], {"columns": 0}, ValueError, "columns must be a whole number"),
        ([np.eye(3)], {"twin": True}, TypeError, "'twin' is for signals"),
    ],
)
def test_what_cant_be_drawn_is_said(draw, what, options, error, said):
    with pytest.raises(error, match=said):
        draw(what, **options)
