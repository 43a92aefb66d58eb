from __future__ import annotations

import numpy as np
import pytest
from support.sampling import sampled

from datalab_kernel import create_signal, create_signal_roi

X = np.linspace(0, 10, 501)


def sine(**names):
    return create_signal("s", X, np.sin(X), units=("s", "V"), labels=("Time", "Voltage"), **names)


def test_a_signal_is_drawn_with_its_name_labels_and_units(shelf, draw):
    shelf["sine"] = sine()
    axes = draw("sine").axes[0]
    assert axes.get_title() == "sine"
    assert axes.get_xlabel() == "Time (s)"
    assert axes.get_ylabel() == "Voltage (V)"
    assert axes.get_legend() is None


def test_the_curve_goes_through_its_samples(shelf, draw, pixels):
    shelf["sine"] = sine()
    seen = pixels(draw("sine"))
    assert all(seen.has("#0072b2", x, np.sin(x)) for x in (0.5, 2, 5, 9.5))
    assert not seen.has("#0072b2", 5, 0)


def test_several_signals_lie_over_each_other_with_a_legend(shelf, draw, pixels):
    shelf["a"], shelf["b"] = sine(), create_signal("b", X, X / 10, units=("s", "V"))
    plot = draw(["a", "b"])
    seen = pixels(plot)
    assert seen.has("#0072b2", 5, np.sin(5))
    assert seen.has("#d55e00", 5, 0.5)
    texts = [text.get_text() for text in plot.axes[0].get_legend().get_texts()]
    assert texts == ["a: Voltage (V)", "b: (V)"]
    assert plot.axes[0].get_ylabel() == "(V)"


def test_a_pattern_takes_all_it_matches_but_a_name_is_itself_first(shelf, draw):
    shelf["a*"], shelf["ab"] = sine(), sine()
    assert len(draw("a*").spec.axes[0].curves) == 1
    assert len(draw("a?").spec.axes[0].curves) == 2


def test_an_object_can_be_drawn_without_a_workspace(draw):
    assert draw(sine()).axes[0].get_title() == "s"


def test_names_are_text_and_options_may_be_mathematics(shelf, draw):
    shelf["_cost $5 and $\\foo$"] = sine()
    plot = draw(["_cost $5 and $\\foo$"], legend=True, xlabel=r"$\alpha$")
    assert plot.png()
    assert "\\foo" in plot.axes[0].get_legend().get_texts()[0].get_text()


def test_a_long_name_is_wrapped_and_nothing_is_cut_off(shelf, draw):
    name = "moving_average(" + "a rather long name, " * 20 + ")"
    shelf[name] = create_signal("s", X, X * 1e5 + 0.1, labels=("Time", "Voltage"))
    plot = draw(name)
    plot.png()
    around = plot.figure.get_tightbbox().padded(-1e-3)
    width, height = plot.figure.get_size_inches()
    assert around.x0 >= 0
    assert around.y0 >= 0
    assert around.x1 <= width
    assert around.y1 <= height


def test_a_spike_of_one_sample_among_a_million_is_seen(shelf, draw, pixels):
    x = np.linspace(0, 10, 1_000_000)
    y = np.sin(x)
    y[300_000], y[700_001] = 4, -3
    shelf["s"] = create_signal("s", x, y)
    plot = draw("s")
    seen = pixels(plot)
    assert seen.has("#0072b2", 3, 3.5)
    assert seen.has("#0072b2", 7, -2.5)
    assert len(plot.axes[0].lines[0].get_xdata()) < 4000
    assert "1,000,000 points" in plot.axes[0].texts[0].get_text()


@pytest.mark.parametrize("missing", [1, 50, 5_000])
def test_a_gap_of_a_single_sample_among_a_million_is_seen(shelf, draw, pixels, missing):
    x = np.linspace(0, 10, 1_000_000)
    y = np.sin(x) + np.random.default_rng(1).normal(0, 0.05, x.size)
    y[500_000 : 500_000 + missing] = np.nan
    shelf["s"] = create_signal("s", x, y)
    seen = pixels(draw("s", color="magenta"))
    assert not seen.column_has("magenta", 5 + missing / 200_000)
    assert seen.column_has("magenta", 4.9)


def test_a_spike_beside_a_gap_is_seen(shelf, draw, pixels):
    x = np.linspace(0, 10, 1_000_000)
    y = np.sin(x)
    y[500_000], y[500_001] = 5, np.nan
    shelf["s"] = create_signal("s", x, y)
    assert pixels(draw("s")).has("#0072b2", 5, 4)


def test_values_missing_everywhere_leave_the_rest_visible(shelf, draw, pixels):
    x = np.linspace(0, 10, 1_000_000)
    y = np.sin(x)
    y[::100] = np.nan
    shelf["s"] = create_signal("s", x, y)
    assert pixels(draw("s")).has("#0072b2", 2, np.sin(2))


def test_unevenly_spaced_samples_stay_where_they_are(shelf, draw, pixels):
    x = np.concatenate([np.linspace(0, 1, 1_000_000), np.linspace(1.01, 10, 500)])
    shelf["s"] = create_signal("s", x, np.sin(3 * x))
    seen = pixels(draw("s"))
    assert all(seen.has("#0072b2", place, np.sin(3 * place)) for place in (0.5, 3, 6.1, 9))


@pytest.mark.parametrize("place", sampled(2, [1e-4, 1e-2, 1, 50]))
def test_reduction_follows_a_logarithmic_axis(shelf, draw, pixels, place):
    x = np.logspace(-5, 2, 1_000_000)
    shelf["s"] = create_signal("s", np.append(0, x), np.append(0, np.log10(x)))
    assert pixels(draw("s", xscale="log")).has("#0072b2", place, np.log10(place))


