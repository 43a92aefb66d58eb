"""Where what Sigima computes of signals misleads, the result says so; where it doesn't, nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sigima.objects import create_signal, create_signal_roi

from datalab_kernel import ComputationWarning, Workspace
from datalab_kernel.errors import ComputationError

FWHM = 2 * np.sqrt(2 * np.log(2))
"""Of a Gaussian of sigma 1, by definition: 2.3548."""
X = np.linspace(-5, 5, 1001)
T = np.arange(4000) / 1000
CHANCE = np.random.default_rng(0)
NOISE = CHANCE.normal(size=1001)
PEAKS = sum(np.exp(-((X - centre) ** 2) / 0.05) for centre in (-3, -1, 2))


@pytest.fixture
def workspace():
    return Workspace("standalone")


def computed(workspace, function, obj, operand=None, **parameters):
    """Compute with an object; return the result and its notes' text, which must be warned of too."""
    workspace.add("a", obj, overwrite=True)
    if operand is not None:
        workspace.add("b", operand, overwrite=True)
        parameters["operand"] = "b"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = workspace.calc(function, on="a", store=False, **parameters)
    said = [one for one in warned if issubclass(one.category, ComputationWarning)]
    assert len(said) == bool(result.notes)
    return result, " ".join(map(str, result.notes))


def width_of(result):
    return result.frame["Δx"].iloc[0]


# -- the width at half maximum ------------------------------------------------------------


@pytest.mark.parametrize(
    ("pedestal", "sigimas"),
    [(0.5, 2.4446), (1, 2.4734), (10, 3.9702), (100, 3.9702)],
)
def test_the_default_width_on_a_pedestal_is_noted(workspace, pedestal, sigimas):
    result, notes = computed(workspace, "fwhm", (X, pedestal + np.exp(-(X**2) / 2)))
    assert width_of(result) == pytest.approx(sigimas, abs=1e-3)
    assert "fwhm measured at y =" in notes
    assert "method='gauss'" in notes
    fitted, quiet = computed(workspace, "fwhm", (X, pedestal + np.exp(-(X**2) / 2)), method="gauss")
    assert width_of(fitted) == pytest.approx(FWHM, abs=1e-6)
    assert quiet == ""


@pytest.mark.parametrize(
    "y",
    [
        np.exp(-(X**2) / 2),
        -np.exp(-(X**2) / 2),
        3 - np.exp(-(X**2) / 2),
        0.02 + np.exp(-(X**2) / 2),
        -10 + np.exp(-(X**2) / 2),
        np.exp(-((X - 1) ** 2) / 2) * 1e-9,
        np.exp(-(X**2) / 2) + 0.002 * NOISE,
    ],
)
def test_the_default_width_near_half_height_is_quiet(workspace, y):
    result, notes = computed(workspace, "fwhm", (X, y))
    assert width_of(result) == pytest.approx(FWHM, rel=0.03)
    assert notes == ""


def test_the_width_of_a_rectangle_is_quiet(workspace):
    result, notes = computed(workspace, "fwhm", (X, (np.abs(X) < 1) * 1.0))
    assert width_of(result) == pytest.approx(2, abs=0.02)
    assert notes == ""


@pytest.mark.parametrize("seed", range(8))
def test_a_width_that_noise_changes_by_a_fifth_is_noted(workspace, seed):
    noise = np.random.default_rng(seed).normal(size=1001)
    result, notes = computed(workspace, "fwhm", (X, np.exp(-(X**2) / 2) + 0.2 * noise))
    is_wrong = abs(width_of(result) / FWHM - 1) > 0.2
    assert notes or not is_wrong


def test_crossings_by_noise_far_from_the_peak_are_noted(workspace):
    y = np.exp(-(X**2) / 2)
    y[[100, 900]] = 0.6
    result, notes = computed(workspace, "fwhm", (X, y))
    assert width_of(result) == pytest.approx(8, abs=0.05)
    assert "the outermost of several crossings" in notes


def test_each_region_of_interest_has_its_width(workspace):
    workspace["a"] = X, 1 + np.exp(-((X + 2.5) ** 2) / 0.1) + np.exp(-((X - 2.5) ** 2) / 0.1)
    with workspace.edit("a") as signal:
        signal.roi = create_signal_roi([[-4, -1], [1, 4]])
    result, notes = computed(workspace, "fwhm", workspace["a"])
    assert len(result.frame) == 2
    assert "fwhm measured at y =" in notes


