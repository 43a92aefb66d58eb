"""Masked arrays: what is masked counts for nothing, or the result says that it did."""

import numpy as np
import pytest

from datalab_kernel import ComputationWarning, Workspace
from datalab_kernel.compute.notes._masked import LEAVING_OUT, MOVING, PIXELWISE
from datalab_kernel.notes import notes_of

MASK = np.zeros((24, 20), dtype=bool)
MASK[5, 6] = MASK[14:16, 3] = True
CHANCE = np.random.default_rng(3)
VALUES = CHANCE.random((24, 20)) * 50 + 1
NEEDED = {
    **{f"{name}_constant": {"value": 2} for name in ("addition", "difference", "division")},
    "product_constant": {"value": 2},
    "log10_z_plus_n": {"n": 1},
    "extract_roi": {"x0": 0, "y0": 0, "dx": 9, "dy": 19, "geometry": "rectangle"},
}
SEEDED = {"add_gaussian_noise", "add_poisson_noise", "add_uniform_noise"}


@pytest.fixture
def workspace():
    return Workspace("standalone")


def masked(fill=999.0, values=VALUES):
    data = values.copy()
    data[MASK] = fill
    return np.ma.masked_array(data, mask=MASK)


def computed(workspace, function, value):
    """Compute with an image, and with another where the function takes two."""
    workspace.add({"i": value, "o": VALUES[::-1] + 60}, overwrite=True)
    if function in {"addition", "average", "product", "standard_deviation"}:
        return workspace.calc(function, on=["i", "o"], store=False)
    try:
        return workspace.calc(function, on="i", store=False, **NEEDED.get(function, {}))
    except Exception as error:
        if "operand" not in str(error):
            raise
    return workspace.calc(function, on="i", operand="o", store=False)


def test_the_statistics_of_masked_arrays_leave_out_what_is_masked(workspace):
    workspace["a"] = np.ma.masked_array([1.0, 999, 3], mask=[0, 1, 0])
    workspace["i"] = np.ma.masked_array([[1.0, 999], [3, 5]], mask=[[0, 1], [0, 0]])
    means = [workspace.calc("stats", on=name).frame["mean"].iloc[0] for name in "ai"]
    assert means == [2.0, 3.0]


def test_what_is_masked_in_a_signal_is_nan(workspace):
    workspace["a"] = np.arange(3), np.ma.masked_array([1, 999, 3], mask=[0, 1, 0])
    np.testing.assert_array_equal(workspace["a"].y, [1, np.nan, 3])


def test_an_x_with_masked_values_is_refused(workspace):
    x = np.ma.masked_array([0.0, 1, 2], mask=[0, 1, 0])
    with pytest.raises(TypeError, match="masked values in x"):
        workspace["a"] = x, np.ones(3)


def test_an_image_keeps_its_mask_and_its_values_below(workspace, tmp_path):
    workspace["i"] = masked()
    workspace.calc("stats", on="i")
    workspace.load(workspace.save(tmp_path / "a"), overwrite=True)
    data = workspace["i"].data
    np.testing.assert_array_equal(np.ma.getmaskarray(data), MASK)
    assert data.data[5, 6] == 999


def test_a_masked_image_of_integers_is_computed_with_nan_and_the_result_says_so(workspace):
    workspace["i"] = masked(200, VALUES.astype(np.uint8))
    result = workspace.calc("log10", on="i")
    assert result.conversions == {"i": "uint8 with 3 masked pixels to float64 with NaN"}
    np.testing.assert_array_equal(np.isnan(result.object.data), MASK)


@pytest.mark.parametrize("function", sorted(PIXELWISE - SEEDED))
def test_pixel_by_pixel_a_mask_is_honoured(workspace, function):
    one, other = (computed(workspace, function, masked(fill)) for fill in (999.0, 5.0))
    plain = computed(workspace, function, VALUES).object.data
    assert one.notes == ()
    data = one.object.data
    np.testing.assert_array_equal(data, other.object.data)
    np.testing.assert_array_equal(np.isnan(data), MASK | np.isnan(plain))
    if function not in {"flatfield", "normalize"}:  # which scale by all that isn't masked
        np.testing.assert_array_equal(data[~MASK], plain[~MASK])


@pytest.mark.parametrize("function", sorted(SEEDED))
def test_noise_is_added_to_what_isnt_masked(workspace, function):
    data = computed(workspace, function, masked()).object.data
    np.testing.assert_array_equal(np.isnan(data), MASK)


@pytest.mark.parametrize(
    ("function", "moved"),
    [
        ("fliph", np.fliplr),
        ("flipv", np.flipud),
        ("rotate90", np.rot90),
        ("rotate270", lambda array: np.rot90(array, -1)),
        ("transpose", np.transpose),
    ],
)
def test_a_mask_moves_with_its_pixels(workspace, function, moved):
    assert function in MOVING
    data = computed(workspace, function, masked()).object.data
    np.testing.assert_array_equal(data, moved(np.where(MASK, np.nan, VALUES)))


def test_sums_over_an_image_leave_out_what_is_masked(workspace):
    assert {"average_profile", "histogram", "stats"} < LEAVING_OUT
    counts = computed(workspace, "histogram", masked()).object.y
    assert counts.sum() == (~MASK).sum()
    profile = computed(workspace, "average_profile", masked())
    np.testing.assert_allclose(
        profile.object.y, np.ma.masked_array(VALUES, MASK)[: len(MASK) + 1].mean(axis=0)
    )


@pytest.mark.parametrize("function", ["gaussian_filter", "moving_median", "centroid", "fft"])
def test_a_function_that_cant_honour_a_mask_says_so(workspace, function):
    with pytest.warns(ComputationWarning, match=f"{function} can't leave out masked pixels"):
        result = computed(workspace, function, masked())
    (note,) = result.notes
    assert note.text.startswith(f"{function} can't leave out masked pixels: those of 'i'")
    assert note.text in repr(result)
    assert note.text in result._repr_html_().replace("&#x27;", "'")


def test_the_note_stays_with_the_object_that_was_computed(workspace):
    workspace["i"] = masked()
    with pytest.warns(ComputationWarning):
        name = workspace.calc("gaussian_filter", on="i").name
    assert "can't leave out masked pixels" in notes_of(workspace[name])[0].text


def test_without_masked_pixels_there_is_nothing_to_say(workspace):
    workspace["i"] = np.ma.masked_array(VALUES, mask=np.zeros_like(MASK))
    result = workspace.calc("gaussian_filter", on="i")
    assert (result.notes, result.conversions) == ((), {})


def test_each_of_several_images_has_its_note(workspace):
    workspace.add({"i": masked(), "j": masked()})
    with pytest.warns(ComputationWarning, match="those of 'i'(.|\n)*those of 'j'"):
        result = workspace.calc("gaussian_filter", on=["i", "j"])
    assert len(result.notes) == 2
