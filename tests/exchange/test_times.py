"""Dates come back as they were given: from pandas, numpy, files, xarray and netCDF."""

import datetime
from zoneinfo import ZoneInfo

import cftime
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sigima.objects import create_signal_roi

from datalab_kernel import Workspace, create_signal

START = "2026-03-01T00:00:00"
STEPS = {
    "s": 1,
    "ms": 250,
    "us": 123_457,
    "ns": 1_237,
}  # of 32 bits altogether: netCDF 3 has no more


@pytest.fixture
def workspace():
    return Workspace("standalone")


def stamps(unit, number=2000):
    return np.datetime64(START, unit) + STEPS[unit] * np.arange(number).astype(f"m8[{unit}]")


def series(unit, **index):
    values = np.sin(np.arange(2000.0))
    return pd.Series(values, index=pd.DatetimeIndex(stamps(unit), **index, name="t"), name="a")


@pytest.mark.parametrize("unit", STEPS)
def test_a_series_comes_back_equal(workspace, unit):
    workspace["a"] = series(unit)
    pd.testing.assert_series_equal(workspace.to_pandas("a"), series(unit), check_freq=False)


@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC", "UTC+05:30"])
def test_a_series_comes_back_in_its_time_zone(workspace, zone):
    given = series("ns").tz_localize("UTC").tz_convert(zone)
    workspace["a"] = given
    pd.testing.assert_series_equal(workspace.to_pandas("a"), given, check_freq=False)


@pytest.mark.parametrize("unit", STEPS)
def test_dates_come_back_from_a_saved_workspace(workspace, tmp_path, unit):
    workspace["a"] = series(unit)
    workspace.save(tmp_path / "a.h5")
    other = Workspace("standalone")
    other.load(tmp_path / "a.h5")
    pd.testing.assert_series_equal(other.to_pandas("a"), series(unit), check_freq=False)


@pytest.mark.parametrize("unit", STEPS)
def test_dates_come_back_from_xarray_and_netcdf(workspace, tmp_path, unit):
    workspace["a"] = series(unit)
    array = workspace.to_xarray("a")
    assert array["x"].dtype == f"M8[{unit}]"
    array.to_netcdf(tmp_path / "a.nc", engine="scipy")
    found = xr.load_dataarray(tmp_path / "a.nc", engine="scipy")
    workspace["b"] = found
    np.testing.assert_array_equal(workspace.to_pandas("b").index.to_numpy(), stamps(unit))
    assert workspace["b"].is_x_datetime()
    assert workspace["b"].xlabel == "t"


def test_a_time_zone_comes_back_from_xarray(workspace):
    workspace["a"] = series("s").tz_localize("Europe/Paris")
    workspace["b"] = workspace.to_xarray("a")
    assert str(workspace.to_pandas("b").index.tz) == "Europe/Paris"


def test_truths_among_the_metadata_are_written_to_netcdf(workspace, tmp_path):
    metadata = {"calibrated": True}
    workspace["a"] = create_signal("", [0.0, 1.0], [2.0, 3.0], metadata=metadata)
    workspace.to_xarray("a").to_netcdf(tmp_path / "a.nc", engine="scipy")
    assert xr.load_dataarray(tmp_path / "a.nc", engine="scipy").attrs["calibrated"] == 1


def test_dates_of_numpy_are_taken_as_x(workspace):
    workspace["a"] = (stamps("ns"), np.arange(2000.0))
    np.testing.assert_array_equal(workspace.to_pandas("a").index.to_numpy(), stamps("ns"))


def test_dates_of_python_are_taken_as_x(workspace):
    paris = ZoneInfo("Europe/Paris")
    dates = [datetime.datetime(2026, 7, 1, 12, minute, tzinfo=paris) for minute in range(3)]
    workspace["a"] = (dates, [1.0, 2.0, 3.0])
    assert workspace.to_pandas("a").index[0] == pd.Timestamp("2026-07-01 10:00", tz="UTC")
    assert str(workspace.to_pandas("a").index.tz) == "Europe/Paris"


@pytest.mark.parametrize("function", ["normalize", "moving_average", "derivative", "integral"])
def test_functions_that_keep_x_keep_its_dates(workspace, function):
    workspace["a"] = series("ns")
    b = workspace.calc(function, on="a").name
    np.testing.assert_array_equal(workspace.to_pandas(b).index.to_numpy(), stamps("ns"))


def test_an_x_that_was_changed_has_other_dates(workspace):
    workspace["a"] = series("ns")
    changed = workspace["a"]
    changed.x = changed.x + 0.5
    workspace["a"] = changed
    found = workspace.to_pandas("a").index.to_numpy()
    shift = np.abs(found - stamps("ns") - np.timedelta64(500, "ms"))
    assert shift.max() < np.timedelta64(500, "ns")
    assert found[0] == np.datetime64("2026-03-01T00:00:00.5")


def test_whole_seconds_that_were_shifted_by_a_fraction_show_it(workspace):
    workspace["a"] = series("s")
    changed = workspace["a"]
    changed.x = changed.x + 0.25
    workspace["a"] = changed
    assert workspace.to_pandas("a").index[0] == pd.Timestamp("2026-03-01 00:00:00.25")


# -- computing --------------------------------------------------------------------------------


def tone(rate_hz):
    step = np.timedelta64(round(1e9 / rate_hz), "ns")
    x = np.datetime64("2026-03-01T00:00:00", "ns") + step * np.arange(1000)
    return x, np.sin(2 * np.pi * 0.1 * np.arange(1000))


