"""What pint, polars, dask and pandas have is taken as it is, with units, names and coordinates."""

import dask.array
import numpy as np
import pandas as pd
import pint
import polars as pl
import pytest

from datalab_kernel import Workspace, create_image

UNITS = pint.UnitRegistry()


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


def test_a_quantity_keeps_its_unit(workspace):
    workspace["u"] = UNITS.Quantity([1.0, 2.0], "mV")
    workspace["i"] = UNITS.Quantity(np.eye(2), "W/m**2")
    assert workspace["u"].yunit == "mV"
    assert workspace["i"].zunit == "W/m²"
    np.testing.assert_array_equal(workspace["u"].y, [1, 2])


def test_x_and_y_keep_their_units(workspace):
    workspace["u"] = UNITS.Quantity([0.0, 0.5], "µs"), UNITS.Quantity([1.0, 2.0], "V")
    signal = workspace["u"]
    assert (signal.xunit, signal.yunit) == ("µs", "V")
    np.testing.assert_array_equal(signal.x, [0, 0.5])


def test_a_number_without_dimension_has_no_unit(workspace):
    workspace["u"] = UNITS.Quantity([1.0, 2.0], "")
    assert workspace["u"].yunit == ""


def test_percent_is_a_unit(workspace):
    workspace["u"] = UNITS.Quantity([1.0, 2.0], "percent")
    assert workspace["u"].yunit == "%"


def test_polars_series_keep_their_names(workspace):
    frame = pl.DataFrame({"t": [0.0, 0.5], "U": [1.0, 2.0]})
    workspace["a"] = frame["U"]
    workspace["b"] = frame["t"], frame["U"]
    assert workspace["a"].ylabel == "U"
    assert (workspace["b"].xlabel, workspace["b"].ylabel) == ("t", "U")
    np.testing.assert_array_equal(workspace["b"].xydata, [[0, 0.5], [1, 2]])


def test_what_is_missing_in_a_polars_series_is_nan(workspace):
    workspace["a"] = pl.Series("a", [1, None, 3])
    np.testing.assert_array_equal(workspace["a"].y, [1, np.nan, 3])


def test_a_polars_frame_is_refused_with_what_to_do(workspace):
    with pytest.raises(TypeError, match=r"such as \(df\['t'\], df\['U'\]\)"):
        workspace["a"] = pl.DataFrame({"t": [0.0], "U": [1.0]})


def test_a_dask_array_is_computed(workspace):
    workspace["i"] = dask.array.ones((6, 8), chunks=(3, 4)) * 2
    np.testing.assert_array_equal(workspace["i"].data, np.full((6, 8), 2.0))


def test_lists_are_arrays(workspace):
    workspace["a"] = [1, 2, 4]
    workspace["i"] = [[1, 2], [3, 4]]
    np.testing.assert_array_equal(workspace["a"].xydata, [[0, 1, 2], [1, 2, 4]])
    np.testing.assert_array_equal(workspace["i"].data, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([np.arange(3), np.arange(3)], "list of arrays, which may be x and y"),
        ([[1, 2], [3]], "rows aren't of the same length"),
        (["a", "b"], "a list of str. Give a list of numbers"),
        ([{}, 1], "a list of dict, int"),
    ],
)
def test_a_list_that_is_no_signal_and_no_image_is_refused_with_its_reason(workspace, value, reason):
    with pytest.raises(TypeError, match=reason):
        workspace["a"] = value


def test_an_images_frame_comes_back_as_the_image(workspace):
    image = create_image("", np.arange(6.0).reshape(2, 3), units=("mm", "µm", "V"))
    image.xlabel, image.ylabel, image.zlabel = "X", "Y", "Voltage"
    image.set_uniform_coords(0.5, 2.0, 10.0, -1.0)
    workspace["i"] = image
    workspace["j"] = workspace.to_pandas("i")
    copy = workspace["j"]
    np.testing.assert_array_equal(copy.data, image.data)
    assert (copy.dx, copy.dy, copy.x0, copy.y0) == (0.5, 2.0, 10.0, -1.0)
    assert (copy.xunit, copy.yunit, copy.zunit) == ("mm", "µm", "V")
    assert (copy.xlabel, copy.ylabel, copy.zlabel) == ("X", "Y", "Voltage")


def test_a_frame_of_uneven_coordinates_keeps_them(workspace):
    image = create_image("", np.arange(6.0).reshape(2, 3))
    image.set_coords(np.array([0.0, 1, 4]), np.array([0.0, 1]))
    workspace["i"] = image
    workspace["j"] = workspace.to_pandas("i")
    np.testing.assert_array_equal(workspace["j"].xcoords, [0, 1, 4])


def test_a_frame_that_is_a_table_is_refused_with_what_to_do(workspace):
    with pytest.raises(TypeError, match=r"such as \(df\['t'\], df\['U'\]\)"):
        workspace["a"] = pd.DataFrame({"t": [0.0, 1.0], "U": [1.0, 2.0]})
