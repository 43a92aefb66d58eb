"""The data of comm messages: what JSON can hold, and where it can't."""

import contextlib
import enum
import json
import sys
import types
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel_channel import WireValueError
from datalab_kernel_channel.comm._json_data import as_json


class Color(enum.StrEnum):
    RED = "red"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(JSON)
def test_json_arrives_as_it_is(value) -> None:
    assert as_json(value, "data") == value


@settings(max_examples=40)
@given(st.recursive(st.floats() | st.text() | st.booleans(), st.lists, max_leaves=8))
def test_whatever_it_lets_through_is_json(value) -> None:
    with contextlib.suppress(WireValueError):  # half of a surrogate pair
        json.dumps(as_json(value, "data"), allow_nan=False).encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_has_no_number_for_is_null(value) -> None:
    assert as_json({"a": [value]}, "data") == {"a": [None]}


@pytest.mark.parametrize(
    ("value", "path", "kind"),
    [
        ({"a": [0, 1, 2, {3}]}, 'data["a"][3]', "set"),
        ({"é": b"x"}, 'data["é"]', "bytes"),
        ({'a"b': Decimal(1)}, 'data["a\\"b"]', "Decimal"),
        ({1: 2}, "data[1]", "int"),
        ({None: 2}, "data[None]", "NoneType"),
        ((object(),), "data[0]", "object"),
        ({"a": "\ud800"}, 'data["a"]', "str"),
    ],
)
def test_anything_else_is_named_by_its_place(value, path, kind) -> None:
    with pytest.raises(WireValueError) as caught:
        as_json(value, "data")
    assert (caught.value.path, caught.value.value_type) == (path, kind)


def test_the_message_says_what_to_do_with_bytes() -> None:
    with pytest.raises(WireValueError, match="its bytes travel in `buffers`"):
        as_json({"a": b"x"}, "data")


def test_a_word_of_an_enumeration_is_text() -> None:
    assert json.dumps(as_json([Color.RED, True], "data")) == '["red", true]'


def test_what_contains_itself_is_refused() -> None:
    looped = {"a": []}
    looped["a"].append(looped)
    with pytest.raises(WireValueError, match="contains itself"):
        as_json(looped, "data")


def test_the_same_list_twice_is_no_loop() -> None:
    twice = [1]
    assert as_json([twice, twice], "data") == [[1], [1]]


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(WireValueError, match="too deeply"):
        as_json(deep, "data")


def test_a_number_can_be_sent_while_another_thread_imports_numpy(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", types.ModuleType("numpy"))  # so far without a name
    assert as_json([1, 0.5], "data") == [1, 0.5]
    with pytest.raises(WireValueError):
        as_json([1, 1j], "data")
