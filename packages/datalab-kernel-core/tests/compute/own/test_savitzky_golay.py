"""Savitzky-Golay: scipy's values, right units, errors of weighted sums, and kind refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.signal import savgol_filter
from sigima import create_signal, create_signal_roi

from datalab_kernel.compute import (
    Request,
    Source,
    plan,
    prepared,
    read_record,
    recorded_values,
    run,
)
from datalab_kernel.compute._records import PROCESSING
from datalab_kernel.errors import OperandError, ParameterError

X = np.linspace(0, 2, 81)
Y = np.sin(5 * X) + np.random.default_rng(5).normal(0, 0.1, X.size)


def computed(signal: Any, **parameters: Any) -> Any:
    source = Source(name="a", kind="signal", load=lambda: signal, group="")
    request = Request(name="savitzky_golay", kind="signal", sources=[source], keywords=parameters)
    (job,) = prepared(plan(request))
    return run(job).obj


def spectrum(y: Any = Y, **more: Any) -> Any:
    return create_signal("a", X, y, units=("s", "V"), **more)


@pytest.mark.parametrize("mode", ["interp", "mirror", "nearest", "wrap", "constant"])
@pytest.mark.parametrize("deriv", [0, 1, 2])
def test_values_are_scipys(mode: Any, deriv: int) -> None:
    found = computed(spectrum(), window_length=9, polyorder=4, deriv=deriv, mode=mode)
    step = 2 / 80
    np.testing.assert_array_equal(
        found.y, savgol_filter(Y, 9, 4, deriv=deriv, delta=step, mode=mode)
    )
    np.testing.assert_array_equal(found.x, X)


@pytest.mark.parametrize(("deriv", "unit"), [(0, "V"), (1, "V/s"), (2, "V/s²")])
def test_a_derivative_has_the_unit_of_y_over_that_of_x(deriv: int, unit: str) -> None:
    assert (found := computed(spectrum(), deriv=deriv)).yunit == unit
    assert found.xunit == "s"


def test_the_derivative_of_a_falling_axis_has_the_right_sign() -> None:
    falling = create_signal("a", X[::-1].copy(), (3 * X[::-1]).copy())
    np.testing.assert_allclose(computed(falling, deriv=1).y, 3, rtol=1e-9)


def test_a_complex_signal_is_smoothed_in_both_parts() -> None:
    found = computed(create_signal("a", X, Y + 2j * Y)).y
    smooth = savgol_filter(Y, 11, 3, delta=2 / 80)
    np.testing.assert_allclose(found, smooth + 2j * smooth, rtol=1e-12, atol=1e-14)


def test_error_bars_are_those_of_the_same_sums_of_noise() -> None:
    errors = 0.1 + 0.05 * X
    found = computed(spectrum(dy=errors), window_length=7, polyorder=2).dy
    noise = errors * np.random.default_rng(1).normal(size=(20_000, X.size))
    scatter = savgol_filter(noise, 7, 2, axis=1).std(axis=0)
    np.testing.assert_allclose(found, scatter, rtol=0.04)


def test_values_outside_of_a_region_stay() -> None:
    signal = spectrum()
    signal.roi = create_signal_roi([0.5, 1.0])
    found = computed(signal)
    outside = signal.maskdata[1]
    np.testing.assert_array_equal(found.y[outside], Y[outside])
    assert not np.array_equal(found.y[~outside], Y[~outside])


def test_an_uneven_axis_is_refused_with_what_to_do() -> None:
    uneven = create_signal("a", X**2, Y)
    with pytest.raises(OperandError, match="isn't evenly spaced.*resampling") as caught:
        computed(uneven)
    assert caught.value.names == ["a"]


def test_an_axis_that_a_file_rounded_is_even() -> None:
    rounded = create_signal("a", np.round(X, 4), Y)
    np.testing.assert_allclose(computed(rounded).y, savgol_filter(Y, 11, 3), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("y", "given", "message"),
    [
        (np.where(X > 1, np.nan, Y), {}, "40 of 81 values of 'a' are NaN.*replace_special_values"),
        (Y, {"window_length": 83}, "81 samples, fewer than the 83 of a window"),
    ],
)
def test_what_can_not_be_smoothed_is_refused(y: Any, given: Any, message: str) -> None:
    with pytest.raises(OperandError, match=message):
        computed(spectrum(y), **given)


def test_a_window_is_odd_and_wider_than_the_order() -> None:
    with pytest.raises(ParameterError, match="window_length must be odd"):
        computed(spectrum(), window_length=10)
    with pytest.raises(Exception, match="polyorder must be less than window_length=5"):
        computed(spectrum(), window_length=5, polyorder=5)


def test_datalab_finds_no_class_to_import_in_its_record() -> None:
    found = computed(spectrum(), deriv=1)
    assert "param_json" not in found.metadata[PROCESSING]
    record = read_record(found)
    assert record is not None
    assert recorded_values(record, "signal") == {
        "window_length": 11,
        "polyorder": 3,
        "deriv": 1,
        "mode": "interp",
    }
