"""The columns of what an analysis found are in the units of what was analysed, and say so."""

from typing import Any

import numpy as np
import pytest
from sigima.objects import create_signal_roi

from datalab_kernel import Plotter, Workspace, create_image, create_signal
from datalab_kernel.units import factor

X = np.linspace(-5, 5, 1001)
PULSE = np.exp(-(X**2) / 2)
STEP = 1 / (1 + np.exp(-5 * X))
SINE = np.sin(2 * np.pi * X) + 0.01 * np.sin(4 * np.pi * X)
SINE += 1e-3 * np.random.default_rng(0).normal(size=X.size)
YY, XX = np.mgrid[:80, :120]
SPOTS = 100 * np.exp(-((XX - 80) ** 2 + (YY - 40) ** 2) / 200)
SPOTS += 100 * np.exp(-((XX - 20) ** 2 + (YY - 20) ** 2) / 50)


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


def signal(y: Any, x_unit: str = "ms", y_unit: str = "mV") -> Any:
    """Make a signal of values that are given in mV over ms."""
    x = X * float(factor("ms", x_unit))
    return create_signal("a", x, y * float(factor("mV", y_unit)), units=(x_unit, y_unit))


def image(unit: str = "mm", z_unit: str = "lx") -> Any:
    """Make an image of pixels of 0.1 mm with values that are given in lx."""
    scale = float(factor("mm", unit))
    made = create_image("a", SPOTS * float(factor("lx", z_unit)), units=(unit, unit, z_unit))
    made.set_uniform_coords(0.1 * scale, 0.1 * scale, 2 * scale, 3 * scale)
    return made


SIGNALS = [
    ("contrast", PULSE, {}, {}),
    ("sampling_rate_period", PULSE, {}, {"fs": "kHz", "T": "ms"}),
    ("stats", PULSE, {}, {"mean": "mV", "std": "mV", "ptp": "mV", "trapz": "mV·ms"}),
    ("x_at_minmax", PULSE, {}, {"X@Ymax": "ms"}),
    ("extract_pulse_features", STEP, {}, {"amplitude": "mV", "rise_time": "ms", "x50": "ms"}),
    ("extract_peak_positions", PULSE, {"threshold": 50.0}, {"x (ms)": "ms", "y (mV)": "mV"}),
    ("fwhm", PULSE, {}, {"x0": "ms", "y0": "mV", "Δx": "ms"}),
    ("fwhm", PULSE, {"method": "gauss"}, {"Δx": "ms"}),
    ("fw1e2", PULSE, {}, {"Δx": "ms"}),
    (
        "dynamic_parameters",
        SINE,
        {"full_scale": 1e4},  # more than the numbers of y, which is noted else
        {"freq": "kHz", "enob": "bit", "snr": "dBc", "thd": "dBc"},
    ),
]
IMAGES = [
    ("centroid", {}, {"x": "mm", "y": "mm"}),
    ("enclosing_circle", {}, {"x": "mm", "r": "mm"}),
    ("stats", {}, {"max": "lx", "sum": "lx"}),
    ("peak_detection", {"size": 20}, {"x": "mm", "y": "mm"}),
    ("contour_shape", {}, {"x": "mm", "a": "mm", "b": "mm", "θ": "rad"}),
    ("contour_shape", {"shape": "polygon"}, {"x0": "mm", "y1": "mm"}),
    ("blob_log", {"min_sigma": 3.0, "max_sigma": 12.0}, {"x": "mm", "r": "mm"}),
]


def by_position(result: Any) -> tuple[list[str], list[list[float]]]:
    """Return the units and values of each column of numbers, in order."""
    frame = result.frame.drop(columns=["object", "function", "roi"]).select_dtypes("number")
    units = frame.attrs["column_units"]["a"][result.function]
    return [units.get(column, "") for column in frame], frame.T.to_numpy().tolist()


