"""Which metadata is kept, and what it looks like in a file."""
# ruff: noqa: DTZ001 - dates without a time zone are kept too

import datetime
import enum
import json
import zoneinfo
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datalab_kernel.errors import MetadataError
from datalab_kernel.objects import _metadata
from datalab_kernel.testing._compare import compare_values

ZONE = "Europe/Paris"
OFFSET = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

NUMPY_NUMBERS = [
    np.bool_(1),
    np.int8(-3),
    np.uint64(2**64 - 1),
    np.int64(5),
    np.float16(0.5),
    np.float32(0.1),
    np.float64(0.1),
    np.complex64(1 + 2j),
    np.complex128(1 + 2j),
    np.str_("text"),
]


@pytest.mark.parametrize("value", NUMPY_NUMBERS, ids=lambda value: type(value).__name__)
def test_numpy_numbers_stay_numpys(value: np.generic, through_metadata: Any) -> None:
    found = through_metadata({"value": value, "nested": [{"value": value}]})
    assert type(found["value"]) is type(value)
    assert found["value"] == value
    assert type(found["nested"][0]["value"]) is type(value)


@pytest.mark.parametrize("value", [True, 3, -(2**63), 2**63 - 1, 1.5, 1 + 2j, "text", ""])
def test_python_values_stay_pythons(value: Any, through_metadata: Any) -> None:
    found = through_metadata({"value": value})["value"]
    assert type(found) is type(value)
    assert found == value


@pytest.mark.parametrize(
    "moment",
    [
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
        datetime.datetime(1, 1, 1),
        datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
        datetime.datetime(2024, 1, 1, tzinfo=OFFSET),
        datetime.datetime(2024, 7, 1, 12, fold=1),
    ],
)
def test_dates_are_kept_with_their_zone(moment: datetime.date, through_metadata: Any) -> None:
    found = through_metadata({"when": moment})["when"]
    assert type(found) is type(moment)
    assert found == moment
    assert getattr(found, "fold", 0) == getattr(moment, "fold", 0)
    assert getattr(found, "tzinfo", None) == getattr(moment, "tzinfo", None)


@pytest.mark.skipif(
    ZONE not in zoneinfo.available_timezones(), reason="this computer knows no time zones"
)
def test_a_named_time_zone_is_kept(through_metadata: Any) -> None:
    zone = zoneinfo.ZoneInfo(ZONE)
    moment = datetime.datetime(2024, 10, 27, 2, 30, tzinfo=zone, fold=1)
    found = through_metadata({"when": moment})["when"]
    assert found.tzinfo == zone
    assert (found.isoformat(), found.fold) == (moment.isoformat(), 1)


def test_a_time_zone_that_is_unknown_here_becomes_its_offset() -> None:
    shown = "2024-07-01T12:00:00+02:00"
    note = {"values": [[["when"], "datetime", [shown, 0, "Mars/Olympus"]]], "keys": []}
    found = _metadata.decode({"when": shown}, json.dumps(note))["when"]
    assert found.isoformat() == shown


@pytest.mark.parametrize(
    "key",
    [
        *("", ".", "..", "a/b", "/", "a\0b", "\ud800", "é", "key a", "key .", "IDs"),
        *("__dict", "__seq", "__seq0", "x__type__", "_datalab_kernel", "__x", "a" * 2000),
    ],
)
def test_any_text_is_a_key(key: str, through_metadata: Any) -> None:
    metadata = {key: 1, "nested": {key: [{key: {}}]}}
    assert through_metadata(metadata) == metadata


def test_keys_that_would_become_the_same_stay_apart(through_metadata: Any) -> None:
    metadata = {"a/b": 1, "a∕b": 2, "key .": 3, "": 4, ".": 5, "\0": 6, "\ufffd": 7}  # noqa: RUF001
    assert through_metadata(metadata) == metadata


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\0", "x" * 100_000, "é" * 70_000])
def test_any_text_is_a_value(text: str, through_metadata: Any) -> None:
    metadata = {"text": text, "nested": [text, {"text": text}]}
    assert through_metadata(metadata) == metadata