def test_xmin_and_xmax_are_heeded(workspace):
    y = np.exp(-(X**2) / 2) + np.where(X > 4, 5.0, 0.0)
    result, notes = computed(workspace, "fwhm", (X, y), xmin=-3.9, xmax=3.9)
    assert width_of(result) == pytest.approx(FWHM, rel=0.03)
    assert notes == ""


# -- peaks --------------------------------------------------------------------------------


def test_peaks_that_are_noise_are_noted_with_a_threshold_above_it(workspace):
    y = PEAKS + 0.005 * NOISE
    result, notes = computed(workspace, "extract_peak_positions", (X, y))
    assert len(result.frame) > 200  # right: 3
    assert "rise less than 3 times the noise (0.0049" in notes
    assert "threshold=4" in notes
    assert "it is in percent of the range, here 0.1" in notes


def test_peaks_apart_of_each_other_are_three(workspace):
    y = PEAKS + 0.005 * NOISE
    result, notes = computed(
        workspace, "extract_peak_positions", (X, y), threshold=5.0, min_dist=50
    )
    assert len(result.frame) == 3
    assert notes == ""


@pytest.mark.parametrize(
    ("y", "count"),
    [
        (PEAKS, 3),
        (np.sin(6 * X), 10),
        (np.round(PEAKS * 100), 3),
        (PEAKS + 1e6, 3),
        (np.zeros(1001), 0),
        (np.where(np.arange(1001) % 100 == 50, 1.0, 0.0), 10),
    ],
)
def test_peaks_without_noise_are_quiet(workspace, y, count):
    result, notes = computed(workspace, "extract_peak_positions", (X, y))
    assert len(result.frame) == count
    assert notes == ""


def test_where_noise_is_all_there_is_smoothing_is_advised(workspace):
    _, notes = computed(workspace, "extract_peak_positions", (X, NOISE))
    assert "calc('gaussian_filter', …) before takes noise off" in notes


# -- NaN ----------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["lowpass", "highpass", "bandpass", "bandstop", "fft", "psd"])
@pytest.mark.parametrize("place", [0, 500, 800])
def test_one_nan_that_leaves_nothing_is_noted(workspace, function, place):
    y = np.sin(X)
    y[place] = np.nan
    result, notes = computed(workspace, function, (X, y))
    assert np.isnan(result.object.y).all()  # right: as without it, but near its place
    assert f"{function} gave NaN for all" in notes
    assert "because one value was NaN before" in notes
    assert "replace_special_values" in notes


@pytest.mark.parametrize("method", ["bessel", "brickwall", "butterworth", "chebyshev1", "elliptic"])
def test_each_method_of_filters_spreads_nan(workspace, method):
    y = np.sin(X)
    y[500] = np.nan
    result, notes = computed(workspace, "lowpass", (X, y), method=method)
    assert np.isnan(result.object.y).all()
    assert "lowpass gave NaN for all 1,001 values" in notes


@pytest.mark.parametrize(
    ("function", "parameters"),
    [("derivative", {}), ("absolute", {}), ("moving_median", {"n": 5}), ("exp", {})],
)
def test_a_nan_that_stays_where_it_was_is_quiet(workspace, function, parameters):
    y = np.sin(X)
    y[500] = np.nan
    result, notes = computed(workspace, function, (X, y), **parameters)
    assert np.isnan(result.object.y).sum() <= 5
    assert notes == ""


def test_nan_replaced_before_gives_values(workspace):
    y = np.sin(X)
    y[500] = np.nan
    result, _ = computed(workspace, "replace_special_values", (X, y))
    result, notes = computed(workspace, "lowpass", result.object)
    assert np.isfinite(result.object.y).all()
    assert notes == ""


def test_a_function_that_gives_only_nan_of_numbers_is_noted(workspace):
    result, notes = computed(workspace, "normalize", (X, X * 0 + 2), method="amplitude")
    assert np.isnan(result.object.y).all()
    assert "normalize gave nothing but NaN, and there was none in the data" in notes


# -- normalize ----------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "y"), [("maximum", -1 - X**2), ("area", X - 1)])
def test_a_normalisation_that_flips_signs_is_noted(workspace, method, y):
    result, notes = computed(workspace, "normalize", (X, y), method=method)
    assert np.argmax(result.object.y) == np.argmin(y)  # right: the order stays
    assert f"normalize divided by a negative {method}" in notes