@pytest.mark.parametrize(("function", "y", "parameters", "units"), SIGNALS)
def test_numbers_times_units_dont_depend_on_the_units_of_the_signal(
    workspace: Workspace, function: str, y: Any, parameters: dict[str, Any], units: dict[str, str]
) -> None:
    workspace["a"] = signal(y)
    first = workspace.calc(function, on="a", **parameters)
    own = first.frame.attrs["column_units"]["a"][first.function]
    assert {column: own.get(column) for column in units} == units
    workspace["a"] = signal(y, "s", "V")
    if "full_scale" in parameters:  # of the numbers of y
        parameters = {"full_scale": 0.001 * parameters["full_scale"]}
    assert_same_quantities(first, workspace.calc(function, on="a", **parameters))


@pytest.mark.parametrize(("function", "parameters", "units"), IMAGES)
def test_numbers_times_units_dont_depend_on_the_units_of_the_image(
    workspace: Workspace, function: str, parameters: dict[str, Any], units: dict[str, str]
) -> None:
    workspace["a"] = image()
    first = workspace.calc(function, on="a", **parameters)
    own = first.frame.attrs["column_units"]["a"][first.function]
    assert {column: own.get(column) for column in units} == units
    workspace["a"] = image("µm", "klx")
    assert_same_quantities(first, workspace.calc(function, on="a", **parameters))


def assert_same_quantities(first: Any, second: Any) -> None:
    pairs = zip(*by_position(first), *by_position(second), strict=True)
    for unit, values, other, found in pairs:
        scale = float(factor(unit, other)) if unit != other else 1.0
        np.testing.assert_allclose(np.multiply(values, scale), found, rtol=1e-6, atol=1e-12)


def test_every_analysis_is_here(workspace: Workspace) -> None:
    tried = {name for name, *_ in SIGNALS + IMAGES}
    alike = {"bandwidth_3db", "full_width_at_y", "x_at_y", "y_at_x"}  # coordinates, as of fwhm
    alike |= {"region_properties"}  # in test_regions.py
    alike |= {"blob_dog", "blob_doh", "blob_opencv", "hough_circle_peaks"}  # circles
    known = {info.name for info in workspace.functions() if info.pattern == "1-to-0"}
    assert known - tried - alike == set()


def test_units_are_shown_and_in_the_headings_that_ask_for_them(workspace: Workspace) -> None:
    workspace["a"] = signal(PULSE)
    result = workspace.calc("fwhm", on="a")
    assert repr(result).startswith("CalcResult(fwhm on 'a': 1 row (x0, x1, Δx in ms; y0, y1 in mV)")
    assert "<th>Δx (ms)</th>" in result._repr_html_()
    assert [*workspace.results("a").columns[3:]] == ["x0", "y0", "x1", "y1", "Δx"]
    shown = workspace.results("a", with_units=True)
    assert [*shown.columns[3:]] == ["x0 (ms)", "y0 (mV)", "x1 (ms)", "y1 (mV)", "Δx (ms)"]


def test_results_in_different_units_are_in_columns_of_their_own(workspace: Workspace) -> None:
    workspace["a"], workspace["b"] = signal(PULSE), signal(PULSE, "s")
    workspace.calc("fwhm", on=["a", "b"])
    shown = workspace.results(with_units=True)
    assert shown["Δx (ms)"].isna().tolist() == [False, True]
    assert shown["Δx (s)"].isna().tolist() == [True, False]


def test_a_label_that_ends_with_the_unit_gets_it_once(workspace: Workspace) -> None:
    labelled = signal(PULSE)
    labelled.xlabel, labelled.ylabel = "Time", "U (rms)"
    workspace["a"] = labelled
    result = workspace.calc("extract_peak_positions", on="a", threshold=50.0)
    assert result.frame.attrs["column_units"]["a"]["extract_peak_positions"] == {
        "Time (ms)": "ms",
        "U (rms) (mV)": "mV",
    }
    shown = workspace.results("a", with_units=True)
    assert [*shown.columns[3:]] == ["Time (ms)", "U (rms) (mV)"]