@pytest.mark.filterwarnings("ignore::datalab_kernel.errors.ComputationWarning")  # of segments
@pytest.mark.parametrize("rate_hz", [1, 100, 10_000, 1_000_000])
@pytest.mark.parametrize("function", ["fft", "psd", "magnitude_spectrum", "phase_spectrum"])
def test_a_spectrum_of_dates_is_in_hertz_at_any_rate(workspace, function, rate_hz):
    workspace["a"] = tone(rate_hz)
    b = workspace.calc(function, on="a").name
    spectrum = workspace[b]
    assert not spectrum.is_x_datetime()
    assert spectrum.xunit == "Hz"
    assert spectrum.x.real.max() == pytest.approx(rate_hz / 2, rel=0.01)
    if function != "phase_spectrum":
        peak = spectrum.x.real[np.abs(spectrum.y).argmax()]
        assert abs(peak) == pytest.approx(rate_hz / 10, rel=0.03)


def test_a_derivative_by_dates_is_that_by_seconds(workspace):
    x, y = tone(1000)
    workspace["a"] = (x, y)
    workspace["b"] = (np.arange(1000) / 1000, y)
    da, db = workspace.calc("derivative", on=["a", "b"]).names
    np.testing.assert_allclose(workspace[da].y, workspace[db].y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("function", ["derivative", "integral"])
def test_regions_of_interest_by_date_are_computed_as_those_by_seconds(workspace, function):
    x, y = tone(1000)
    seconds = np.arange(1000) / 1000
    begins = x[0].astype("M8[s]").astype(float)
    for name, axis, first in (("a", x, begins), ("b", seconds, 0.0)):
        workspace[name] = (axis, y)
        signal = workspace[name]
        signal.roi = create_signal_roi([[first + 0.25, first + 0.5]])
        workspace[name] = signal
    da, db = (workspace[name] for name in workspace.calc(function, on=["a", "b"]).names)
    np.testing.assert_allclose(da.y, db.y, rtol=1e-9, atol=1e-9)
    assert da.is_x_datetime()
    np.testing.assert_array_equal(da.x, workspace["a"].x)
    assert da.roi.single_rois[0].coords == pytest.approx([begins + 0.25, begins + 0.5], abs=1e-6)


def test_a_bandwidth_of_dates_lies_where_that_of_seconds_does(workspace):
    x, _ = tone(1000)
    y = -np.arange(1000) / 100.0  # decibels
    workspace["a"] = (x, y)
    workspace["b"] = (np.arange(1000) / 1000, y)
    by_date, by_seconds = (workspace.calc("bandwidth_3db", on=name).frame for name in "ab")
    begins = x[0].astype("M8[s]").astype(float)
    assert by_date["x1"][0] - begins == pytest.approx(by_seconds["x1"][0], abs=1e-6)


def test_what_becomes_y_is_no_axis_of_dates(workspace):
    workspace["a"] = tone(1)
    b = workspace.calc("transpose", on="a").name
    assert not workspace[b].is_x_datetime()


# -- images -----------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_an_image_keeps_its_axis_of_time_in_seconds(workspace, unit):
    time = pd.date_range("2026-01-01", periods=3, freq="h").as_unit(unit)
    coords = {"freq": [1.0, 10.0], "time": time}
    workspace["a"] = xr.DataArray(np.zeros((2, 3)), dims=("freq", "time"), coords=coords)
    image = workspace["a"]
    assert (image.dx, image.xunit) == (3600.0, "s")
    found = workspace.to_xarray("a")
    np.testing.assert_array_equal(found["x"].to_numpy(), time.to_numpy())
    np.testing.assert_array_equal(found["y"].to_numpy(), [1.0, 10.0])


def test_an_axis_of_durations_is_in_seconds(workspace):
    time = np.arange(3).astype("m8[ms]") * 250
    workspace["a"] = xr.DataArray(np.zeros((2, 3)), dims=("y", "t"), coords={"t": time})
    assert (workspace["a"].dx, workspace["a"].xunit) == (0.25, "s")


def test_an_image_that_was_turned_has_its_times_on_the_other_axis_or_none(workspace):
    time = pd.date_range("2026-01-01", periods=3, freq="h")
    coords = {"freq": [1.0, 10.0], "time": time}
    workspace["a"] = xr.DataArray(np.zeros((2, 3)), dims=("freq", "time"), coords=coords)
    b = workspace.calc("transpose", on="a").name
    assert workspace.to_xarray(b)["x"].to_numpy().tolist() == [1.0, 10.0]


@pytest.mark.parametrize("calendar", ["noleap", "360_day", "julian"])
def test_an_axis_of_another_calendar_keeps_its_dates(workspace, tmp_path, calendar):
    day = cftime.datetime(2000, 2, 28, 12, 0, 0, 250_000, calendar=calendar)
    time = [day + datetime.timedelta(days=step) for step in range(4)]
    coords = {"lat": [10.0, 20.0], "time": time}
    workspace["a"] = xr.DataArray(np.zeros((2, 4)), dims=("lat", "time"), coords=coords)
    assert workspace["a"].dx == 86400
    found = workspace.to_xarray("a")["x"].to_numpy()
    assert [*found] == time
    workspace.save(tmp_path / "a.h5")
    workspace.load(tmp_path / "a.h5", overwrite=True)
    assert [*workspace.to_xarray("a")["x"].to_numpy()] == time
