"""Values keep what they are on their way to the page and back."""

from __future__ import annotations

import datetime
import enum
import json
import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel_channel import NDArray, WireValueError, register_codec
from datalab_kernel_channel.protocol._blobs import Blobs, parts_of
from datalab_kernel_channel.values._decoding import Decoder
from datalab_kernel_channel.values._encoding import encode


def round_trip(value):
    numbers = iter(range(1, 100))
    tree, _, own, parts = encode(value, path="value").bind(lambda: next(numbers), lambda _stream: 1)
    blobs = Blobs()
    for number, data in parts:
        for item, piece in parts_of(number, data):
            blobs.add(item["blob"], item["size"], piece)
    assert sum(map(len, own)) <= 4_128_768
    return Decoder(own, blobs.take, lambda _tag: None).value(tree)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=2000),
    lambda children: (
        st.lists(children, max_size=5)
        | st.dictionaries(st.text() | st.just("$"), children, max_size=5)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(plain)
def test_plain_values_come_back_as_they_were(value):
    assert round_trip(value) == value


def test_zero_and_nan_keep_their_signs_and_kinds():
    values = round_trip([-0.0, 0.0, math.nan, math.inf, -math.inf, 1.0])
    assert math.copysign(1, values[0]) == -1
    assert math.isnan(values[2])
    assert values[3:] == [math.inf, -math.inf, 1.0]


def test_tuples_become_lists_and_subclasses_what_they_derive_from():
    class Color(enum.StrEnum):
        RED = "red"

    class Level(enum.IntEnum):
        HIGH = 3

    assert round_trip([(1, 2), Color.RED, Level.HIGH]) == [[1, 2], "red", 3]


def test_dates_are_points_in_time():
    utc = datetime.datetime(2026, 11, 29, 12, 30, 1, 250_000, tzinfo=datetime.UTC)
    elsewhere = utc.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    local = utc.astimezone().replace(tzinfo=None)
    assert round_trip([utc, elsewhere, local]) == [utc, utc, utc]
    assert round_trip(utc).tzinfo is datetime.UTC


@pytest.mark.parametrize(
    ("value", "path", "hint"),
    [
        ({"a": [1, {2}]}, 'value["a"][1]', "sorted"),
        ([2**53], "value[0]", "2\\*\\*53"),
        ([-(2**53)], "value[0]", "2\\*\\*53"),
        ({1: 2}, "value", "isn't text"),
        (datetime.date(2026, 1, 1), "value", "isoformat"),
        (datetime.time(1), "value", "isoformat"),
        (Decimal(1), "value", "float"),
        (1j, "value", "real"),
        (object(), "value", "no form there"),
        (len, "value", "no form there"),
    ],
)
def test_what_cannot_travel_says_where_it_is_and_what_to_send(value, path, hint):
    with pytest.raises(WireValueError, match=hint) as caught:
        encode(value, path="value")
    assert caught.value.path == path
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(WireValueError, match="hold itself"):
        encode(value, path="value")


def test_sixty_four_levels_travel_and_sixty_five_do_not():
    value = 1
    for _ in range(64):
        value = [value]
    assert round_trip(value) == value
    with pytest.raises(WireValueError):
        encode([value], path="value")


def test_large_bytes_travel_in_parts_and_long_text_in_a_buffer():
    value = [bytes(10 << 20), "x" * (2 << 20), b"a" * 2000, [*range(200_000)]]
    assert round_trip(value) == value
    tree, _, _, parts = encode(value, path="value").bind(lambda: 1, lambda _stream: 1)
    assert tree["$"] == "json"
    assert len(parts_of(*parts[0])) == 3


def test_a_registered_type_travels_by_its_name():
    register_codec(
        Fraction, "test.fraction", lambda f: [f.numerator, f.denominator], lambda v: Fraction(*v)
    )
    assert round_trip({"half": Fraction(1, 2)}) == {"half": Fraction(1, 2)}
    with pytest.raises(ValueError, match=r"test\.fraction"):
        register_codec(Decimal, "test.fraction", str, Decimal)


def test_an_array_without_numpy_keeps_bytes_shape_and_dtype():
    script = """
import sys
sys.modules["numpy"] = None
from datalab_kernel_channel import NDArray
from datalab_kernel_channel.values._decoding import Decoder
from datalab_kernel_channel.values._encoding import encode
one = NDArray(data=bytes(range(8)), shape=(2, 2), dtype="int16")
tree, _, own, _ = encode(one, path="v").bind(lambda: 1, lambda s: 1)
assert Decoder(own, None, None).value(tree) == one
flat = {"$": "array", "dtype": "int16", "shape": [2], "base64": "AQD//w=="}
assert Decoder([], None, None).value(flat) == [1, -1]
pairs = {"$": "array", "dtype": "complex64", "shape": [1], "base64": "AACAPwAAAEA="}
assert Decoder([], None, None).value(pairs) == [1 + 2j]
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_array_of_an_unknown_dtype_is_refused():
    with pytest.raises(WireValueError, match="object"):
        encode(NDArray(data=b"", shape=(0,), dtype="object"), path="value")


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats()
        | st.text()
        | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_size_of_a_tree_is_never_above_what_is_reckoned_with(value: object) -> None:
    encoded = encode(value, path="value")
    tree, json_bytes, _, _ = encoded.bind(lambda: 1, lambda _stream: 1)
    assert len(json.dumps(tree)) <= json_bytes
