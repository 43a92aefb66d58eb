"""What is drawn of large images: means, and what they would hide."""

from __future__ import annotations

import numpy as np
import pytest

from datalab_kernel import create_image
from datalab_kernel.plot import Image
from datalab_kernel.plot.rendering import finite_range, reduce_image
from datalab_kernel.plot.rendering._image import block_starts, blocks

RNG = np.random.default_rng(0)
SHAPE = (1600, 2000)


def by_blocks(data, limits=None, count=200):
    starts = [block_starts(size, count) for size in data.shape]
    return blocks(data, *starts, limits or finite_range(data))


def block_of(row, column, count=200):
    return row * count // SHAPE[0], column * count // SHAPE[1]


def test_blocks_are_means():
    data = RNG.random(SHAPE)
    expected = data.reshape(200, 8, 200, 10).mean(axis=(1, 3))
    assert np.allclose(by_blocks(data).values, expected)


@pytest.mark.parametrize(
    "noise",
    [RNG.random, RNG.standard_normal, RNG.standard_exponential],
    ids=["uniform", "normal", "exponential"],
)
@pytest.mark.parametrize("count", [200, 500, 800])
def test_of_noise_hardly_anything_stands_out(noise, count):
    found = by_blocks(noise(SHAPE), count=count)
    assert found.standing_out <= 0.005 * found.values.size


@pytest.mark.parametrize("height", [1, -1])
@pytest.mark.parametrize("noise", [0, 0.03])
def test_a_single_hot_or_dead_pixel_is_shown_as_it_is(height, noise):
    data = noise * RNG.standard_normal(SHAPE)
    data[700, 900] = height
    found = by_blocks(data, (-1, 1))
    assert found.values[block_of(700, 900)] == height
    assert found.standing_out == 1
    assert found.note == "; single pixels that stand out are kept"


def test_an_image_is_reduced_in_its_place_and_not_to_fewer_pixels_than_the_picture_has():
    edges = np.linspace(10, 20, 8), np.linspace(5, -5, 5)
    image = Image(data=np.arange(28.0).reshape(4, 7), x_edges=edges[0], y_edges=edges[1])
    found = reduce_image(image, 3, 4)
    assert found.data.shape == (4, 3)
    assert found.data[0].tolist() == [0.5, 2.5, 5]
    assert found.x_edges.tolist() == edges[0][[0, 2, 4, 7]].tolist()
    assert found.y_edges.tolist() == edges[1].tolist()
    assert reduce_image(image, 7, 4) is None


def test_masked_pixels_are_missing_from_a_reduced_image():
    data = np.ma.masked_less(np.tile([-1.0, 1, 3, 3], (4, 1)), 0)
    image = Image(data=data, x_edges=np.arange(5.0), y_edges=np.arange(5.0))
    assert reduce_image(image, 2, 2).data.tolist() == [[1, 3], [1, 3]]


def test_of_two_in_a_block_the_farther_is_shown():
    data = np.zeros(SHAPE)
    data[700, 900], data[701, 901] = 1, -2
    assert by_blocks(data).values[block_of(700, 900)] == -2


def test_hot_pixels_beside_each_other_are_all_shown():
    data = 0.01 * RNG.standard_normal(SHAPE)
    data[700:716:8, 900:920:10] = 1
    assert by_blocks(data).standing_out == 4


def test_a_thin_line_is_shown_as_it_is():
    data = np.zeros(SHAPE)
    data[:, 904] = 1
    assert (by_blocks(data).values[:, block_of(0, 904)[1]] == 1).all()


def test_an_edge_stays_where_it_is():
    data = np.zeros(SHAPE)
    data[403:1203, 504:1506] = 1
    found = by_blocks(data)
    assert found.standing_out == 0
    assert found.values[block_of(403, 1000)] == pytest.approx(5 / 8)


