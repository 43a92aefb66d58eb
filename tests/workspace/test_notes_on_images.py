"""Where what Sigima computes of images misleads, the result says so; where it doesn't, nothing."""

import warnings

import numpy as np
import pytest
from sigima.objects import create_image_roi

from datalab_kernel import ComputationWarning, Workspace
from datalab_kernel.compute.notes._float_scaling import SCALING
from datalab_kernel.compute.notes._regions import POINTWISE, THRESHOLDS, WHOLE

CHANCE = np.random.default_rng(0)
Y, X = np.mgrid[:50, :80]
GREY = CHANCE.integers(1, 200, (24, 32))


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


# -- sums ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "value", "sigimas", "right"),
    [
        (np.uint8, 200, 32, 800),
        (np.int16, 30_000, -11_072, 120_000),
        (np.int16, -30_000, 11_072, -120_000),
        (np.uint16, 20_000, 14_464, 80_000),
    ],
)
def test_sums_beyond_what_the_dtype_holds_are_noted(workspace, dtype, value, sigimas, right):
    data = np.full((4, 6), value, dtype)
    result, notes = computed(workspace, "binning", data)
    assert (result.object.data == sigimas).all()
    assert f"binning kept its sums in {np.dtype(dtype)}" in notes
    assert f"(a sum of {right:,} became {sigimas:,})" in notes
    assert "dtype_str='float64'" in notes
    wide, quiet = computed(workspace, "binning", data, dtype_str="float64")
    assert (wide.object.data == right).all()
    assert quiet == ""


def test_a_few_sums_that_overflow_far_from_the_brightest_pixel_are_noted(workspace):
    data = np.zeros((64, 64), np.uint8)
    data[0, 0] = 255
    data[4:6, 4:6] = 100
    _, notes = computed(workspace, "binning", data)
    assert "(a sum of 400 became 144)" in notes


def test_sums_of_both_signs_that_cancel_are_noted(workspace):
    data = np.full((4, 4), 30_000, np.int16)
    data[2:] *= -1
    _, notes = computed(workspace, "binning", data)
    assert "(a sum of 120,000 became -11,072)" in notes


@pytest.mark.parametrize(
    ("data", "parameters"),
    [
        (np.full((4, 4), 60, np.uint8), {}),
        (np.full((4, 4), 63, np.uint8), {"sx": 4, "sy": 1}),
        (np.eye(8).astype(np.uint8) * 127, {}),
        (np.full((4, 4), 200.0), {}),
        (np.full((4, 4), 200, np.uint8), {"operation": "average"}),
        (np.full((4, 4), 200, np.uint8), {"operation": "max"}),
        (np.full((4, 4), 200, np.uint8), {"dtype_str": "uint16"}),
        (np.full((5, 5), 0.9), {"dtype_str": "uint8"}),
        (np.pad(np.full((4, 4), 60, np.uint8), ((0, 1), (0, 1)), constant_values=255), {}),
    ],
)
def test_sums_that_fit_are_quiet(workspace, data, parameters):
    _, notes = computed(workspace, "binning", data, **parameters)
    assert notes == ""


def test_a_convolution_beyond_what_the_dtype_holds_is_noted(workspace):
    kernel = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.uint8)
    result, notes = computed(workspace, "convolution", GREY.astype(np.uint8), kernel)
    right, quiet = computed(workspace, "convolution", GREY * 1.0, kernel * 1.0)
    wrapped = np.round(right.object.data).astype(np.int64) % 256
    np.testing.assert_array_equal(result.object.data, wrapped)
    place = np.unravel_index(GREY.argmax(), GREY.shape)
    assert f"(a sum of {right.object.data[place]:,.0f} became" in notes
    assert quiet == ""


def test_a_convolution_that_fits_is_quiet(workspace):
    kernel = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.uint8)
    _, notes = computed(workspace, "convolution", (GREY // 20).astype(np.uint8), kernel)
    assert notes == ""


# -- integers as fractions ----------------------------------------------------------------


@pytest.mark.parametrize("function", sorted(SCALING))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_integers_that_become_fractions_are_noted(workspace, function, dtype):
    factor = np.iinfo(dtype).max
    _, plain = computed(workspace, function, GREY * 1.0)
    result, notes = computed(workspace, function, GREY.astype(dtype))
    assert np.abs(result.object.data).max() < 10 * 200 / factor  # right: factor times more
    if function != "denoise_bilateral":  # which looks its weights up in tables of such ranges
        fractions, _ = computed(workspace, function, GREY / factor)
        np.testing.assert_allclose(result.object.data, fractions.object.data, rtol=1e-3, atol=1e-4)
    assert f"{function} takes {np.dtype(dtype)} values for fractions of {factor:,}" in notes
    assert plain == ""


@pytest.mark.parametrize("function", ["gaussian_filter", "canny", "threshold_otsu", "log10"])
def test_functions_that_take_integers_as_they_are_are_quiet(workspace, function):
    _, notes = computed(workspace, function, GREY.astype(np.uint16))
    assert notes == ""


def test_the_edges_of_an_even_image_are_quiet(workspace):
    _, notes = computed(workspace, "sobel", np.full((9, 9), 7, np.uint8))
    assert notes == ""


# -- normalize ----------------------------------------------------------------------------


def test_normalised_integers_are_noted(workspace):
    result, notes = computed(workspace, "normalize", GREY.astype(np.uint8))
    assert set(np.unique(result.object.data)) == {0, 1}  # right: the grey levels / 199
    assert "normalize kept uint8: everything between 0 and 1 was cut down to 0" in notes


def test_an_image_whose_signs_flip_is_noted(workspace):
    result, notes = computed(workspace, "normalize", -1.0 * GREY)
    assert result.object.data.min() > 0
    assert "normalize divided by a negative maximum" in notes


@pytest.mark.parametrize(
    "data",
    [GREY * 1.0, (GREY > 100).astype(np.uint8), GREY - 100.0],
)
def test_a_normalisation_that_keeps_the_image_is_quiet(workspace, data):
    _, notes = computed(workspace, "normalize", data)
    assert notes == ""


# -- NaN ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function", ["fft", "butterworth", "moving_average", "gaussian_freq_filter"]
)
def test_one_nan_that_spreads_over_an_image_is_noted(workspace, function):
    data = GREY * 1.0
    data[1, 1] = np.nan
    result, notes = computed(workspace, function, data)
    assert np.isnan(result.object.data).mean() > 0.5
    assert "because one value was NaN before" in notes


@pytest.mark.parametrize("function", ["gaussian_filter", "moving_median", "fliph", "absolute"])
def test_nan_that_stays_about_where_it_was_is_quiet(workspace, function):
    data = np.full((80, 80), 3.0)
    data[:, 40:] = 2
    data[1, 1] = np.nan
    _, notes = computed(workspace, function, data)
    assert notes == ""


# -- the centroid -------------------------------------------------------------------------


def spot(background, x=60, y=12):
    return background + 100 * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / (2 * 3.5**2))


