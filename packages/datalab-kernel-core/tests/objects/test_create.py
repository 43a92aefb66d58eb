"""``create_signal`` and ``create_image``: as Sigima's, and what is wrong is said at once."""

import numpy as np
import pytest
import sigima.objects

import datalab_kernel
from datalab_kernel import create_image, create_signal
from datalab_kernel.errors import ParameterError
from datalab_kernel.testing import assert_same_object

X = np.arange(3.0)


@pytest.mark.parametrize(
    ("args", "keywords"),
    [
        (("a",), {}),
        (("a", X, X), {}),
        (("a",), {"y": X}),
        (("a", X, X, X, X), {"metadata": {"k": 1}, "units": ("s", "V"), "labels": ("t", "U")}),
        (("a", X, X.astype(np.float32)), {}),
        (("a", X, X * 1j), {"units": ["s", "V"]}),
        (("a", X[::-1], np.array([True, False, True])), {}),
    ],
)
def test_a_signal_is_as_sigima_makes_it(args, keywords):
    expected = sigima.objects.create_signal(*args, **keywords)
    if len(args) == 1 and not keywords:
        assert create_signal(*args).title == expected.title
    else:
        assert_same_object(create_signal(*args, **keywords), expected)


def test_an_image_is_as_sigima_makes_it_also_of_lists():
    keywords = {"metadata": {"k": 1}, "units": ("mm", "mm", "V"), "labels": ("x", "y", "z")}
    data = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert_same_object(
        create_image("i", data, **keywords), sigima.objects.create_image("i", data, **keywords)
    )
    assert create_image("i", [[1, 2], [3, 4]]).data.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("args", "keywords", "said"),
    [
        (("a", X, X[:2]), {}, "as many values: x has 3, y has 2"),
        (("a", X, X), {"dy": X[:1]}, "x has 3, y has 3, dy has 1"),
        (("a", X), {}, "y is missing"),
        ((X, X), {}, r"title comes first, as text: create_signal\('name', x, y\)"),
        (("a", X, np.ones((2, 3))), {}, r"not an array of float64 of shape \(2, 3\) \(each row"),
        (("a", ["x", "y"], [1, 2]), {}, "x must be numbers"),
        (("a", X.astype("M8[s]"), X), {}, r"x holds dates: workspace\['name'\] = \(x, y\)"),
        (("a", X, X), {"units": "V"}, r"units must be 2 texts \(xunit, yunit\), not 'V'"),
        (("a", X, X), {"labels": ("t", "U", "z")}, "labels must be 2 texts"),
        (("a", X, X), {"units": ("s", 1)}, "units must be 2 texts"),
    ],
)
def test_what_cannot_be_a_signal_is_said(args, keywords, said):
    with pytest.raises(ParameterError, match=said):
        create_signal(*args, **keywords)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (X, "rows and columns"),
        (np.ones((2, 2, 3)), r"one colour: data\[..., 0\]"),
        (np.ones((5, 2, 2)), r"one frame: data\[0\]"),
        ([["a"]], "must be numbers"),
    ],
)
def test_what_cannot_be_an_image_is_said(data, said):
    with pytest.raises(ParameterError, match=said):
        create_image("i", data)


def test_every_problem_is_listed_at_once():
    with pytest.raises(ParameterError) as caught:
        create_signal(5, X, X[:1], units="V")
    assert caught.value.function == "create_signal"
    assert len(caught.value.problems) == 3
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)


def test_the_public_names_are_these():
    assert datalab_kernel.create_signal.__module__ == "datalab_kernel.objects._create"
    assert datalab_kernel.objects.create_image is create_image
