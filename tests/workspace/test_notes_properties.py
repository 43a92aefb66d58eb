"""Of any data, there is a note where a computation is wrong in the way that it tells of, and only there."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy
from sigima.objects import create_image_roi, create_signal_roi

from datalab_kernel import Workspace
from datalab_kernel.compute import all_functions
from datalab_kernel.errors import DataLabKernelError

X = np.linspace(0, 1, 60)
SIDES = of_numpy.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9)
WITHOUT_DEADLINE = settings(deadline=None, max_examples=60, derandomize=True)


def computed(function, obj, operand=None, **parameters):
    """Compute with an object in a workspace of its own."""
    workspace = Workspace("standalone")
    workspace["a"] = obj
    if operand is not None:
        workspace["b"] = operand
        parameters["operand"] = "b"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return workspace.calc(function, on="a", store=False, **parameters)


def sums_of(data, sx, sy):
    rows, columns = data.shape[0] // sy, data.shape[1] // sx
    cut = data[: rows * sy, : columns * sx].astype(np.int64)
    return cut.reshape(rows, sy, columns, sx).sum(axis=(1, 3))


@given(
    data=of_numpy.arrays(np.uint8, SIDES, elements=st.integers(0, 255)),
    sx=st.integers(1, 2),
    sy=st.integers(1, 2),
)
@WITHOUT_DEADLINE
def test_sums_of_unsigned_integers_are_noted_if_one_is_wrong(data, sx, sy):
    result = computed("binning", data, sx=sx, sy=sy)
    is_wrong = not np.array_equal(result.object.data, sums_of(data, sx, sy))
    assert bool(result.notes) == is_wrong


@given(data=of_numpy.arrays(np.int16, SIDES, elements=st.integers(-20_000, 20_000)))
@WITHOUT_DEADLINE
def test_sums_of_signed_integers_are_noted_only_if_one_is_wrong(data):
    result = computed("binning", data, sx=2, sy=2)
    is_wrong = not np.array_equal(result.object.data, sums_of(data, 2, 2))
    assert is_wrong or not result.notes


@given(
    y=of_numpy.arrays(np.float64, 20, elements=st.floats(-1e6, 1e6, width=32)),
    method=st.sampled_from(["maximum", "amplitude", "area", "energy", "rms"]),
)
@WITHOUT_DEADLINE
def test_a_normalisation_is_noted_if_it_turns_the_order_around(y, method):
    result = computed("normalize", (np.arange(20.0), y), method=method)
    found = result.object.y
    is_flipped = np.isfinite(found).all() and np.any(np.sign(y) * np.sign(found) < 0)
    said = any("negative" in note.text for note in result.notes)
    assert said == (is_flipped and method != "amplitude")


@given(
    low=st.floats(-3, 3),
    high=st.floats(-3, 3),
    count=st.integers(2, 40),
    method=st.sampled_from(["linear", "cubic", "pchip", "spline", "quadratic"]),
)
@WITHOUT_DEADLINE
def test_resampling_is_noted_if_a_value_lies_outside_of_the_data(low, high, count, method):
    if low == high:
        return
    x = np.linspace(-1, 1, 30)
    grid = {"xmin": low, "xmax": high, "nbpts": count}
    result = computed("resampling", (x, np.sin(x)), method=method, **grid)
    outside = np.abs(result.object.x) > 1 + 1e-6
    inside = np.abs(result.object.x) <= 1
    assert bool(result.notes) == outside.any() or not (outside | inside).all()


@given(place=st.integers(0, 39), function=st.sampled_from(["lowpass", "fft", "bandstop"]))
@WITHOUT_DEADLINE
def test_one_nan_anywhere_is_noted_if_nothing_is_left(place, function):
    y = np.sin(np.arange(40.0))
    y[place] = np.nan
    result = computed(function, (np.arange(40.0), y))
    assert bool(result.notes) == np.isnan(result.object.y).all()


@given(
    pedestal=st.floats(-20, 20),
    centre=st.floats(-1, 1),
    sigma=st.floats(0.3, 1),
    height=st.floats(0.1, 100),
)
@WITHOUT_DEADLINE
def test_a_width_that_is_wrong_by_a_tenth_is_noted_and_a_right_one_is_not(
    pedestal, centre, sigma, height
):
    x = np.linspace(-6, 6, 801)
    y = height * (pedestal + np.exp(-((x - centre) ** 2) / (2 * sigma**2)))
    result = computed("fwhm", (x, y))
    error = abs(result.frame["Δx"].iloc[0] / (2.354820045 * sigma) - 1)
    assert result.notes or error < 0.1
    assert not result.notes or error > 0.025


# -- whatever is given ----------------------------------------------------------------------

ODD_SIGNALS = {
    "constant": X * 0 + 3,
    "zeros": X * 0,
    "nan": X * np.nan,
    "infinite": np.where(X > 0.5, np.inf, 1.0),
    "complex": np.exp(1j * X),
    "huge": X * 1e300,
}
ODD_IMAGES = {
    "constant": np.full((12, 12), 7, np.uint8),
    "zeros": np.zeros((12, 12)),
    "nan": np.full((12, 12), np.nan),
    "infinite": np.where(np.eye(12) > 0, np.inf, 1.0),
    "complex": np.exp(1j * np.arange(144.0).reshape(12, 12)),
    "row": np.arange(12.0).reshape(1, 12),
    "negative": np.full((12, 12), -9, np.int16) - np.eye(12, dtype=np.int16),
}
REGIONS = {"signal": create_signal_roi([0.2, 0.6])}
WATCHED = sorted(
    {(info.kind, info.name, info.pattern) for info in all_functions()}, key=lambda row: row[:2]
)


@pytest.mark.parametrize("has_region", [False, True])
@pytest.mark.parametrize("odd", sorted({*ODD_SIGNALS, *ODD_IMAGES}))
def test_no_data_keep_notes_from_being_made(odd, has_region, caplog):
    workspace = Workspace("standalone")
    for kind, table in (("signal", ODD_SIGNALS), ("image", ODD_IMAGES)):
        if odd not in table:
            continue
        workspace[kind] = (X, table[odd]) if kind == "signal" else table[odd]
        workspace[f"other {kind}"] = workspace[kind]
        if has_region and odd != "row":
            roi = REGIONS.get(kind) or create_image_roi("rectangle", [2, 2, 5, 5])
            with workspace.edit(kind) as obj:
                obj.roi = roi
    ran = 0
    for kind, function, pattern in WATCHED:
        if kind not in workspace:
            continue
        on = [kind, f"other {kind}"] if pattern == "n-to-1" else kind
        operand = {"operand": f"other {kind}"} if pattern == "2-to-1" else {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                workspace.calc(function, on=on, store=False, **operand)
        except (DataLabKernelError, ModuleNotFoundError, ValueError):
            continue  # it can't be computed of that, or needs parameters
        ran += 1
    assert ran > 20
    assert "No note could be made" not in caplog.text
