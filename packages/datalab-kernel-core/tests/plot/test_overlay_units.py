"""Curves in different units over each other: in the first one's, or named by the axis."""

import math

import numpy as np
import pytest
from sigima.objects import GeometryResult

from datalab_kernel import create_signal, create_signal_roi
from datalab_kernel.objects._results import put_result
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.overlay_units import AxisUnits, Overlay, axis_units
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import parse_options
from datalab_kernel.plot._spec import Shape

X = np.linspace(0, 4, 5)


def signal(units, x=X, y=X, labels=("Time", "Voltage"), **more):
    return create_signal("", x, np.asarray(y, dtype=float), units=units, labels=labels, **more)


def axes_of(what, **options):
    return build(drawable(what, None), parse_options(options)).axes[0]


def said(axes):
    return axes.xlabel, axes.xunit, axes.ylabel, axes.yunit


def test_curves_are_drawn_in_the_units_of_the_first():
    second = signal(("ms", "mV"), X * 1000, X * 1000, dx=X, dy=X * 0 + 500)
    axes = axes_of([signal(("s", "V")), second])
    assert said(axes) == ("Time", "s", "Voltage", "V")
    for curve in axes.curves:
        assert curve.x.tolist() == X.tolist()
        assert curve.y.tolist() == X.tolist()
    assert axes.curves[1].x_error.tolist() == [0, 0.001, 0.002, 0.003, 0.004]
    assert axes.curves[1].y_error.tolist() == [0.5] * 5
    assert second.y.tolist() == (X * 1000).tolist()
    assert [curve.label for curve in axes.curves] == ["curve 1", "curve 2"]


@pytest.mark.parametrize(
    ("first", "second"), [("V", "V"), ("us", "µs"), ("", ""), ("°C", "°C"), ("counts", "counts")]
)
def test_curves_in_one_unit_are_drawn_as_they_are(first, second):
    axes = axes_of([signal(("s", first)), signal(("s", second))])
    assert said(axes) == ("Time", "s", "Voltage", first)
    assert axes.curves[1].y.tolist() == X.tolist()


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("A", "Voltage (V), Voltage (A)"),
        ("counts", "Voltage (V), Voltage (counts)"),
        ("", "Voltage (V), Voltage (no unit)"),
        ("dBV", "Voltage (V), Voltage (dBV)"),
    ],
)
def test_the_axis_names_the_units_that_do_not_convert(second, expected):
    axes = axes_of([signal(("s", "V")), signal(("s", second)), signal(("s", "mV"))])
    assert (axes.ylabel, axes.yunit) == (expected, "")
    assert [curve.y[1] for curve in axes.curves] == [1.0, 1.0, 0.001]


def test_celsius_is_not_drawn_as_kelvin():
    axes = axes_of([signal(("s", "K"), labels=("", "")), signal(("s", "°C"), labels=("", ""))])
    assert (axes.ylabel, axes.yunit) == ("(K), (°C)", "")
    assert axes.curves[1].y.tolist() == X.tolist()


def test_curves_that_show_different_things_in_one_unit_keep_it():
    axes = axes_of([signal(("s", "V")), signal(("s", "mV"), labels=("Time", "Offset"))])
    assert said(axes) == ("Time", "s", "", "V")
    assert [curve.label for curve in axes.curves] == ["curve 1: Voltage (V)", "curve 2: Offset (V)"]


def test_of_many_units_the_axis_names_the_first():
    axes = axes_of([signal(("s", unit), labels=("", "")) for unit in ("V", "A", "K", "m", "lx")])
    assert axes.ylabel == "(V), (A), (K), …"


def test_regions_and_results_move_along():
    second = signal(("ms", "mV"), X * 1000)
    second.roi = create_signal_roi([[1000.0, 3000.0]])
    found = GeometryResult("w", "segment", np.array([[1000.0, 5.0, 2000.0, 5.0]]), func_name="fwhm")
    put_result(second, found)
    axes = axes_of([signal(("s", "V")), second], roi=True)
    coords = {shape.role: shape.coords for shape in axes.shapes}
    assert coords["roi"] == (1.0, 3.0)
    assert coords["result"] == pytest.approx((1.0, 0.005, 2.0, 0.005))


def test_limits_that_a_converted_curve_keeps_are_not_the_axis():
    first, second = signal(("s", "V")), signal(("s", "mV"))
    for one, limits in ((first, (0.0, 2.0)), (second, (0.0, 9000.0))):
        one.autoscale = False
        one.yscalemin, one.yscalemax = limits
    assert axes_of([first, second]).ylim == (0.0, 2.0)


def test_dates_are_drawn_as_dates_beside_milliseconds():
    first, second = signal(("s", "V")), signal(("ms", "mV"))
    first.metadata["x_datetime"] = True
    axes = axes_of([first, second])
    assert [curve.x.tolist() for curve in axes.curves] == [X.tolist()] * 2
    assert axes.yunit == "V"


@pytest.mark.parametrize(
    ("kind", "coords", "expected"),
    [
        ("interval", (1, 2), (1000, 2000)),
        ("point", (1, 2), (1000, 20)),
        ("segment", (1, 2, 3, 4), (1000, 20, 3000, 40)),
        ("rectangle", (1, 2, 3, 4), (1000, 20, 3000, 40)),
        ("circle", (1, 2, 3), (1000, 20, 3000, 30, 0.0)),
        ("ellipse", (1, 2, 3, 4, 0.0), (1000, 20, 3000, 40, 0.0)),
        ("ellipse", (1, 2, 3, 4, math.pi / 2), (1000, 20, 30, 4000, math.pi / 2)),
        ("cross", (1, math.nan), (1000, math.nan)),
    ],
)
def test_every_shape_is_drawn_where_it_is(kind, coords, expected):
    overlay = Overlay(AxisUnits(("s",), (1000,)), AxisUnits(("V",), (10,)))
    (drawn,) = overlay.shapes([Shape(kind=kind, coords=coords)], 0)
    np.testing.assert_array_equal(drawn.coords, expected)
    assert drawn.kind == ("ellipse" if kind == "circle" else kind)


def test_a_first_curve_without_a_unit_converts_nothing():
    assert axis_units(["", "V", "mV"]).units == ("", "V", "mV")
    axes = axes_of([signal(("s", "")), signal(("s", "V"))])
    assert axes.ylabel == "Voltage (no unit), Voltage (V)"


def test_a_dollar_is_no_mathematics_here_either():
    assert axes_of([signal(("s", "$")), signal(("s", "€"))]).ylabel == r"Voltage (\$), Voltage (€)"


def test_two_y_axes_share_an_x_in_one_unit():
    second = signal(("ms", "A"), X * 1000)
    axes = axes_of([signal(("s", "V")), second], twin=True)
    assert (axes.xlabel, axes.xunit, axes.yunit, axes.right.yunit) == ("Time", "s", "V", "A")
    assert axes.right.curves[0].x.tolist() == X.tolist()
    other = signal(("mm", "A"))
    assert axes_of([signal(("s", "V")), other], twin=True).xlabel == "Time (s), Time (mm)"


def test_a_waterfall_steps_in_the_first_unit():
    second = signal(("s", "mV"), y=X * 1000)
    axes = axes_of([signal(("s", "V")), second], waterfall=2)
    assert axes.note == "each curve is 2 V above the one before it"
    assert axes.curves[1].y.tolist() == (X + 2).tolist()
