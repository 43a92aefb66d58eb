"""What is drawn of images, as plain values."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import LogNorm

from datalab_kernel import create_image, create_image_roi
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.color_scale import SAMPLE, _sample
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import parse_options

RANDOM = np.random.default_rng(0)


def described(what, **options):
    return build(drawable(what, None), parse_options(options))


def axes_of(what, **options):
    return described(what, **options).axes[0]


def picture(what, **options):
    return axes_of(what, **options).image


def image(data, **more):
    return create_image("i", data, **more)


def ramp(low, high):
    return np.linspace(low, high, 600).reshape(20, 30)


# -- coordinates and labels -------------------------------------------------------------------


def test_pixels_lie_around_their_coordinates():
    obj = image(np.zeros((2, 3)), units=("mm", "mm", "V"), labels=("X", "Y", "U"))
    obj.x0, obj.dx, obj.y0, obj.dy = 10, 2, 5, -1
    axes = axes_of(obj)
    assert axes.image.x_edges.tolist() == [9, 11, 13, 15]
    assert axes.image.y_edges.tolist() == [5.5, 4.5, 3.5]
    assert (axes.xlabel, axes.xunit, axes.ylabel, axes.yunit) == ("X", "mm", "Y", "mm")
    assert (axes.image.label, axes.image.unit) == ("U", "V")


def test_uneven_coordinates_have_edges_half_way_between():
    obj = image(np.zeros((2, 3)))
    obj.set_coords(np.array([0.0, 1.0, 4.0]), np.array([0.0, 2.0]))
    found = picture(obj)
    assert not found.is_uniform
    assert found.x_edges.tolist() == [-0.5, 0.5, 2.5, 5.5]


def test_lengths_that_differ_are_not_shown_as_equal():
    assert axes_of(image(np.zeros((4, 5)), units=("mm", "mm", ""))).aspect == "equal"
    assert axes_of(image(np.zeros((4, 5)), units=("mm", "s", ""))).aspect == "auto"
    assert axes_of(image(np.zeros((4, 500)))).aspect == "auto"
    assert axes_of(image(np.zeros((4, 500))), aspect="equal").aspect == "equal"


def test_complex_images_are_modulus_and_phase_side_by_side():
    obj = image(3 * np.exp(1j * ramp(-3, 3)), units=("", "", "V"), labels=("", "", "E"))
    spec = described(obj, cmap="gray")
    first, second = spec.axes
    assert spec.columns == 2
    assert (first.image.label, second.image.label, second.image.unit) == (
        "|E|", "phase of E", "rad",
    )  # fmt: skip
    assert (first.image.cmap, second.image.cmap) == ("gray", "twilight")
    assert (second.image.vmin, second.image.vmax) == (-np.pi, np.pi)
    assert np.allclose(second.image.data, ramp(-3, 3))
    assert (first.title, second.title) == ("i", "i, phase")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((0, 4)), "no data"),
        (np.full((3, 3), np.nan), "all values are NaN"),
        (np.full((3, 3), np.inf), "no value is finite"),
        (np.zeros((1, 1)), ""),
    ],
)
def test_a_message_says_why_there_is_nothing_to_see(data, message):
    axes = axes_of(image(data))
    assert axes.message == message
    assert axes.image.has_colorbar == (not message)


def test_pixels_that_have_no_place_are_not_drawn():
    flat, lost = image(np.zeros((3, 4))), image(np.zeros((3, 4)))
    flat.dy = 0
    lost.x0 = np.nan
    assert axes_of(flat).message == "the pixels have no size: dy is 0"
    assert axes_of(lost).message == "the pixels' x coordinates are not all known"


def test_an_image_that_never_got_data_says_so():
    assert axes_of(create_image("new")).message == "no data"


# -- regions and masks ------------------------------------------------------------------------


def with_roi(*args, **more):
    obj = image(np.zeros((40, 60)))
    obj.roi = create_image_roi(*args, **more)
    return obj


@pytest.mark.parametrize(
    ("kind", "coords"),
    [
        ("rectangle", (10, 20, 30, 15)),
        ("circle", (30, 20, 10)),
        ("polygon", (10, 10, 40, 10, 25, 30)),
    ],
)
def test_regions_are_shapes_with_their_coordinates(kind, coords):
    (shape,) = axes_of(with_roi(kind, list(coords), title="R")).shapes
    assert (shape.kind, shape.coords, shape.role, shape.label) == (kind, coords, "roi", "R")


def test_what_an_inverse_region_leaves_out_is_masked():
    axes = axes_of(with_roi("circle", [30, 20, 10], inverse=True))
    assert axes.shapes[0].is_inverse
    assert axes.image.is_masked[20, 30]
    assert not axes.image.is_masked[0, 0]


def test_outside_of_an_ordinary_region_nothing_is_masked():
    assert picture(with_roi("circle", [30, 20, 10])).is_masked is None


def test_an_image_that_is_wholly_masked_says_so():
    axes = axes_of(with_roi("rectangle", [-5, -5, 100, 100], inverse=True))
    assert axes.message == "all pixels are masked"


# -- colours ----------------------------------------------------------------------------------


def test_values_of_one_sign_have_a_uniform_map_over_their_range():
    found = picture(ramp(2, 8))
    assert (found.cmap, found.vmin, found.vmax, found.extend) == ("viridis", 2, 8, "neither")


@pytest.mark.parametrize(("low", "high", "bound"), [(-1, 5, 5), (-8, 2, 8)])
def test_values_of_both_signs_have_a_map_centred_on_zero(low, high, bound):
    found = picture(ramp(low, high))
    assert (found.cmap, found.vmin, found.vmax) == ("RdBu_r", -bound, bound)


def test_a_few_negative_values_are_no_second_sign():
    found = picture(ramp(-0.3, 5))
    assert (found.cmap, found.vmin, found.vmax) == ("viridis", -0.3, 5)


def test_a_choice_of_map_or_limits_is_not_centred():
    assert picture(ramp(-1, 5), cmap="gray").vmin == -1
    found = picture(ramp(-1, 5), vmin=-2)
    assert (found.cmap, found.vmin, found.vmax) == ("viridis", -2, 5)


def test_the_users_own_default_map_is_respected():
    with mpl.rc_context({"image.cmap": "cividis"}):
        assert picture(ramp(-1, 5)).cmap == "cividis"
        assert picture(ramp(-1, 5), cmap="gray").cmap == "gray"


def test_few_outliers_do_not_hide_the_rest_and_that_is_said():
    data = RANDOM.normal(100, 3, (200, 300))
    data[5, 5], data[100, 200] = 60_000, 50_000
    found = picture(data)
    assert found.vmin == data.min()
    assert 105 < found.vmax < 125
    assert found.extend == "max"
    assert found.limits_note.startswith("without outliers; data: 8")
    assert found.limits_note.endswith(" to 60,000")


def test_outliers_below_and_above_extend_both_ends():
    data = RANDOM.normal(100, 3, (200, 300))
    data[5, 5], data[100, 200] = 60_000, -50_000
    assert picture(data).extend == "both"


def test_a_small_bright_spot_is_no_outlier():
    y, x = np.mgrid[:300, :300]
    data = 1000 * np.exp(-((x - 150) ** 2 + (y - 150) ** 2) / 200.0) + RANDOM.random((300, 300))
    found = picture(data)
    assert (found.vmax, found.limits_note) == (data.max(), "")


def test_noise_and_sparse_images_keep_their_whole_range():
    noise = RANDOM.normal(size=(500, 500))
    assert max(-picture(noise).vmin, picture(noise).vmax) == np.abs(noise).max()
    sparse = np.zeros((500, 500))
    sparse[3, 3] = 7
    assert (picture(sparse).vmin, picture(sparse).vmax) == (0, 7)


def test_options_win_over_robust_limits():
    data = RANDOM.normal(100, 3, (200, 300))
    data[5, 5] = 60_000
    found = picture(data, vmin=0, vmax=70_000)
    assert (found.vmin, found.vmax, found.extend, found.limits_note) == (0, 70_000, "neither", "")
    norm = LogNorm(1, 10)
    assert picture(data, norm=norm).norm is norm
    assert picture(data, norm=norm).vmin is None


@pytest.mark.parametrize("shape", [(100_000, 100_000), (3, 10_000_000), (10_000_000, 3)])
def test_little_of_a_large_image_is_looked_at(shape):
    looked_at = _sample(np.broadcast_to(np.float64(1), shape), SAMPLE)
    assert SAMPLE / 10 < looked_at.size <= SAMPLE


def test_nan_and_infinite_values_do_not_count():
    data = ramp(2, 8)
    data[0, 0], data[1, 1], data[2, 2] = np.nan, np.inf, -np.inf
    found = picture(data)
    assert found.vmin == data[0, 1]
    assert found.vmax == 8


def test_yes_and_no_need_no_colour_bar():
    found = picture(np.eye(5, dtype=bool))
    assert (found.vmin, found.vmax, found.has_colorbar) == (0, 1, False)
    assert picture(np.eye(5, dtype=bool), colorbar=True).has_colorbar


def test_few_levels_are_all_shown():
    labels = np.zeros((200, 300), np.int32)
    labels[10, 10:14] = [1, 2, 3, 20]
    found = picture(labels)
    assert (found.vmin, found.vmax, found.limits_note) == (0, 20, "")


def test_a_constant_image_is_drawn():
    found = picture(np.full((3, 3), 5.0))
    assert (found.vmin, found.vmax) == (5, 5)


# -- sharing ----------------------------------------------------------------------------------


def test_images_have_colours_of_their_own_unless_they_share_them():
    own = described([ramp(0, 1), ramp(0, 5)])
    assert [axes.image.vmax for axes in own.axes] == [1, 5]
    assert not own.shares_colors
    shared = described([ramp(0, 1), ramp(0, 5)], share="colors")
    assert [axes.image.vmax for axes in shared.axes] == [5, 5]
    assert shared.shares_colors
    assert [axes.xlim for axes in shared.axes] == [None, None]


def test_sharing_all_gives_the_same_axis_limits_too():
    spec = described([np.zeros((10, 20)), np.zeros((30, 5))], share=True)
    assert [axes.xlim for axes in spec.axes] == [(-0.5, 19.5)] * 2
    assert [axes.ylim for axes in spec.axes] == [(29.5, -0.5)] * 2
    below = described([np.zeros((10, 20)), np.zeros((30, 5))], share=True, origin="lower")
    assert below.axes[0].ylim == (-0.5, 29.5)


def test_different_units_do_not_share_colours():
    volts, teslas = image(ramp(0, 1), units=("", "", "V")), image(ramp(0, 1), units=("", "", "T"))
    with pytest.raises(ValueError, match="can't share colours: their values are in V, T"):
        described([volts, teslas], share=True)


def test_the_title_of_several_images_is_the_figures():
    spec = described([image(ramp(0, 1)), image(ramp(0, 1))], title="Both")
    assert (spec.title, [axes.title for axes in spec.axes]) == ("Both", ["i", "i"])
    assert described(image(ramp(0, 1)), title="One").axes[0].title == "One"


def test_masked_pixels_count_for_nothing_and_are_told_apart():
    data = np.ma.masked_array(RANDOM.normal(size=(40, 50)), mask=False)
    data[3:5, 7] = 1e6
    data[3:5, 7] = np.ma.masked
    drawn = picture(image(data))
    assert drawn.is_masked.sum() == 2
    assert drawn.vmax < 10
    assert drawn.limits_note == ""
