"""What can be plotted, as objects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from datalab_kernel import ImageObj, SignalObj, create_signal
from datalab_kernel.errors import ObjectNotFoundError
from datalab_kernel.plot._inputs import drawable

X = np.linspace(0, 1, 5)


def titles(what, shelf):
    return [obj.title for obj in drawable(what, shelf)]


@pytest.fixture
def full(shelf):
    for name in ("a1", "a2", "b", "a*"):
        shelf[name] = create_signal("s", X, X)
    return shelf


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("b", ["b"]),
        (["b"], ["b"]),
        (["b", "a1"], ["b", "a1"]),
        (("b", "a1"), ["b", "a1"]),
        (("b", "a1", "a2"), ["b", "a1", "a2"]),
        ("a?", ["a1", "a2", "a*"]),
        ("a*", ["a*"]),
        ([["b"], ["a1"]], ["b", "a1"]),
        (["b", "b"], ["b", "b"]),
    ],
)
def test_names_and_patterns_are_looked_up(full, what, names):
    assert titles(what, full) == names


def test_objects_are_taken_as_they_are():
    signal = create_signal("s", X, X)
    assert drawable(signal, None)[0] is signal
    assert drawable([signal, signal], None)[1] is signal


def test_a_one_dimensional_array_is_a_curve_over_its_indices():
    (signal,) = drawable(np.array([5, 7, 6], np.int16), None)
    assert (signal.x.tolist(), signal.y.tolist()) == ([0, 1, 2], [5, 7, 6])


def test_a_two_dimensional_array_is_an_image_that_is_not_copied():
    values = np.zeros((3, 4))
    (image,) = drawable(values, None)
    assert isinstance(image, ImageObj)
    assert np.shares_memory(image.data, values)


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint32", "int64", "uint64", "float16", "float32", "complex64"]
)
@pytest.mark.parametrize("shape", [(4,), (2, 3)])
def test_arrays_of_every_numeric_type_can_be_plotted(dtype, shape):
    assert len(drawable(np.ones(shape, dtype), None)) == 1


@pytest.mark.parametrize(
    "what",
    [
        (X, 2 * X),
        (X, 2 * X, "double"),
        (X.tolist(), (2 * X).tolist()),
        (range(5), 2 * X),
        (pd.Series(X), pd.Series(2 * X, name="y")),
        ((0, 1, 2), (3, 4, 5)),
    ],
)
def test_a_tuple_of_two_sequences_of_numbers_is_one_curve(what):
    (signal,) = drawable(what, None)
    assert isinstance(signal, SignalObj)
    assert signal.x.tolist() == list(what[0])
    assert signal.y.tolist() == list(what[1])
    assert signal.title == (what[2] if len(what) == 3 else "")


def test_a_list_of_tuples_is_several_curves():
    found = drawable([(X, X, "a"), (X, 2 * X)], None)
    assert [signal.title for signal in found] == ["a", ""]


def test_a_tuple_of_two_images_is_a_list_of_them():
    found = drawable((np.zeros((2, 2)), np.ones((3, 3))), None)
    assert [image.data.shape for image in found] == [(2, 2), (3, 3)]


def test_x_may_be_dates():
    days = np.array(["2024-01-01", "2024-01-02"], "datetime64[D]")
    (signal,) = drawable((days, [1.0, 2.0]), None)
    assert signal.is_x_datetime()
    assert signal.x.tolist() == [1704067200, 1704153600]


def test_a_date_that_is_not_known_is_nowhere():
    (signal,) = drawable((np.array(["NaT", "2024-01-01"], "datetime64[s]"), [1.0, 2.0]), None)
    assert np.isnan(signal.x[0])
    assert signal.x[1] == 1704067200


def test_masked_values_are_left_out():
    masked = np.ma.MaskedArray([[1, 2], [3, 4]], [[False, True], [False, False]])
    (image,) = drawable(masked, None)
    assert np.isnan(image.data[0, 1])
    assert image.data[1, 1] == 4


def test_series_and_data_arrays_bring_their_names_and_units():
    xarray = pytest.importorskip("xarray")
    series = pd.Series([1.0, 2.0], index=pd.Index([0.5, 1.5], name="t"), name="U")
    array = xarray.DataArray(np.eye(3), dims=("y", "x"), name="z", attrs={"units": "V"})
    (signal,), (image,) = drawable(series, None), drawable(array, None)
    assert (signal.title, signal.xlabel, signal.x.tolist()) == ("U", "t", [0.5, 1.5])
    assert (image.title, image.zunit) == ("z", "V")


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (3, r"Can't plot a int\. A list of numbers is plotted as np\.array"),
        ([1, 2], r"Can't plot a int"),
        ({"a": 1}, r"Can't plot a dict\. What can be plotted: a name, a pattern .*, a 1-D or 2-D"),
        (None, "Can't plot a NoneType"),
        (np.zeros((2, 2, 2)), r"array of shape \(2, 2, 2\).* Plot its planes"),
        (np.float64(1), "Can't plot a float64"),
        (np.array(["a"]), "array of type <U1: its values must be numbers"),
        ((X, X[:2]), r"\(x, y\) of shapes \(5,\) and \(2,\)"),
        ((X, X, 5), r"third of \(x, y, label\) must be text, not int"),
        ((X * 1j, X), "complex x"),
        (pd.DataFrame({"a": X}), "Can't plot a DataFrame. Give one of its columns"),
        (pd.Series(X, index=list("abcde")), "Can't plot a Series whose index"),
    ],
)
def test_what_cannot_be_plotted_says_what_can(what, message):
    with pytest.raises(TypeError, match=message):
        drawable(what, None)


@pytest.mark.parametrize("what", [[], (), [[]]])
def test_nothing_at_all_is_an_error(what):
    with pytest.raises(ValueError, match="nothing to plot in an empty list"):
        drawable(what, None)


def test_names_that_are_not_there_are_errors(full):
    with pytest.raises(ObjectNotFoundError, match="Did you mean 'a1'"):
        drawable("a11", full)
    with pytest.raises(ObjectNotFoundError, match=r"'z\*' not found"):
        drawable(["b", "z*"], full)
    with pytest.raises(TypeError, match="has no workspace"):
        drawable("b", None)
