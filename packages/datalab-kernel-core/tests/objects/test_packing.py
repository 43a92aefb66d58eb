"""Values and objects as JSON and buffers: the same to the last bit, and nothing is executed."""

import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from datalab_kernel.objects import Packed, pack, unpack
from datalab_kernel.testing import _samples, assert_same_object
from datalab_kernel.testing._compare import compare_values

PARIS = ZoneInfo("Europe/Paris")
VALUES = [
    None, True, -7, 1.5, float("inf"), "text", "a lone \ud800", b"", b"\x00\xff", 1 + 2j, (1, (2,)),
    [], {}, {"$": "not a mark"}, {1: "one", (2,): None}, np.float32(1.1), np.bool_(1), np.str_("é"),
    datetime.date(2024, 2, 29), datetime.datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=1),
    np.array(3.0), np.zeros((0, 3)), np.zeros((2, 0), ">c8"), np.array(["ab", "", "é"]),
    np.array(["2024-02-29T12"], "M8[h]"), np.arange(24.0).reshape(4, 6)[::2, ::-3],
    np.asfortranarray(np.arange(6).reshape(2, 3)),
]  # fmt: skip


def there_and_back(value: Any) -> Any:
    packed = pack(value)
    buffers = tuple(memoryview(bytearray(one)) for one in packed.buffers)
    return unpack(Packed(bytes(packed.text), buffers))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert compare_values("value", there_and_back(value), value) == []


def test_nan_comes_back() -> None:
    assert np.isnan(there_and_back(float("nan")))


@given(
    npst.arrays(npst.scalar_dtypes().filter(lambda one: one.kind in "biufc" and one.itemsize < 16),
                npst.array_shapes(min_dims=0, min_side=0))
)  # fmt: skip
def test_any_array_comes_back_bit_by_bit(array: Any) -> None:
    found = there_and_back([array])[0]
    assert (found.dtype, found.shape, found.tobytes()) == (
        array.dtype, array.shape, array.tobytes(),
    )  # fmt: skip


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9))
def test_any_tree_of_plain_values_comes_back(tree: Any) -> None:
    assert there_and_back({"tree": tree}) == {"tree": tree}


@pytest.mark.parametrize("make", _samples.OBJECTS, ids=lambda make: make.__name__)
def test_an_object_comes_back_as_it_was(make: Any) -> None:
    assert_same_object(there_and_back([make()])[0], make())


def test_a_mask_keeps_its_filling() -> None:
    masked = np.ma.MaskedArray([1, 2, 3], mask=[0, 1, 0], fill_value=7)
    found = there_and_back(masked)
    assert (found.mask.tolist(), found.fill_value, found.data.tolist()) == (
        [False, True, False], 7, [1, 2, 3],
    )  # fmt: skip


def test_large_arrays_are_not_copied_and_never_in_the_text() -> None:
    array = np.zeros(10**6)
    packed = pack({"data": array})
    assert len(packed.text) < 100
    assert np.shares_memory(np.frombuffer(packed.buffers[0]), array)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([None]), np.zeros(2, "V4"), print])
def test_what_is_not_plain_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="can't be sent"):
        pack([value])


FORGED = [
    {"$": "array", "value": [0, "O", [1]]},
    {"$": "array", "value": [-1, "u1", [8]]},
    {"$": "array", "value": [1, "u1", [8]]},
    {"$": "array", "value": [0, "f8", [1000]]},
    {"$": "array", "value": [0, "f8", [-1]]},
    {"$": "nothing known", "value": 1},
    {"$": "object", "value": {"kind": "thing", "attributes": {}, "arrays": {}, "metadata": {}}},
    {"$": "object", "value": {"kind": "signal", "attributes": {"copy": 1}, "arrays": {}, "metadata": {}}},
    {"$": "object", "value": {"kind": "signal", "attributes": {}, "arrays": {"xydata": 1}, "metadata": {}}},
    {"$": "object", "value": {"kind": "signal", "attributes": {}, "arrays": {}, "metadata": []}},
    {"$": "moment", "value": ["yesterday", 0, None]},
    {"$": "dict", "value": [[[], 1]]},
    {"$": []},
]  # fmt: skip


@pytest.mark.parametrize("tree", FORGED, ids=str)
def test_what_was_not_packed_is_a_value_error(tree: Any) -> None:
    packed = Packed(json.dumps(tree).encode(), (memoryview(bytearray(8)),))
    with pytest.raises(ValueError, match="not a packed value"):
        unpack(packed)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_error_or_plain(data: bytes) -> None:
    try:
        unpack(Packed(data, ()))
    except ValueError:
        return
    json.loads(data)
