"""Binned and cut-out images are where their pixels were, as far from zero as they may be."""

import numpy as np
import pytest

from datalab_kernel import Workspace, create_image


@pytest.fixture
def workspace():
    made = Workspace("standalone")
    image = create_image("a", np.arange(48.0).reshape(6, 8))
    image.set_uniform_coords(0.5, 0.25, 10.0, -3.0)
    made["a"] = image
    return made


def test_a_bin_is_where_the_middle_of_its_pixels_was(workspace):
    binned = workspace.calc("binning", on="a", sx=2, sy=3).object
    assert (binned.x0, binned.y0) == (10.25, -2.75)  # the middle of pixels (0, 0) to (1, 2)
    assert (binned.dx, binned.dy) == (1.0, 0.75)


def test_bins_that_keep_the_size_of_a_pixel_keep_the_origin(workspace):
    binned = workspace.calc("binning", on="a", sx=2, sy=2, change_pixel_size=False).object
    assert (binned.x0, binned.y0, binned.dx) == (10.0, -3.0, 0.5)


def test_a_cut_is_where_its_first_pixel_was(workspace):
    region = {"geometry": "rectangle", "x0": 11.0, "y0": -2.5, "dx": 1.5, "dy": 0.75}
    cut = workspace.calc("extract_roi", on="a", **region).object
    assert cut.data[0, 0] == 18  # pixel (2, 2), at (11, -2.5)
    assert (cut.x0, cut.y0) == (11.0, -2.5)


def test_a_cut_of_unevenly_spaced_pixels_keeps_their_places(workspace):
    with workspace.edit("a") as image:
        image.set_coords(np.arange(8.0) ** 2, np.arange(6.0) ** 3)
    region = {"geometry": "rectangle", "x0": 4.0, "y0": 8.0, "dx": 21.0, "dy": 56.0}
    cut = workspace.calc("extract_roi", on="a", **region).object
    row, column = divmod(int(cut.data[0, 0]), 8)
    rows, columns = cut.data.shape
    np.testing.assert_array_equal(cut.xcoords, np.arange(8.0)[column : column + columns] ** 2)
    np.testing.assert_array_equal(cut.ycoords, np.arange(6.0)[row : row + rows] ** 3)


def test_a_bin_of_a_frame_in_a_binned_image_is_where_it_was(workspace):
    workspace.calc("binning", on="a", sx=2, sy=2, name="b")
    twice = workspace.calc("binning", on="b", sx=2, sy=1).object
    at_once = workspace.calc("binning", on="a", sx=4, sy=2).object
    assert (twice.x0, twice.y0) == (at_once.x0, at_once.y0)