def test_limits_show_the_detail_that_lies_between_them(shelf, draw, pixels):
    x = np.linspace(0, 10, 1_000_000)
    shelf["s"] = create_signal("s", x, np.sin(20_000 * x))
    seen = pixels(draw("s", xlim=(5, 5.001)))
    assert all(seen.has("#0072b2", a, np.sin(20_000 * a)) for a in (5.0002, 5.00051, 5.0008))


def test_a_loop_is_never_reduced(shelf, draw, pixels):
    turn = np.linspace(0, 2 * np.pi, 20_000)
    shelf["loop"] = create_signal("h", np.cos(turn), np.sin(turn))
    plot = draw("loop")
    assert len(plot.axes[0].lines[0].get_xdata()) == 20_000
    assert pixels(plot).has("#0072b2", 0, -1)


def test_error_bars_are_drawn_and_can_be_left_out(shelf, draw, pixels):
    shelf["e"] = create_signal("e", np.arange(5.0), np.arange(5.0), dy=np.full(5, 1.5))
    assert pixels(draw("e")).has("#0072b2", 2, 3.2)
    assert not pixels(draw("e", errorbars=False, ylim=(-2, 6))).has("#0072b2", 2, 3.2)


def test_many_error_bars_become_a_band(shelf, draw, pixels):
    x = np.linspace(0, 10, 100_000)
    shelf["e"] = create_signal("e", x, np.sin(x), dy=np.full(x.size, 0.5))
    seen = pixels(draw("e"))
    assert not np.allclose(seen.color(2.3, np.sin(2.3) + 0.3), 1)
    assert np.allclose(seen.color(2.3, np.sin(2.3) - 0.7), 1)


def test_regions_of_interest_are_marked_with_their_titles(shelf, draw, pixels):
    shelf["s"] = sine()
    shelf["s"].roi = create_signal_roi([[2.0, 3.0]])
    shelf["s"].roi.single_rois[0].title = "first"
    plot = draw("s", ylim=(-2, 2))
    assert not np.allclose(pixels(plot).color(2.3, -1.7), 1)
    assert [text.get_text() for text in plot.axes[0].texts] == ["first"]
    assert np.allclose(pixels(draw("s", ylim=(-2, 2), roi=False)).color(2.3, -1.7), 1)


def test_complex_values_are_shown_by_their_modulus_and_the_label_says_so(shelf, draw):
    shelf["c"] = create_signal("c", X, X * np.exp(1j * X), units=("s", "V"), labels=("t", "U"))
    axes = draw("c").axes[0]
    assert axes.get_ylabel() == "|U| (V)"
    assert np.allclose(axes.lines[0].get_ydata(), X)


def test_a_scribble_of_a_million_points_is_drawn(shelf, draw, pixels):
    x, y = np.random.default_rng(0).random((2, 1_000_000))
    shelf["s"] = create_signal("s", x, y)
    plot = draw("s")
    assert pixels(plot).has("#0072b2", 0.5, 0.5)
    assert plot.axes[0].texts[0].get_text() == "1,000,000 points, shown as dots"


def test_as_much_of_a_line_as_agg_refuses_in_one_path_is_drawn(shelf, draw, pixels):
    y = np.random.default_rng(0).random(9_000)
    shelf["s"] = create_signal("s", np.append(np.arange(8_999.0), 0), y)
    assert pixels(draw("s", figsize=(20, 10))).has("#0072b2", 4000, 0.5)


def test_a_logarithmic_axis_without_positive_values_says_so(shelf, draw):
    shelf["s"] = create_signal("s", X, -1 - X)
    texts = draw("s", yscale="log").axes[0].texts
    assert [text.get_text() for text in texts] == ["no y is positive, as a logarithmic axis needs"]


@pytest.mark.parametrize(
    ("y", "message"), [(np.array([]), "no data"), (np.full(9, np.nan), "all values are NaN")]
)
def test_the_picture_says_why_it_is_empty(shelf, draw, y, message):
    shelf["e"] = create_signal("e", np.arange(len(y), dtype=float), y)
    plot = draw("e")
    assert plot.png()
    assert [text.get_text() for text in plot.axes[0].texts] == [message]


def test_a_value_without_neighbours_is_a_dot(shelf, draw, pixels):
    shelf["s"] = create_signal("s", np.arange(5.0), np.array([np.nan, 1, np.nan, 2, 2]))
    assert pixels(draw("s")).has("#0072b2", 1, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("count", [2, 10_000])
def test_every_dtype_and_infinite_values_are_drawn(shelf, draw, dtype, count):
    y = np.ones(count, dtype)
    y[1] = np.inf
    shelf["s"] = create_signal("s", np.arange(count).astype("float32"), y)
    assert draw("s").png()


@pytest.mark.parametrize("xlabel", ["", "Distance"])
def test_what_is_said_of_a_long_curve_is_below_the_power_of_ten(shelf, draw, xlabel):
    x = np.arange(1_000_000.0)
    shelf["long"] = create_signal("long", x, np.sin(x / 1e5), labels=(xlabel, ""))
    plot = draw("long")
    (axes,) = plot.axes
    plot.png()
    renderer = plot.figure.canvas.get_renderer()
    (note,) = [text for text in axes.texts if "points" in text.get_text()]
    power = axes.xaxis.get_offset_text()
    assert power.get_text()
    boxes = [text.get_window_extent(renderer) for text in (note, power)]
    assert not boxes[0].overlaps(boxes[1])
    assert boxes[0].y0 >= 0
