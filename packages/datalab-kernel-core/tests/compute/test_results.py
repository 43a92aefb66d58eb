"""Tables and geometry in metadata: replaced, dropped, merged, moved with the pixels."""

import numpy as np
import pytest
from sigima import create_image
from sigima.objects import GeometryResult, TableResult
from sigima.proc import image as functions

from datalab_kernel.compute._geometry import TRANSFORMED, merge_geometry, transform_geometry
from datalab_kernel.objects._results import drop_results, put_result, results_of


def spot(x, y, title="Spot"):
    return GeometryResult(title, "point", np.array([[x, y]]), func_name="centroid")


@pytest.fixture
def image():
    return create_image("spot", np.zeros((6, 10)))


def test_a_result_replaces_that_of_the_same_function(image):
    put_result(image, spot(1, 2))
    put_result(image, spot(3, 4))
    (found,) = results_of(image)
    assert found.coords.tolist() == [[3, 4]]


def test_dropping_leaves_other_metadata(image):
    image.metadata["note"] = "mine"
    image.metadata["Table_of_mine"] = "not a result"
    put_result(image, spot(1, 2))
    put_result(image, TableResult("Statistics", "statistics", ["a"], [[1]], func_name="stats"))
    drop_results(image)
    assert image.metadata == {"note": "mine", "Table_of_mine": "not a result"}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("fliph", (3, 1)),
        ("flipv", (7, 9)),
        ("transpose", (1, 7)),
        ("rotate90", (1, 3)),
        ("rotate270", (9, 7)),
    ],
)
def test_geometry_moves_about_the_centre_as_datalab_moves_it(name, place):
    square = create_image("square", np.zeros((10, 10)))
    put_result(square, spot(7, 1))
    moved = getattr(functions, name)(square)
    transform_geometry(moved, name)
    (found,) = results_of(moved)
    assert found.coords[0] == pytest.approx(place)


def test_every_transformation_is_covered_above():
    assert {"fliph", "flipv", "transpose", "rotate90", "rotate270"} == TRANSFORMED


def test_geometry_of_several_images_is_gathered_by_title(image):
    others = [create_image(str(number), image.data) for number in range(3)]
    put_result(others[0], spot(1, 1))
    put_result(others[1], spot(2, 2))
    put_result(others[2], spot(3, 3, title="Other"))
    merge_geometry(image, others[:2])
    (found,) = results_of(image)
    assert found.coords.tolist() == [[1, 1], [2, 2]]