def test_an_edge_between_noise_and_nothing_is_no_line():
    data = RNG.random(SHAPE)
    data[:404] = 0
    assert by_blocks(data).standing_out == 0


def test_a_single_missing_pixel_is_shown():
    data = RNG.random(SHAPE)
    data[700, 900], data[1200, 100] = np.nan, np.inf
    found = by_blocks(data)
    assert np.isnan(found.values[block_of(700, 900)])
    assert np.isnan(found.values[block_of(1200, 100)])
    assert found.missing == 2
    assert np.isnan(found.values).sum() == 8
    assert found.note == "; single pixels that are missing are kept"


def test_a_masked_pixel_counts_as_missing():
    data = np.ma.masked_equal(np.where(np.indices(SHAPE).sum(axis=0) == 0, 9, 1), 9)
    assert np.isnan(by_blocks(data).values[0, 0])


def test_pixels_missing_everywhere_leave_the_rest_visible():
    data = np.ones(SHAPE)
    data[::7, ::7] = np.nan
    assert np.allclose(by_blocks(data, (0, 1)).values, 1)


def test_a_single_known_pixel_is_shown():
    data = np.full(SHAPE, np.nan)
    data[700, 900] = 5
    found = by_blocks(data, (0, 5))
    assert found.values[block_of(700, 900)] == 5
    assert (~np.isnan(found.values)).sum() == 4


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_pixels_of_any_type_are_reduced(dtype):
    data = np.zeros(SHAPE, dtype)
    data[700, 900] = 1
    assert by_blocks(data).values.max() == 1


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (1, 1), (3, 5000)])
def test_an_image_of_any_shape_is_reduced(shape):
    assert np.allclose(by_blocks(np.ones(shape), (0, 1)).values, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (np.array([[1.0, 5], [3, 2]]), (1, 5)),
        (np.array([[np.nan, 5], [-np.inf, 2]]), (2, 5)),
        (np.full((2, 2), np.nan), None),
        (np.zeros((0, 4)), None),
        (np.zeros((4, 0)), None),
        (np.ma.masked_greater(np.array([[1, 5], [3, 2]]), 4), (1, 3)),
        (np.ma.masked_all((2, 2)), None),
    ],
)
def test_the_range_is_that_of_finite_values(data, expected):
    assert finite_range(data) == expected


@pytest.fixture
def seen_with(draw, pixels):
    """Draw an image with one pixel of its own at (2111, 1733)."""

    def seen_with(value, **options):
        data = np.zeros((3000, 4000))
        data[0, 0], data[-1, -1] = -1, 1
        data[1733, 2111] = value
        plot = draw(create_image("i", data), cmap="gray", vmin=-1, vmax=1, **options)
        return plot, pixels(plot)

    return seen_with


def around(seen, column, row, reach=3):
    down, right = seen.at(column, row)
    return seen.rgb[down - reach : down + reach + 1, right - reach : right + reach + 1]


@pytest.mark.parametrize(("value", "gray"), [(1, 1.0), (-1, 0.0)])
def test_a_pixel_that_stands_out_is_seen_in_the_picture(seen_with, value, gray):
    plot, seen = seen_with(value)
    assert np.isclose(around(seen, 2111, 1733), gray, atol=0.05).any()
    assert "single pixels that stand out are kept" in plot.axes[0].texts[0].get_text()


def test_a_missing_pixel_is_seen_in_the_picture(seen_with):
    plot, seen = seen_with(np.nan)
    assert around(seen, 2111, 1733).max() > 0.95  # the axes' white
    assert "are missing" in plot.axes[0].texts[0].get_text()


def test_zooming_in_shows_the_pixel_itself(seen_with):
    plot, seen = seen_with(1, xlim=(2100.5, 2120.5), ylim=(1740.5, 1725.5))
    assert seen.color(2111, 1733).min() > 0.95
    assert seen.color(2112, 1733).max() < 0.6
    assert [*plot.axes[0].texts] == []
