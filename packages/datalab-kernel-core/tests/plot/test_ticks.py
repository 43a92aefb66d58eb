"""Axes state numbers in a prefix that fits, and coordinates stay in the unit of the data."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
from matplotlib.figure import Figure

from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Image
from datalab_kernel.plot._matplotlib import MatplotlibRenderer

X = np.linspace(0, 10e-6, 101)


def plot(ax=None, **axes):
    curve = Curve(x=X, y=100 * X)
    given = {"curves": (curve,), "xlabel": "Time", "xunit": "s", "ylabel": "U", "yunit": "V"}
    spec = FigureSpec(axes=(AxesSpec(**{**given, **axes}),))
    drawing = MatplotlibRenderer().render(spec, ax)
    return drawing.axes[0]


def x_ticks(axes):
    axes.figure.savefig(io.BytesIO())
    low, high = axes.get_xlim()
    labels = [
        (tick.get_loc(), tick.label1.get_text().replace("\N{MINUS SIGN}", "-"))
        for tick in axes.xaxis.get_major_ticks()
    ]
    return [(place, float(text)) for place, text in labels if low <= place <= high]


def test_numbers_are_in_the_units_prefix_and_coordinates_in_the_unit():
    axes = plot()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Time (µs)", "U (mV)")
    ticks = x_ticks(axes)
    assert [text for _, text in ticks] == [0, 2, 4, 6, 8, 10]
    assert np.allclose([1e6 * place for place, _ in ticks], [text for _, text in ticks])
    assert axes.get_xlim()[1] == pytest.approx(10.5e-6)
    assert axes.xaxis.get_offset_text().get_text() == ""


def test_other_limits_get_another_prefix_at_once():
    axes = plot()
    axes.set_xlim(0, 5e-9)
    assert axes.get_xlabel() == "Time (ns)"
    assert [text for _, text in x_ticks(axes)] == [0, 1, 2, 3, 4, 5]
    axes.set_xlim(0, 5)
    assert axes.get_xlabel() == "Time (s)"
    assert [text for _, text in x_ticks(axes)] == [0, 1, 2, 3, 4, 5]


def test_a_label_of_the_users_own_has_numbers_in_the_data_unit():
    axes = plot()
    axes.set_xlabel("t in seconds")
    axes.figure.savefig(io.BytesIO())
    assert axes.xaxis.get_offset_text().get_text() != ""
    axes.set_xlim(0, 5e-9)
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "t in seconds"


def test_a_logarithmic_axis_has_powers_of_ten_in_the_stated_unit():
    axes = plot(xscale="log")
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "Time (s)"
    later = plot()
    later.set_xscale("log")
    later.figure.savefig(io.BytesIO())
    assert later.get_xlabel() == "Time (s)"


def test_without_a_unit_nothing_is_scaled():
    axes = plot(xunit="", xlabel="Time / s")
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "Time / s"
    assert "10^{\N{MINUS SIGN}5}" in axes.xaxis.get_offset_text().get_text()


def test_a_second_plot_in_the_same_axes_has_its_own_unit():
    axes = Figure().add_subplot()
    plot(axes)
    plot(axes, xlabel="Level", xunit="dB")
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "Level (dB)"
    assert axes.xaxis.get_offset_text().get_text() != ""


def test_formatters_of_the_users_axes_are_kept():
    axes = Figure().add_subplot()
    axes.xaxis.set_major_formatter("{x:.1e}")
    given = axes.xaxis.get_major_formatter()
    plot(axes)
    assert axes.get_xlabel() == "Time (s)"
    assert axes.xaxis.get_major_formatter() is given


def test_a_small_part_far_from_zero_has_distinct_numbers():
    axes = plot(xlim=(632.80e-9, 632.81e-9), xunit="m")
    assert axes.get_xlabel() == "Time (nm)"
    texts = [text for _, text in x_ticks(axes)]
    assert len(set(texts)) == len(texts)


def test_the_colour_bar_has_a_prefix_too():
    image = Image(
        data=1e-3 * np.eye(4), x_edges=np.arange(5.0), y_edges=np.arange(5.0), label="I", unit="A"
    )
    axes = MatplotlibRenderer().render(FigureSpec(axes=(AxesSpec(image=image),))).axes[0]
    (bar,) = axes.child_axes
    assert bar.get_ylabel() == "I (mA)"
    axes.images[0].set_clim(0, 1e-6)
    axes.figure.savefig(io.BytesIO())
    assert bar.get_ylabel() == "I (µA)"


def test_times_are_dates_in_utc():
    start = np.datetime64("2026-03-01T10:00", "s").astype(float)
    curve = Curve(x=start + 600.0 * np.arange(7), y=np.arange(7.0))
    axes = plot(curves=(curve,), x_is_time=True, xunit="", xlabel="")
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "Time (UTC)"
    assert "2026-Mar-01" in axes.xaxis.get_offset_text().get_text()
    texts = {
        tick.label1.get_text(): tick.get_loc() - start for tick in axes.xaxis.get_major_ticks()
    }
    assert texts["10:30"] == 1800
    assert axes.format_xdata(start + 61.5) == "2026-03-01 10:01:01.500000"


@pytest.mark.parametrize("span", [1e-3, 5.0, 86_400.0, 1e9])
def test_times_of_any_span_have_some_ticks(span):
    start = np.datetime64("2026-03-01T10:00", "s").astype(float)
    curve = Curve(x=start + span * np.linspace(0, 1, 7), y=np.arange(7.0))
    axes = plot(curves=(curve,), x_is_time=True)
    axes.figure.savefig(io.BytesIO())
    assert 2 <= len(axes.get_xticks()) <= 14


def test_a_figure_with_a_prefix_can_be_pickled():
    axes = pickle.loads(pickle.dumps(plot().figure)).axes[0]
    axes.set_xlim(0, 5e-9)
    axes.figure.savefig(io.BytesIO())
    assert axes.get_xlabel() == "Time (ns)"