@pytest.mark.parametrize("method", ["maximum", "amplitude", "area", "energy", "rms"])
def test_a_normalisation_that_keeps_signs_is_quiet(workspace, method):
    result, notes = computed(workspace, "normalize", (X, X + 1), method=method)
    assert np.all(np.diff(result.object.y) > 0)
    assert notes == ""


@pytest.mark.parametrize("method", ["amplitude", "energy", "rms"])
def test_of_negative_values_three_methods_keep_the_order(workspace, method):
    result, notes = computed(workspace, "normalize", (X, X - 9), method=method)
    assert np.all(np.diff(result.object.y) > 0)
    assert notes == ""


# -- resampling ---------------------------------------------------------------------------


def test_values_held_outside_of_the_data_are_noted(workspace):
    grid = {"xmin": -6.0, "xmax": 6.0, "nbpts": 13}
    result, notes = computed(workspace, "resampling", (X, X**2), **grid)
    assert result.object.y[[0, -1]].tolist() == [25, 25]  # right: 36, or not known
    assert "resampling gave 2 of 13 values outside of the data (-5 to 5)" in notes
    marked, quiet = computed(workspace, "resampling", (X, X**2), fill_value=float("nan"), **grid)
    assert np.isnan(marked.object.y[[0, -1]]).all()
    assert quiet == ""


def test_a_method_that_ignores_fill_value_is_noted(workspace):
    result, notes = computed(
        workspace,
        "resampling",
        (X, X**2),
        xmin=-6.0,
        xmax=6.0,
        nbpts=13,
        method="spline",
        fill_value=0.0,
    )
    assert result.object.y[0] == pytest.approx(36)
    assert "what 'spline' continues to" in notes


def test_interpolation_onto_a_longer_grid_is_noted(workspace):
    _, notes = computed(workspace, "interpolate", (X, X), operand=(X + 1, X))
    assert "interpolate gave 100 of 1,001 values outside of the data" in notes


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"xmin": -5.0, "xmax": 5.0, "nbpts": 7},
        {"xmin": 5.0, "xmax": -5.0, "nbpts": 7},
        {"mode": "dx", "dx": 0.3, "xmin": -5.0, "xmax": 5.0},
    ],
)
def test_a_grid_inside_of_the_data_is_quiet(workspace, parameters):
    _, notes = computed(workspace, "resampling", (X, X**2), **parameters)
    assert notes == ""


# -- the segments of psd ------------------------------------------------------------------


def test_a_line_that_segments_dont_resolve_is_noted(workspace):
    y = np.sin(2 * np.pi * 50 * T) + np.sin(2 * np.pi * 51 * T)
    workspace["a"] = T, y
    with workspace.edit("a") as signal:
        signal.xunit = "s"
    result, notes = computed(workspace, "psd", workspace["a"])
    assert result.object.x[1] == 1000 / 256  # right: 1000 / 4000 = 0.25 Hz tells the lines apart
    assert "so its steps are 3.906 Hz: the line at 50.78 Hz" in notes
    assert "The whole signal would tell 0.25 Hz apart." in notes
    whole, _ = computed(workspace, "magnitude_spectrum", workspace["a"])
    strongest = np.abs(whole.object.x[np.argsort(whole.object.y)[-4:]])
    np.testing.assert_allclose(np.sort(strongest), [50, 50, 51, 51], atol=1e-9)


def test_a_line_in_decibels_is_noted_too(workspace):
    _, notes = computed(workspace, "psd", (T, np.sin(2 * np.pi * 50 * T)), decibel=True)
    assert "so its steps are 3.906" in notes


@pytest.mark.parametrize(
    "y",
    [
        CHANCE.normal(size=4000),
        np.cumsum(CHANCE.normal(size=4000)),
        np.sin(2 * np.pi * 50 * T)[:512],
        np.sin(2 * np.pi * 50 * T)[:100],
        np.sin(2 * np.pi * 100 * T**2 / 4),
        np.ones(4000),
    ],
)
def test_a_density_without_a_narrow_line_or_of_few_segments_is_quiet(workspace, y):
    _, notes = computed(workspace, "psd", (T[: len(y)], y))
    assert notes == ""


# -- regions of interest ------------------------------------------------------------------


@pytest.fixture
def with_region(workspace):
    workspace["source"] = X, 2 + np.sin(X)
    with workspace.edit("source") as signal:
        signal.roi = create_signal_roi([-1, 1])
    return workspace["source"]


