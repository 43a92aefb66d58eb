from __future__ import annotations

import numpy as np
import pytest
from support.sampling import combined, sampled

from datalab_kernel import create_image, create_image_roi


def spot(row, column, shape=(40, 60)):
    data = np.zeros(shape)
    data[row, column] = 1
    return data


def test_an_image_has_its_coordinates_labels_and_a_colour_bar_with_unit(shelf, draw):
    image = create_image("i", spot(1, 1), units=("mm", "mm", "V"), labels=("X", "Y", "U"))
    image.x0, image.dx, image.y0, image.dy = 10, 0.5, -3, 2
    shelf["i"] = image
    axes = draw("i").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("X (mm)", "Y (mm)")
    assert axes.get_xlim() == (9.75, 39.75)
    assert axes.get_ylim() == (76, -4)
    assert axes.child_axes[0].get_ylabel() == "U (V)"


@pytest.mark.parametrize(
    ("origin", "step"), combined(3, ["upper", "lower"], [(0.5, 0.5), (0.5, -2), (-1, 0.5)])
)
def test_a_pixel_lies_at_its_coordinates(shelf, draw, pixels, origin, step):
    dx, dy = step
    image = create_image("i", spot(30, 12))
    image.x0, image.y0, image.dx, image.dy = 10, 5, dx, dy
    shelf["i"] = image
    seen = pixels(draw("i", origin=origin, cmap="gray", aspect="auto"))
    assert seen.color(10 + 12 * dx, 5 + 30 * dy).min() > 0.9
    assert seen.color(10 + 16 * dx, 5 + 30 * dy).max() < 0.1
    assert seen.color(10 + 12 * dx, 5 + 34 * dy).max() < 0.1


def test_the_first_row_is_above_unless_the_origin_is_lower(shelf, draw, pixels):
    shelf["i"] = create_image("i", spot(30, 12))
    above, below = pixels(draw("i")), pixels(draw("i", origin="lower"))
    assert above.at(12, 5)[0] < above.at(12, 30)[0]
    assert below.at(12, 5)[0] > below.at(12, 30)[0]


def test_pixels_between_uneven_coordinates_lie_where_they_belong(shelf, draw, pixels):
    image = create_image("i", spot(3, 5, (6, 8)))
    image.set_coords(np.arange(8.0) ** 2, np.arange(6.0) ** 2)
    shelf["i"] = image
    seen = pixels(draw("i", cmap="gray"))
    assert seen.color(25, 9).min() > 0.9
    assert seen.color(16, 9).max() < 0.1


@pytest.mark.parametrize("is_even", [True, False])
def test_a_large_image_is_reduced_and_stays_in_place(shelf, draw, pixels, is_even):
    data = np.zeros((3000, 4000), np.uint8)
    data[2000:2100, 1000:1100] = 200
    image = create_image("i", data)
    if not is_even:
        image.set_coords(np.arange(4000.0), np.arange(3000.0))
    shelf["i"] = image
    plot = draw("i", cmap="gray")
    seen = pixels(plot)
    assert seen.color(1050, 2050).min() > 0.9
    assert seen.color(1200, 2050).max() < 0.1
    assert "4,000 by 3,000 pixels" in plot.axes[0].texts[0].get_text()


def test_colours_span_all_data_also_where_means_are_drawn(shelf, draw):
    data = np.zeros((2000, 2000))
    data[5, 5] = 7
    shelf["i"] = create_image("i", data)
    assert draw("i").axes[0].images[0].get_clim() == (0, 7)
    assert draw("i", vmin=-1).axes[0].images[0].get_clim() == (-1, 7)


def test_limits_show_the_pixels_between_them(shelf, draw, pixels):
    data = np.indices((3000, 3000)).sum(axis=0) % 2
    shelf["i"] = create_image("i", data)
    seen = pixels(draw("i", xlim=(99.5, 109.5), ylim=(209.5, 199.5), cmap="gray"))
    assert seen.color(103, 204).min() > 0.9
    assert seen.color(104, 204).max() < 0.1


def test_a_few_dead_pixels_do_not_blank_their_surroundings(shelf, draw, pixels):
    data = np.ones((3000, 3000))
    data[::7, ::7] = np.nan
    data[1000:1500, 1000:1500] = np.nan
    shelf["i"] = create_image("i", data)
    seen = pixels(draw("i", vmin=0, vmax=1, cmap="gray_r"))
    assert seen.color(500, 500).max() < 0.1
    assert seen.color(1250, 1250).min() > 0.9


def test_images_are_drawn_side_by_side(shelf, draw):
    shelf["a"], shelf["b"] = create_image("a", spot(1, 1)), create_image("b", spot(2, 2))
    plot = draw(["a", "b"])
    assert [axes.get_title() for axes in plot.axes] == ["a", "b"]
    assert plot.png()
    assert plot.axes[0].get_position().x1 < plot.axes[1].get_position().x0


def test_seven_images_fill_a_grid(shelf, draw):
    for number in range(7):
        shelf[f"i{number}"] = create_image("i", spot(1, 1))
    assert len(draw("i?").axes) == 7


def test_the_colour_map_is_the_stored_one_unless_another_is_given(shelf, draw):
    shelf["i"] = create_image("i", spot(1, 1))
    assert draw("i").axes[0].images[0].get_cmap().name == "viridis"
    shelf["i"].metadata["__colormap"] = "plasma"
    assert draw("i").axes[0].images[0].get_cmap().name == "plasma"
    assert draw("i", cmap="gray").axes[0].images[0].get_cmap().name == "gray"


def test_outlines_of_regions_are_drawn(shelf, draw, pixels):
    image = create_image("i", np.zeros((100, 100)))
    image.roi = create_image_roi("rectangle", [10, 20, 30, 40])
    image.roi.add_roi(create_image_roi("circle", [70, 70, 10]))
    image.roi.add_roi(create_image_roi("polygon", [60, 10, 90, 10, 75, 40]))
    shelf["i"] = image
    seen = pixels(draw("i", cmap="gray", vmin=0, vmax=1))
    places = [(10, 40), (40, 30), (60, 70), (70, 80), (75, 10)]
    assert all(seen.has("#d62728", x, y) for x, y in places)
    assert not seen.has("#d62728", 25, 40)


def test_a_strip_is_not_shown_as_a_hairline(shelf, draw):
    shelf["i"] = create_image("i", np.zeros((4000, 8)))
    assert draw("i").axes[0].get_aspect() == "auto"


@pytest.mark.parametrize(
    "dtype", sampled(3, ["bool", "uint8", "int16", "int64", "float32", "complex128"])
)
def test_every_dtype_is_drawn(shelf, draw, dtype):
    shelf["i"] = create_image("i", np.eye(30).astype(dtype))
    assert draw("i").png()


@pytest.mark.parametrize(
    ("data", "message"),
    [(np.zeros((0, 5)), "no data"), (np.full((5, 5), np.nan), "all values are NaN")],
)
def test_the_picture_says_why_it_is_empty(shelf, draw, data, message):
    shelf["i"] = create_image("i", data)
    plot = draw("i")
    assert plot.png()
    assert [text.get_text() for text in plot.axes[0].texts] == [message]


def test_complex_pixels_are_shown_by_their_modulus(shelf, draw):
    shelf["i"] = create_image("i", np.full((4, 4), 3 + 4j), units=("", "", "V"))
    axes = draw("i").axes[0]
    assert axes.images[0].get_array().max() == 5
    assert axes.child_axes[0].get_ylabel() == "modulus (V)"