@pytest.mark.parametrize(("background", "off"), [(10, 1), (100, 8)])
def test_a_centroid_that_a_background_pulls_is_noted(workspace, background, off):
    result, notes = computed(workspace, "centroid", spot(background))
    found = result.frame[["x", "y"]].iloc[0]
    assert np.hypot(found.x - 60, found.y - 12) > off  # right: (60, 12), where the spot was put
    assert f"centroid counts the background (about {background} at the edges)" in notes
    assert f"calc('difference_constant', value={background})" in notes
    without, _ = computed(workspace, "difference_constant", spot(background), value=background)
    result, quiet = computed(workspace, "centroid", without.object)
    found = result.frame[["x", "y"]].iloc[0]
    assert np.hypot(found.x - 60, found.y - 12) < 0.1
    assert quiet == ""


@pytest.mark.parametrize(
    "data",
    [
        spot(0),
        spot(1),
        spot(10, x=39.5, y=24.5),
        spot(0) + CHANCE.normal(size=X.shape),
        spot(0).astype(np.uint8),
        -spot(0),
        np.zeros((5, 5)),
    ],
)
def test_a_centroid_without_much_background_is_quiet(workspace, data):
    _, notes = computed(workspace, "centroid", data)
    assert notes == ""


def test_the_centroid_of_nothing_but_background_is_noted(workspace):
    _, notes = computed(workspace, "centroid", 5 + CHANCE.random((50, 80)))
    assert "shifts the result by any distance" in notes


# -- half a pixel -------------------------------------------------------------------------


def test_an_image_that_resampling_shifts_is_noted(workspace):
    ramp = X * 1.0
    result, notes = computed(workspace, "resampling", ramp)
    image = result.object
    assert (image.x0, image.data[0, 0]) == (0, 0.5)  # right: 0, or 0.5 at x = 0.5
    assert "the image is shifted in x by 0.5 and y by 0.5" in notes
    assert "129 pixels of the last row and column are NaN" in notes
    image.x0 += image.dx / 2  # the way out that the note names
    np.testing.assert_allclose(image.data[0, :-1], image.x0 + image.dx * np.arange(79))


@pytest.mark.parametrize(
    ("data", "parameters"),
    [
        (np.full((9, 9), 5.0), {}),
        (GREY * 1.0, {"mode": "shape", "width": 1, "height": 1}),
    ],
)
def test_an_image_that_a_shift_doesnt_change_is_quiet(workspace, data, parameters):
    _, notes = computed(workspace, "resampling", data, **parameters)
    assert notes == ""


# -- regions of interest ------------------------------------------------------------------


@pytest.fixture
def with_region(workspace):
    workspace["source"] = GREY * 1.0
    with workspace.edit("source") as image:
        image.roi = create_image_roi("rectangle", [4, 4, 12, 12])
    return workspace["source"]


@pytest.mark.parametrize(
    "function", sorted(WHOLE["image"] - {f"threshold_{name}" for name in THRESHOLDS[1:]})
)
def test_what_is_computed_of_more_than_the_region_is_noted(workspace, with_region, function):
    result, notes = computed(workspace, function, with_region)
    everything, quiet = computed(workspace, function, GREY * 1.0)
    mine, whole = (
        obj.data if hasattr(obj, "data") else obj.xydata
        for obj in (result.object, everything.object)
    )
    np.testing.assert_array_equal(mine, whole)  # right: of the region alone
    assert f"{function} took the whole image, not its regions of interest" in notes
    assert quiet == ""


@pytest.mark.parametrize(
    ("function", "parameters"),
    [("clip", {"lower": 50.0, "upper": 90.0}), ("adjust_gamma", {"gamma": 2.0})],
)
def test_pixels_changed_outside_of_the_region_are_noted(
    workspace, with_region, function, parameters
):
    assert function in POINTWISE["image"]
    _, notes = computed(workspace, function, with_region, **parameters)
    assert f"{function} changed the values outside of the regions of interest too" in notes


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("gaussian_filter", {}),
        ("clip", {"lower": 0.0, "upper": 999.0}),
        ("absolute", {}),
        ("fliph", {}),
        ("stats", {}),
        ("histogram", {}),
    ],
)
def test_where_a_region_is_heeded_or_doesnt_matter_it_is_quiet(
    workspace, with_region, function, parameters
):
    _, notes = computed(workspace, function, with_region, **parameters)
    assert notes == ""
