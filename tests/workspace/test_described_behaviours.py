"""What the guide's page says that Sigima's functions do: each is so still, and none of it is noted."""

import numpy as np
import pytest
from sigima.objects import create_image_roi

from datalab_kernel import Workspace, create_image
from datalab_kernel.compute import all_functions
from datalab_kernel.compute.notes import BEHAVIOURS
from datalab_kernel.errors import ComputationError, ParameterError

T = np.arange(1000) / 1000


@pytest.fixture
def workspace():
    return Workspace("standalone")


def computed(workspace, function, obj, operand=None, **parameters):
    workspace.add("a", obj, overwrite=True)
    if operand is not None:
        workspace.add("b", operand, overwrite=True)
        parameters["operand"] = "b"
    result = workspace.calc(function, on="a", store=False, **parameters)
    assert result.notes == ()
    return result if result.is_analysis else result.object


def test_the_table_names_functions_that_there_are():
    known = {(info.kind, info.name) for info in all_functions()}
    listed = {pair for one in BEHAVIOURS for pair in one.functions}
    assert listed - known == set()
    assert len({one.title for one in BEHAVIOURS}) == len(BEHAVIOURS) >= 20


def test_a_sine_of_amplitude_1_is_n_half_high_in_a_spectrum(workspace):
    sine = T, np.sin(2 * np.pi * 50 * T)
    assert np.abs(computed(workspace, "fft", sine).y).max() == pytest.approx(500)
    magnitude = computed(workspace, "magnitude_spectrum", sine)
    assert magnitude.y.max() == pytest.approx(500)  # amplitude by Parseval: 2 / N times that, 1
    assert magnitude.x[np.argsort(magnitude.y)[-2:]].tolist() in ([-50, 50], [50, -50])
    decibels = computed(workspace, "magnitude_spectrum", sine, decibel=True)
    assert decibels.y.max() == pytest.approx(20 * np.log10(500))


def test_what_was_transformed_and_back_begins_at_0(workspace):
    spectrum = computed(workspace, "fft", (T + 5, np.sin(T)))
    assert computed(workspace, "ifft", spectrum).x[0] == 0


@pytest.mark.parametrize("function", ["lowpass", "highpass"])
def test_the_gain_at_the_cut_off_is_a_half(workspace, function):
    filtered = computed(workspace, function, (T, np.sin(2 * np.pi * 50 * T)), cut0=50.0)
    amplitude = np.abs(filtered.y[300:700]).max()  # of a filter run once: 0.707, by definition
    assert amplitude == pytest.approx(0.5, abs=0.01)


def test_the_cut_off_is_a_twentieth_of_the_sampling_rate(workspace):
    workspace["a"] = T, np.sin(T)
    workspace.calc("lowpass", on="a", name="b")
    assert workspace.history("b")[-1].parameters["cut0"] == pytest.approx(1000 / 20)


def test_an_even_average_lags_half_a_sample(workspace):
    ramp = np.arange(20.0), np.arange(20.0)
    assert computed(workspace, "moving_average", ramp, n=4).y[8] == 7.5  # right: 8
    assert computed(workspace, "moving_average", ramp, n=5).y[8] == 8


def test_a_derivative_is_of_first_order_at_the_ends(workspace):
    x = np.array([0.0, 1, 3, 4, 6])
    slope = computed(workspace, "derivative", (x, x**2)).y
    np.testing.assert_allclose(slope, [1, 2, 6, 8, 10])  # right: 2 x = 0, 2, 6, 8, 12


def test_a_smoothed_image_of_integers_is_cut_down(workspace):
    grey = np.random.default_rng(0).integers(0, 200, (30, 30))
    cut = computed(workspace, "gaussian_filter", grey.astype(np.uint8)).data
    right = computed(workspace, "gaussian_filter", grey * 1.0).data
    missing = right - cut
    assert cut.dtype == np.uint8
    assert 0.4 < missing.mean() < 1  # rounded, it were 0


def test_an_average_of_integers_is_cut_down(workspace):
    data = np.array([[1, 1], [1, 0]], np.uint8)
    assert computed(workspace, "binning", data, operation="average").data.item() == 0  # 0.75


def test_only_rotations_by_right_angles_turn_the_axes(workspace):
    workspace["i"] = np.arange(12.0).reshape(3, 4)
    with workspace.edit("i") as image:
        image.x0, image.y0, image.dx, image.dy = 10.0, 20.0, 3.0, 2.0
    turned = computed(workspace, "rotate90", workspace["i"])
    assert (turned.x0, turned.y0, turned.dx, turned.dy) == (20, 10, 2, 3)
    turned = computed(workspace, "rotate", workspace["i"], angle=90.0, reshape=True)
    assert (turned.x0, turned.y0, turned.dx, turned.dy) == (10, 20, 3, 2)


def test_the_least_integer_and_zero_have_no_absolute_value_and_no_inverse(workspace):
    least = computed(workspace, "absolute", np.full((2, 2), -32768, np.int16)).data
    assert least[0, 0] == -32768
    zero = np.array([[0.0, 1], [2, 4]])
    assert np.isnan(computed(workspace, "inverse", zero).data[0, 0])
    quotient = computed(workspace, "division", np.ones((2, 2)) + zero, zero)
    assert quotient.data[0, 0] == np.inf


def test_the_standard_deviation_is_divided_by_n(workspace):
    result = computed(workspace, "stats", ([0.0, 1, 2, 3], [1.0, 2, 3, 4]))
    assert result.frame["std"].iloc[0] == pytest.approx(1.118, abs=1e-3)  # of a sample: 1.291


def test_the_imaginary_part_of_a_real_image_with_a_region_fails(workspace):
    image = create_image("a", np.ones((8, 8)))
    image.roi = create_image_roi("rectangle", [1, 1, 3, 3])
    with pytest.raises(ComputationError, match="read-only"):
        computed(workspace, "imag", image)


def test_images_of_different_scales_are_added_pixel_by_pixel(workspace):
    fine, coarse = (create_image("a", np.ones((4, 4)), units=("mm", "mm", "")) for _ in range(2))
    coarse.set_uniform_coords(5.0, 5.0)
    assert (computed(workspace, "difference", fine, coarse).data == 0).all()


def test_the_contrast_of_a_complex_image_is_a_parameter_error_that_names_it(workspace):
    workspace["a"] = create_image("a", np.ones((4, 4)) * 1j)
    with pytest.raises(ParameterError, match="'a' can't be taken: Brightness and contrast require"):
        workspace.calc("adjust_brightness_contrast", on="a")
