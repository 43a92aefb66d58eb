"""Means of parts of images are those of their pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel.plot import Image
from datalab_kernel_interactive._mipmap import Mipmap, seen


def image_of(data, **keywords):
    ny, nx = data.shape
    return Image(data=data, x_edges=np.arange(nx + 1.0), y_edges=np.arange(ny + 1.0), **keywords)


def blocks_one_by_one(data, rows, columns, block):
    return np.array(
        [
            [data[row : row + block, column : column + block].mean() for column in columns]
            for row in rows
        ]
    )


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.integers(1, 40), st.data())
@settings(deadline=None)
def test_a_tile_has_the_means_of_its_blocks(ny, nx, height, width, data):
    pixels = np.random.default_rng(ny * 100 + nx).normal(size=(ny, nx))
    x = sorted(data.draw(st.lists(st.floats(0, nx), min_size=2, max_size=2)))
    y = sorted(data.draw(st.lists(st.floats(0, ny), min_size=2, max_size=2)))
    tile = Mipmap(image_of(pixels)).over(tuple(x), tuple(y), width, height)
    expected = blocks_one_by_one(
        pixels, tile.y_edges[:-1].astype(int), tile.x_edges[:-1].astype(int), tile.block
    )
    np.testing.assert_allclose(tile.data.reshape(expected.shape), expected, atol=1e-5)
    assert tile.data.shape[0] <= height + 1
    assert tile.data.shape[1] <= width + 1


def test_a_view_s_pixels_are_all_in_its_tile():
    tile = Mipmap(image_of(np.zeros((500, 700)))).over((100.5, 300.5), (50, 90), 50, 50)
    assert (tile.x_edges[0], tile.x_edges[-1]) == (96, 304)
    assert (tile.y_edges[0], tile.y_edges[-1]) == (48, 96)


def test_what_is_masked_is_missing_and_doesn_t_enter_the_means():
    data = np.ones((64, 64))
    data[:, 32:] = 100.0
    masked = data > 1
    tile = Mipmap(image_of(data, is_masked=masked)).over((0, 64), (0, 64), 4, 4)
    assert tile.block == 16
    np.testing.assert_array_equal(tile.data[0], [1, 1, np.nan, np.nan])


def test_few_pixels_keep_their_type():
    tile = Mipmap(image_of(np.full((4, 4), 65535, np.uint16))).over((0, 4), (0, 4), 10, 10)
    assert tile.data.dtype == np.uint16
    assert tile.data.max() == 65535


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ((-9, -1), (0, 0)),
        ((5, 9), (3, 3)),
        ((-9, 9), (0, 3)),
        ((1, 2), (1, 2)),
        ((1.2, 1.4), (1, 2)),
    ],
)
def test_pixels_are_found_at_and_beyond_the_ends(view, expected):
    found = seen(np.array([0, 1, 2, 3.0]), view)
    assert (found.start, found.stop) == expected


def test_coordinates_may_run_backwards():
    image = Image(
        data=np.arange(4.0)[None], x_edges=np.arange(4, -1, -1.0), y_edges=np.array([0, 1.0])
    )
    tile = Mipmap(image).over((0, 1), (0, 1), 9, 9)
    assert tile.data.tolist() == [[3.0]]
    assert tile.x_edges.tolist() == [1.0, 0.0]