def test_units_are_those_of_what_was_analysed_also_in_a_file(
    workspace: Workspace, tmp_path: Any
) -> None:
    workspace["a"] = signal(STEP)
    workspace.calc("extract_pulse_features", on="a")
    workspace.calc("x_at_minmax", on="a")
    with workspace.edit("a") as edited:
        edited.xunit = "s"  # the numbers found stay those of then
    again = Workspace("standalone")
    again.load(workspace.save(tmp_path / "a.h5"))
    found = again.results("a").attrs["column_units"]["a"]
    assert found["extract_pulse_features"]["rise_time"] == "ms"
    assert found["x_at_minmax"] == {"X@Ymin": "ms", "X@Ymax": "ms"}


def test_a_table_that_keeps_no_units_is_in_those_of_its_object(workspace: Workspace) -> None:
    workspace["a"] = signal(PULSE)
    workspace.calc("stats", on="a")
    with workspace.edit("a") as edited:  # as DataLab's window leaves it
        del edited.metadata["Table_stats_dict"]["attrs"]["datalab_kernel_units"]
    assert workspace.results("a").attrs["column_units"]["a"]["stats"]["trapz"] == "mV·ms"


@pytest.mark.parametrize("entry", [5, {"x": "s"}, {"x": 1, "y": 2}, {"x": "s", "q": "V"}])
def test_what_somebody_else_kept_there_is_left_alone(workspace: Workspace, entry: Any) -> None:
    workspace["a"] = signal(PULSE)
    workspace.calc("stats", on="a")
    with workspace.edit("a") as edited:
        edited.metadata["Table_stats_dict"]["attrs"]["datalab_kernel_units"] = entry
    assert workspace.results("a").attrs["column_units"]["a"]["stats"]["mean"] == "mV"


def test_a_length_across_axes_in_different_units_has_none(workspace: Workspace) -> None:
    uneven = image()
    uneven.yunit = "s"
    workspace["a"] = uneven
    units = workspace.calc("enclosing_circle", on="a").frame.attrs["column_units"]["a"]
    assert units["enclosing_circle"] == {"x": "mm", "y": "s"}


@pytest.mark.parametrize("function", ["rotate90", "rotate270", "transpose"])
def test_geometry_that_is_turned_has_its_units_turned(workspace: Workspace, function: str) -> None:
    uneven = image()
    uneven.yunit = "s"
    workspace["a"] = uneven
    workspace.calc("centroid", on="a")
    workspace.keep_results = True
    turned = workspace.calc(function, on="a")
    units = workspace.results(turned.name).attrs["column_units"][turned.name]
    assert units["centroid"] == {"x": "s", "y": "mm"}


def test_a_signal_by_date_has_widths_in_seconds(workspace: Workspace) -> None:
    stamps = np.datetime64("2026-01-01T00:00:00") + np.arange(len(X)).astype("timedelta64[s]")
    workspace["a"] = stamps, PULSE
    units = workspace.calc("fwhm", on="a").frame.attrs["column_units"]["a"]["fwhm"]
    assert units["Δx"] == "s"


def test_levels_are_in_the_decibels_that_were_asked_for(workspace: Workspace) -> None:
    workspace["a"] = signal(SINE)
    found = workspace.calc("dynamic_parameters", on="a", unit="dBFS", full_scale=1e4)
    assert "snr, sinad, thd and 1 more in dBFS" in repr(found)


def test_each_region_s_row_is_in_the_same_units(workspace: Workspace) -> None:
    with_regions = signal(PULSE)
    with_regions.roi = create_signal_roi([[-4, 0], [0, 4]])
    workspace["a"] = with_regions
    found = workspace.calc("stats", on="a")
    assert repr(found).startswith(
        "CalcResult(stats on 'a': 3 rows (min, max, mean and 4 more in mV;"
    )


def test_a_picture_s_table_has_the_units_of_what_was_analysed(workspace: Workspace) -> None:
    workspace["a"] = signal(PULSE)
    workspace.calc("x_at_minmax", on="a")
    with workspace.edit("a") as edited:
        edited.xunit = "s"
    (table,) = Plotter(workspace).plot("a").spec.tables
    assert table.columns == ("X@Ymin (ms)", "X@Ymax (ms)")