@pytest.mark.parametrize("function", ["fft", "psd", "magnitude_spectrum", "allan_variance"])
def test_a_spectrum_of_more_than_the_region_is_noted(workspace, with_region, function):
    result, notes = computed(workspace, function, with_region)
    everything, quiet = computed(workspace, function, (X, 2 + np.sin(X)))
    np.testing.assert_array_equal(result.object.y, everything.object.y)  # right: of the region
    assert f"{function} took the whole signal, not its regions of interest" in notes
    assert quiet == ""


def test_values_changed_outside_of_the_region_are_noted(workspace, with_region):
    _, notes = computed(workspace, "clip", with_region, lower=1.5, upper=2.5)
    assert "clip changed the values outside of the regions of interest too" in notes


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("clip", {"lower": -9.0, "upper": 9.0}),
        ("absolute", {}),
        ("moving_average", {"n": 5}),
        ("normalize", {}),
        ("stats", {}),
        ("reverse_x", {}),
    ],
)
def test_where_a_region_is_heeded_or_doesnt_matter_it_is_quiet(
    workspace, with_region, function, parameters
):
    _, notes = computed(workspace, function, with_region, **parameters)
    assert notes == ""


FALLING = X[::-1].copy(), np.sin(X)[::-1].copy()


@pytest.mark.parametrize("function", ["extract_roi", "extract_rois"])
def test_a_region_that_isnt_found_where_x_falls_is_noted(workspace, function):
    result, notes = computed(workspace, function, FALLING, xmin=-1.0, xmax=1.0)
    assert len(result.object.x) == len(X)  # all of it, and not the region
    assert "what it cut out isn't the region" in notes
    result, notes = computed(workspace, function, (X, np.sin(X)), xmin=-1.0, xmax=1.0)
    assert (len(result.object.x), notes) == (200, "")


@pytest.mark.parametrize("function", ["fwhm", "resampling"])
def test_what_needs_an_x_that_rises_says_how_to_turn_one_round(workspace, function):
    workspace["falling"] = create_signal("", X[::-1].copy(), np.exp(-(X[::-1] ** 2)))
    parameters = {"xmin": -1.0, "xmax": 1.0, "nbpts": 11} if function == "resampling" else {}
    with pytest.raises(ComputationError, match="ascending order.*Turn it round before") as caught:
        workspace.calc(function, on="falling", **parameters)
    s = workspace["falling"]
    advice = str(caught.value).partition("before: ")[2].rstrip(".")
    workspace["turned"] = eval(advice, {"create_signal": create_signal, "s": s})
    assert workspace.calc(function, on="turned", **parameters)


def test_a_loop_is_not_to_be_turned_round(workspace):
    workspace["loop"] = create_signal("", np.array([0.0, 2.0, 1.0, 3.0]), np.arange(4.0))
    with pytest.raises(ComputationError, match=r"ascending order\. Nothing was changed\.$"):
        workspace.calc("fwhm", on="loop")


def test_samples_of_opposite_order_that_are_paired_are_noted(workspace):
    rising = X, np.sin(X)
    result, notes = computed(workspace, "difference", rising, FALLING)
    assert np.abs(result.object.y).max() > 1  # of one curve and itself
    assert "values at different x were computed with each other" in notes
    for pair in ((rising, rising), (FALLING, FALLING)):
        result, notes = computed(workspace, "difference", *pair)
        assert (np.abs(result.object.y).max(), notes) == (0, "")


@pytest.mark.parametrize("function", ["moving_average", "peak_detection", "stats"])
def test_regions_where_x_falls_are_those_where_it_rises(workspace, function, caplog):
    parameters = {"moving_average": {"n": 5}}.get(function, {})
    found = []
    for x, y in ((X, NOISE), (X[::-1].copy(), NOISE[::-1].copy())):
        signal = create_signal("", x, y)
        signal.roi = create_signal_roi([-1, 1])
        found.append(computed(workspace, function, signal, **parameters)[0])
    rising, falling = found
    if rising.is_analysis:
        same = [name for name in rising.frame if name not in ("object", "trapz")]
        expected = rising.frame[same]
        if function == "peak_detection":
            expected = expected.iloc[::-1].reset_index(drop=True)
        pd.testing.assert_frame_equal(falling.frame[same], expected)
    else:
        np.testing.assert_allclose(falling.object.y[::-1], rising.object.y, rtol=0, atol=1e-12)
        assert np.count_nonzero(falling.object.y[::-1] != NOISE) == 200
    assert caplog.text == ""
