"""What is drawn of signals, as plain values."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from datalab_kernel import create_signal, create_signal_roi
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 10, 101)


def described(what, **options):
    return build(drawable(what, None), parse_options(options))


def axes_of(what, **options):
    return described(what, **options).axes[0]


def voltage(name="U", **more):
    return create_signal(name, X, np.sin(X), units=("s", "V"), labels=("Time", "Voltage"), **more)


def curves(count):
    return [(X, X + number, f"c{number}") for number in range(count)]


def test_labels_and_units_are_apart():
    axes = axes_of(voltage())
    assert (axes.xlabel, axes.xunit, axes.ylabel, axes.yunit) == ("Time", "s", "Voltage", "V")


def test_a_label_that_was_given_has_no_unit_added():
    axes = axes_of(voltage(), xlabel="delay / ns", ylabel="")
    assert (axes.xlabel, axes.xunit, axes.ylabel, axes.yunit) == ("delay / ns", "", "", "")


def test_dollars_are_not_read_as_mathematics():
    signal = create_signal("US$", X, X, units=("$", "$"), labels=("$a$", "b"))
    axes = axes_of(signal)
    assert (axes.title, axes.xlabel, axes.xunit) == (r"US\$", r"\$a\$", r"\$")


def test_different_quantities_are_named_in_the_legend_and_on_the_axis():
    current = create_signal("I", X, X, units=("s", "A"), labels=("Time", "Current"))
    axes = axes_of([voltage(), current])
    assert [curve.label for curve in axes.curves] == ["U: Voltage (V)", "I: Current (A)"]
    assert (axes.xlabel, axes.xunit) == ("Time", "s")
    assert (axes.ylabel, axes.yunit) == ("Voltage (V), Current (A)", "")


def test_one_curve_has_a_title_and_several_a_legend():
    assert (axes_of(voltage()).title, axes_of(voltage()).legend) == ("U", None)
    both = axes_of([voltage("a"), voltage("b")])
    assert (both.title, both.legend) == ("", "best")
    assert axes_of(voltage(), label="mine").legend == "best"


def test_curves_without_a_name_are_counted():
    assert [curve.label for curve in axes_of([X, X]).curves] == ["curve 1", "curve 2"]


def test_error_bars_are_there_where_they_are_known():
    signal = create_signal("e", X, X, dy=np.full(X.size, 0.1))
    (curve,) = axes_of(signal).curves
    assert curve.x_error is None
    assert curve.y_error is not None
    assert axes_of(signal, errorbars=False).curves[0].y_error is None


# -- complex, time, empty -------------------------------------------------------------------


def test_complex_values_are_modulus_and_phase_above_each_other():
    spec = described((X, 2 * np.exp(1j * X), "c"))
    upper, lower = spec.axes
    assert (spec.columns, spec.shares_x) == (1, True)
    assert (upper.ylabel, lower.ylabel, lower.yunit) == ("modulus", "phase", "rad")
    assert np.allclose(upper.curves[0].y, 2)
    assert np.allclose(lower.curves[0].y, np.angle(np.exp(1j * X)))


def test_limits_and_scale_of_y_are_those_of_the_modulus():
    spec = described((X, np.exp(1j * X)), ylim=(0.1, 5), yscale="log", xlim=(1, 2))
    assert [axes.ylim for axes in spec.axes] == [(0.1, 5), None]
    assert [axes.yscale for axes in spec.axes] == ["log", "linear"]
    assert [axes.xlim for axes in spec.axes] == [(1, 2), (1, 2)]


def test_real_curves_among_complex_ones_keep_their_sign_and_their_place():
    spec = described([(X, -1 - X, "real"), (X, 1j * X, "complex")])
    labels = ["real", "complex: modulus"]
    assert [[curve.label for curve in axes.curves] for axes in spec.axes] == [labels, labels]
    assert spec.axes[0].curves[0].y.max() == -1
    assert set(spec.axes[1].curves[0].y) == {np.pi}


def test_into_one_pair_of_axes_goes_the_modulus_alone():
    objects = drawable((X, 1j * X), None)
    assert len(build(objects, parse_options({}), is_alone=True).axes) == 1


def test_dates_are_seconds_and_said_to_be_time():
    signal = voltage()
    signal.set_x_from_datetime(
        np.datetime64("2024-01-01") + np.arange(101) * np.timedelta64(1, "s")
    )
    axes = axes_of(signal)
    assert axes.x_is_time
    assert (axes.xlabel, axes.xunit) == ("Time", "")
    assert axes.curves[0].x[0] == 1704067200


@pytest.mark.parametrize(
    "first",
    [
        "2024-01-01",
        "2024-01-01T01:00+01:00",
        np.datetime64("2024-01-01"),
        date(2024, 1, 1),
        datetime(2024, 1, 1),  # noqa: DTZ001 - UTC where nothing is said
    ],
)
def test_limits_of_time_may_be_dates(first):
    signal = voltage()
    signal.set_x_from_datetime(
        np.datetime64("2024-01-01") + np.arange(101) * np.timedelta64(1, "h")
    )
    assert axes_of(signal, xlim=(first, "2024-01-02")).xlim == (1704067200, 1704153600)
    with pytest.raises(TypeError, match="xlim was given as dates, but x isn't time"):
        axes_of(voltage(), xlim=(first, "2024-01-02"))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([], "no data"),
        ([np.nan, np.nan], "all values are NaN"),
        ([np.inf, -np.inf], "no value is finite"),
        ([np.nan, np.inf], "no value is finite"),
        ([np.inf, 1], ""),
        ([3], ""),
    ],
)
def test_a_message_says_why_there_is_nothing_to_see(y, message):
    assert axes_of(np.array(y, float)).message == message


def test_a_logarithmic_axis_that_was_asked_for_says_why_it_is_empty():
    assert axes_of((X, -X), yscale="log").message == "no y is positive, as a logarithmic axis needs"


# -- many ------------------------------------------------------------------------------------


def test_up_to_twelve_curves_have_a_legend():
    axes = axes_of(curves(12))
    assert (axes.legend, axes.many_curves) == ("best", None)
    assert {curve.color for curve in axes.curves} == {None}


def test_more_curves_have_a_colour_scale_by_their_order():
    axes = axes_of(curves(13))
    assert axes.legend is None
    assert (axes.many_curves.count, axes.many_curves.first, axes.many_curves.last) == (
        13, "c0", "c12",
    )  # fmt: skip
    assert len({curve.color for curve in axes.curves}) == 13
    assert axes.curves[-1].color == tuple(axes.many_curves.cmap(1.0))
    brightness = [sum(curve.color[:3]) for curve in axes.curves]
    assert brightness == sorted(brightness)
    assert brightness[-1] < 2


def test_options_win_over_the_colour_scale():
    assert axes_of(curves(13), legend=True).legend == "best"
    assert axes_of(curves(13), legend=True).many_curves is None
    assert axes_of(curves(13), color="red").many_curves is None
    assert axes_of(curves(13), color="red").curves[3].color == "red"
    assert axes_of(curves(13), label=[str(n) for n in range(13)]).legend == "best"
    assert axes_of(curves(13), legend=False).many_curves is None


def test_options_of_lines_are_followed():
    (curve,) = axes_of(voltage(), linestyle="--", marker="o", linewidth=3, alpha=0.5).curves
    assert (curve.linestyle, curve.marker, curve.linewidth, curve.alpha) == ("--", "o", 3, 0.5)


# -- regions ---------------------------------------------------------------------------------


def test_regions_have_their_titles_or_that_of_sigima():
    signal = voltage()
    signal.roi = create_signal_roi([[1, 2], [3, 4]])
    signal.roi.single_rois[0].title = "rise"
    shapes = axes_of(signal).shapes
    assert [(shape.kind, shape.coords, shape.role, shape.label) for shape in shapes] == [
        ("interval", (1, 2), "roi", "rise"),
        ("interval", (3, 4), "roi", "ROI01"),
    ]
    assert axes_of(signal, roi=False).shapes == ()


def test_regions_of_several_signals_are_drawn_when_asked_for():
    signal = voltage()
    signal.roi = create_signal_roi([[1, 2]])
    assert axes_of([signal, voltage("b")]).shapes == ()
    assert [shape.label for shape in axes_of([signal, voltage("b")], roi=True).shapes] == [""]