@pytest.mark.parametrize(
    "array",
    [
        np.array([]),
        np.zeros((0, 3), "int8"),
        np.array(3.5),
        np.array([True, False]),
        np.array([1, 2], ">i2"),
        np.array([0.1], "float16"),
        np.array([1j, np.nan]),
        np.array(["a", "", "é"]),
        np.array(["x"], "U10"),
        np.array([["a\0b", "c"]]),
        np.array("alone"),
        np.array(["2024-01-01", "NaT"], "datetime64[s]"),
        np.arange(12.0).reshape(3, 4).T,
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_keep_dtype_and_shape(array: Any, through_metadata: Any) -> None:
    found = through_metadata({"array": array, "list": [array]})
    assert compare_values("array", found["array"], array) == []
    assert compare_values("array", found["list"][0], array) == []


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "place", "reason"),
    [
        (object(), "metadata['a']['b'][3]", "object"),
        (2**63, "metadata['a']['b'][3]", "64 bits"),
        (b"bytes", "metadata['a']['b'][3]", "bytes"),
        ({1: 2}, "metadata['a']['b'][3]['1']", "keys must be text"),
        ({1, 2}, "metadata['a']['b'][3]", "set"),
        (np.array([object()]), "metadata['a']['b'][3]", "object"),
        (np.longdouble(1), "metadata['a']['b'][3]", "can't be kept"),
        (np.ma.array([1.0]), "metadata['a']['b'][3]", "masked"),
        (datetime.time(1), "metadata['a']['b'][3]", "time"),
        (datetime.timedelta(1), "metadata['a']['b'][3]", "timedelta"),
    ],
)
def test_what_cannot_be_kept_is_named(value: Any, place: str, reason: str) -> None:
    with pytest.raises(MetadataError) as caught:
        _metadata.check({"a": {"b": [0, 1, 2, value]}})
    assert caught.value.path == place
    assert reason in str(caught.value)


def test_metadata_that_holds_itself_is_an_error() -> None:
    metadata: dict[str, Any] = {}
    metadata["self"] = metadata
    with pytest.raises(MetadataError, match="nested deeper"):
        _metadata.check(metadata)


def test_subclasses_are_kept_as_their_value(through_metadata: Any) -> None:
    assert through_metadata({"colour": Colour.RED}) == {"colour": 1}


def test_plain_metadata_needs_no_note() -> None:
    plain = {"i": 1, "f": 1.5, "t": "é", "l": [1, {"a": []}], "a": np.arange(3), "e": {}, "b": True}
    assert _metadata.encode(plain) == (plain, "")


def test_what_was_changed_in_between_keeps_the_change() -> None:
    metadata = {
        "none": None,
        "text": "a\0",
        "date": datetime.date(2024, 1, 1),
        "tuple": (1, 2),
        "number": np.float64(1),
        "texts": np.array(["a", "b"]),
    }
    tree, note = _metadata.encode(metadata)
    changed = {
        "none": "now",
        "text": "b",
        "date": "soon",
        "tuple": 5,
        "number": 3,
        "texts": ["abc", 1],
    }
    assert tree.keys() == changed.keys()
    assert _metadata.decode(changed, note) == changed


def test_what_was_removed_in_between_stays_away() -> None:
    _, note = _metadata.encode({"none": None, "a/b": (1,)})
    assert _metadata.decode({}, note) == {}


def test_a_note_that_is_no_note_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a note"):
        _metadata.decode({}, "[1")


TEXTS = st.text(st.characters(), max_size=8)
NUMBERS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    hnp.from_dtype(np.dtype("f4"), allow_nan=False),
    hnp.from_dtype(np.dtype("i8")).map(np.int64),
)
ARRAYS = hnp.arrays(
    st.sampled_from(["?", "i1", ">u4", "f2", "f8", "c16", "U3", "M8[us]"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LEAVES = st.one_of(st.none(), NUMBERS, TEXTS, st.dates(), st.datetimes(timezones=st.none()), ARRAYS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXTS, inner, max_size=4),
    ),
    max_leaves=12,
)


@given(metadata=st.dictionaries(TEXTS, VALUES, max_size=5))
def test_any_metadata_survives_its_encoding(metadata: dict[str, Any]) -> None:
    _metadata.check(metadata)
    decoded = _metadata.decode(*_metadata.encode(metadata))
    assert compare_values("metadata", decoded, metadata) == []
