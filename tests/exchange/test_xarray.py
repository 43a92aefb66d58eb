"""Objects go to xarray and come back with coordinates, units and labels."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from datalab_kernel import Workspace, create_image, create_signal


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


def test_a_signal_comes_back_as_it_was(workspace):
    signal = create_signal(
        "",
        np.array([0, 0.5, 2]),
        np.arange(3.0),
        metadata={"gain": 2},
        units=("s", "V"),
        labels=("Time", "Voltage"),
    )
    workspace["a"] = signal
    array = workspace.to_xarray("a")
    assert array.sel(x=0.5) == 1
    assert array.x.attrs == {"long_name": "Time", "units": "s"}
    workspace["b"] = array
    copy = workspace["b"]
    np.testing.assert_array_equal(copy.xydata, signal.xydata)
    assert (copy.xlabel, copy.xunit, copy.ylabel, copy.yunit) == ("Time", "s", "Voltage", "V")
    assert copy.metadata["gain"] == 2


def test_no_label_comes_back_as_none(workspace):
    workspace["a"] = np.ones(3)
    workspace["b"] = workspace.to_xarray("a")
    assert (workspace["b"].xlabel, workspace["b"].ylabel) == ("", "")


def test_error_bars_come_back(workspace):
    signal = create_signal("", np.arange(3.0), np.ones(3), dy=np.full(3, 0.1))
    workspace["a"] = signal
    workspace["b"] = workspace.to_xarray("a")
    np.testing.assert_array_equal(workspace["b"].xydata, workspace["a"].xydata)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.float32, np.complex128])
def test_an_image_comes_back_as_it_was(workspace, dtype):
    image = create_image(
        "",
        np.arange(6).reshape(2, 3).astype(dtype),
        units=("mm", "mm", "lx"),
        labels=("X", "Y", "Z"),
    )
    image.set_uniform_coords(0.5, 2.0, 10.0, 20.0)
    workspace["i"] = image
    workspace["j"] = workspace.to_xarray("i")
    copy = workspace["j"]
    np.testing.assert_array_equal(copy.data, image.data)
    assert copy.data.dtype == dtype
    assert (copy.x0, copy.y0, copy.dx, copy.dy) == (10, 20, 0.5, 2)
    assert (copy.xunit, copy.zunit, copy.ylabel, copy.zlabel) == ("mm", "lx", "Y", "Z")


def test_non_uniform_coordinates_come_back(workspace):
    image = create_image("", np.zeros((2, 3)))
    image.set_coords(np.array([0, 1, 5.0]), np.array([0, 7.0]))
    workspace["i"] = image
    workspace["j"] = workspace.to_xarray("i")
    np.testing.assert_array_equal(workspace["j"].xcoords, [0, 1, 5])


def test_dates_come_back(workspace):
    times = pd.date_range("2025-06-19", periods=3, freq="h")
    workspace["t"] = xr.DataArray([1.0, 2, 3], {"time": times}, ("time",))
    array = workspace.to_xarray("t")
    assert array.x.to_numpy()[1] == np.datetime64("2025-06-19T01:00")
    workspace["again"] = array
    np.testing.assert_array_equal(workspace["again"].xydata, workspace["t"].xydata)


def test_what_xarray_reads_of_a_file_is_taken_with_its_labels(workspace):
    array = xr.DataArray(
        np.ones((2, 3)),
        {"lat": ("lat", [1.0, 2.0], {"units": "deg"}), "lon": [0.0, 1.0, 2.0]},
        ("lat", "lon"),
        name="temp",
        attrs={"units": "K", "valid_range": np.array([0.0, 1.0])},
    )
    workspace["t"] = array
    image = workspace["t"]
    assert (image.ylabel, image.yunit, image.xlabel, image.zlabel) == ("lat", "deg", "lon", "temp")
    assert image.zunit == "K"
