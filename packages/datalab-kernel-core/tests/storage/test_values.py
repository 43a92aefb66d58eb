"""Which numbers are kept, and that widening loses nothing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from datalab_kernel.errors import UnsupportedDtypeError
from datalab_kernel.storage import restore, widen

TAKEN = ["uint8", "uint16", "int16", "int32", "float32", "float64", "complex128"]
WIDENED = {
    "int8": "int16",
    "bool": "uint8",
    "uint32": "float64",
    "int64": "float64",
    "uint64": "float64",
    "float16": "float32",
    "complex64": "complex128",
    ">u2": "uint16",
    ">f8": "float64",
    ">c8": "complex128",
}


@pytest.mark.parametrize("dtype", TAKEN)
def test_what_datalab_takes_is_left_alone(dtype: str) -> None:
    array = np.zeros(3, dtype)
    assert widen(array) == (array, None) or widen(array)[0] is array


@pytest.mark.parametrize(("dtype", "wider"), WIDENED.items())
def test_the_others_are_widened_and_restored(dtype: str, wider: str) -> None:
    array = np.array([0, 1, 1, 0], dtype)
    wide, original = widen(array)
    assert wide.dtype == wider
    assert wide.dtype.isnative
    back = restore(wide, original or "")
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "int64", "bool"])
def test_integers_of_signals_are_widened_to_floating_point(dtype: str) -> None:
    wide, original = widen(np.array([0, 1], dtype), for_signal=True)
    assert wide.dtype == "float64"
    assert restore(wide, original or "").dtype == dtype


@pytest.mark.parametrize(
    "values",
    [
        [2**53, -(2**53)],
        [2**62, -(2**63)],
        [],
    ],
)
def test_large_integers_that_fit_exactly_are_kept(values: list[int]) -> None:
    array = np.array(values, "int64")
    wide, original = widen(array)
    assert restore(wide, original or "").tolist() == values


@pytest.mark.parametrize(
    "array",
    [
        np.array([2**53 + 1]),
        np.array([2**63 - 1]),
        np.array([2**64 - 1], "uint64"),
        np.zeros(2, "longdouble"),
        np.zeros(2, "clongdouble"),
        np.array([object()]),
        np.array(["a"]),
        np.array(["2024-01-01"], "M8[D]"),
        np.zeros(2, "m8[s]"),
        np.zeros(2, [("a", "f8")]),
    ],
    ids=lambda array: str(array.dtype),
)
def test_what_would_not_be_kept_exactly_is_refused(array: Any) -> None:
    with pytest.raises(UnsupportedDtypeError) as caught:
        widen(array)
    assert caught.value.dtype == str(array.dtype)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("changed", "dtype"),
    [
        (np.array([300], "int16"), "int8"),
        (np.array([0.5]), "uint32"),
        (np.array([-1.0]), "uint64"),
        (np.array([np.nan]), "int64"),
        (np.array([1e300]), "int64"),
        (np.array([0.1 + 0j]), "complex64"),
        (np.array([2], "uint8"), "bool"),
    ],
    ids=str,
)
def test_values_that_no_longer_fit_stay_wide(changed: Any, dtype: str) -> None:
    found = restore(changed, dtype)
    assert found.dtype == changed.dtype
    assert found.tobytes() == changed.tobytes()


@pytest.mark.parametrize("dtype", ["O", "U3", "M8[s]", "longdouble"])
def test_only_kept_dtypes_are_restored(dtype: str) -> None:
    with pytest.raises(ValueError, match="not a dtype that is kept"):
        restore(np.zeros(2), dtype)


def test_a_mask_survives() -> None:
    array = np.ma.array([1, 2, 3], mask=[0, 1, 0], dtype="int8", fill_value=7)
    wide, original = widen(array)
    back = restore(wide, original or "")
    assert back.mask.tolist() == [False, True, False]
    assert back.fill_value == 7


@given(array=hnp.arrays("float16", hnp.array_shapes(max_dims=2)))
def test_any_half_precision_value_survives(array: Any) -> None:
    wide, original = widen(array)
    np.testing.assert_array_equal(restore(wide, original or ""), array)


@given(array=hnp.arrays("complex64", hnp.array_shapes(max_dims=2)))
def test_any_single_precision_complex_value_survives(array: Any) -> None:
    wide, original = widen(array)
    np.testing.assert_array_equal(restore(wide, original or ""), array)
