"""Metadata goes through JSON, which knows no arrays and no complex numbers, and comes back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datalab_kernel.objects._json_values import from_json_values, to_json_values

NUMBERS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    hnp.from_dtype(np.dtype("f4")),
    hnp.from_dtype(np.dtype("c8")),
    hnp.from_dtype(np.dtype("i2")),
)
ARRAYS = hnp.arrays(
    st.sampled_from(["f8", "f4", ">f4", "i8", "u8", "i1", "?", "c16", "c8", "f2"]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
)
KEYS = st.sampled_from(["a", "b", "coords", "array", "__c", ""])
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        NUMBERS | ARRAYS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def bits(value):
    """What is the same only if type and bits are."""
    if isinstance(value, dict):
        return {key: bits(one) for key, one in value.items()}
    if isinstance(value, list):
        return [bits(one) for one in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return (
            type(value).__name__,
            value.dtype.str,
            value.shape,
            np.asarray(value).tolist().__repr__(),
        )
    return type(value).__name__, repr(value)


@given(TREES)
def test_every_tree_comes_back_from_json(tree):
    plain, note = to_json_values(tree)
    assert bits(from_json_values(json.loads(json.dumps(plain)), note)) == bits(tree)


def test_what_json_holds_already_needs_no_note():
    tree = {"text": "a", "list": [1, 2.5, True, None], "dict": {"a": []}}
    assert to_json_values(tree) == (tree, "")


@pytest.mark.parametrize("value", ["text", 5, [1.0], [[1.0, 2.0]], None, {"a": 1}])
def test_a_value_that_somebody_changed_keeps_the_change(value):
    _, note = to_json_values({"a": np.zeros((2, 3)), "b": 1j})
    assert from_json_values({"a": value, "b": "seen"}, note) == {"a": value, "b": "seen"}


def test_a_list_that_guidata_takes_for_an_array_goes_as_text():
    plain, note = to_json_values({"a": ["array", [1, 2], "float"]})
    assert isinstance(plain["a"], str)
    assert from_json_values(plain, note) == {"a": ["array", [1, 2], "float"]}


@pytest.mark.parametrize("note", ["no JSON", "5", "[[1]]", "[5]"])
def test_a_damaged_note_is_an_error(note):
    with pytest.raises(ValueError, match="note on JSON values"):
        from_json_values({"a": 1}, note)
