"""Objects and results as the field's libraries have them, and tables of one's own."""

import sys
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from datalab_kernel import Workspace, create_image, create_signal
from datalab_kernel.errors import MissingPackageError, ObjectNotFoundError


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


@pytest.fixture
def sine(workspace):
    signal = create_signal(
        "", np.array([0, 0.5, 2]), np.arange(3.0), units=("s", "V"), labels=("Time", "Voltage")
    )
    workspace["sine"] = signal
    return workspace


@dataclass
class Parameter:
    """What lmfit's parameters have."""

    value: float
    stderr: float | None
    vary: bool = True


# -- pandas -----------------------------------------------------------------------------------


def test_a_signal_becomes_a_series_by_x(sine):
    series = sine.to_pandas("sine")
    assert series.name == "sine"
    assert series.index.name == "Time"
    assert series.loc[0.5] == 1
    assert series.attrs["units"] == "V"


def test_a_series_comes_back_with_labels_and_units(sine):
    sine["copy"] = sine.to_pandas("sine")
    copy, original = sine["copy"], sine["sine"]
    np.testing.assert_array_equal(copy.xydata, original.xydata)
    assert (copy.xlabel, copy.xunit) == ("Time", "s")
    assert (copy.ylabel, copy.yunit) == ("Voltage", "V")


def test_dates_become_a_date_index_and_come_back(workspace):
    dates = pd.date_range("2025-06-19 10:00", periods=3, freq="min")
    workspace["t"] = pd.Series([1.0, 2, 3], index=dates)
    series = workspace.to_pandas("t")
    assert series.index[1] == dates[1]
    workspace["again"] = series
    np.testing.assert_array_equal(workspace["again"].xydata, workspace["t"].xydata)


def test_a_series_is_independent_of_the_workspace(sine):
    series = sine.to_pandas("sine")
    series.iloc[0] = 99
    assert sine["sine"].y[0] == 0


def test_an_image_becomes_a_frame_by_its_coordinates(workspace):
    image = create_image("", np.arange(6.0).reshape(2, 3))
    image.set_uniform_coords(0.5, 2.0, 10.0, 20.0)
    workspace["i"] = image
    frame = workspace.to_pandas("i")
    assert frame.loc[22.0, 10.5] == 4


def test_masked_pixels_become_nan(workspace):
    image = create_image("", np.ma.array(np.ones((2, 2), dtype=np.uint8), mask=np.eye(2)))
    workspace["i"] = image
    np.testing.assert_array_equal(workspace.to_pandas("i"), [[np.nan, 1], [1, np.nan]])


def test_without_xarray_the_error_says_what_to_install(sine, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(MissingPackageError, match="Install it with: .*xarray") as caught:
        sine.to_xarray("sine")
    assert isinstance(caught.value, ImportError)


# -- a list of the objects --------------------------------------------------------------------


def test_objects_are_listed_with_the_metadata_that_one_asks_for(workspace):
    workspace["a"] = create_signal("", np.arange(3.0), np.ones(3), metadata={"z": 13})
    workspace["i"] = np.zeros((2, 3), dtype=np.uint8)
    frame = workspace.to_dataframe(metadata=["z"])
    assert frame.name.to_list() == ["a", "i"]
    assert frame["shape"].to_list() == [(3,), (2, 3)]
    assert frame.dtype.to_list() == ["float64", "uint8"]
    assert frame.z[0] == 13
    assert pd.isna(frame.z[1])


def test_an_empty_workspace_lists_nothing(workspace):
    frame = workspace.to_dataframe("z")
    assert frame.empty
    assert [*frame.columns][-1] == "z"


# -- tables of one's own ----------------------------------------------------------------------


def test_a_table_is_among_the_results(sine):
    sine.attach("sine", "Line fit", {"slope": 1.5, "offset": np.float32(0.5), "note": "ok"})
    frame = sine.results("sine", "Line_fit")
    assert frame[["slope", "offset", "note"]].to_numpy().tolist() == [[1.5, 0.5, "ok"]]


def test_a_table_of_columns_has_a_row_for_each(sine):
    sine.attach("sine", "peaks", {"x": np.array([1, 2]), "height": [3.0, 4.0]})
    assert sine.results("sine", "peaks").height.to_list() == [3, 4]


def test_a_frame_keeps_its_named_index(sine):
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="peak"))
    sine.attach("sine", "peaks", frame)
    assert sine.results("sine", "peaks").peak.to_list() == ["a", "b"]


def test_what_lmfit_gives_has_a_row_for_each_parameter(sine):
    parameters = {"a": Parameter(1.0, 0.1), "b": Parameter(2.0, None, vary=False)}
    sine.attach("sine", "fit", SimpleNamespace(params=parameters))
    frame = sine.results("sine", "fit").set_index("parameter")
    assert frame.loc["a", "stderr"] == 0.1
    assert np.isnan(frame.loc["b", "stderr"])
    assert not frame.loc["b", "vary"]


def test_rows_can_belong_to_regions_of_interest(sine):
    sine.attach("sine", "means", {"roi": [0, 1], "mean": [1.0, 2.0]})
    assert sine.results("sine", "means").roi.to_list() == [0, 1]


def test_a_table_of_the_same_title_is_replaced(sine):
    for value in (1.0, 2.0):
        sine.attach("sine", "fit", {"a": value})
    assert sine.results("sine", "fit").a.to_list() == [2]


def test_tables_survive_a_file(sine, tmp_path):
    sine.attach("sine", "fit", {"parameter": ["a", "b"], "value": [1.0, float("nan")]})
    sine.save(tmp_path / "w.h5")
    sine.clear()
    sine.load(tmp_path / "w.h5")
    assert sine.results("sine", "fit").parameter.to_list() == ["a", "b"]


def test_attaching_keeps_the_objects_data(sine):
    before = sine["sine"].xydata
    sine.attach("sine", "fit", {"a": 1})
    np.testing.assert_array_equal(sine["sine"].xydata, before)


@pytest.mark.parametrize(
    ("table", "error", "text"),
    [
        ([1, 2], TypeError, "Can't attach a list"),
        ({"a": object()}, TypeError, "a table with a object"),
        ({"a": [1, 2], "b": [1]}, ValueError, "'a' 2, 'b' 1"),
        ({}, ValueError, "without columns"),
    ],
)
def test_what_is_no_table_is_refused(sine, table, error, text):
    with pytest.raises(error, match=text):
        sine.attach("sine", "fit", table)


def test_a_blank_title_is_refused(sine):
    with pytest.raises(ValueError, match="letter or digit"):
        sine.attach("sine", " - ", {"a": 1})


def test_a_table_of_an_unknown_object_is_refused(sine):
    with pytest.raises(ObjectNotFoundError):
        sine.attach("cosine", "fit", {"a": 1})
