"""Values pass the cases that the JavaScript half passes too (``conformance.json``)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datalab_kernel_channel.protocol._table import Refused
from datalab_kernel_channel.values._decoding import Decoder
from datalab_kernel_channel.values._encoding import encode

TABLE = json.loads((Path(__file__).parents[1] / "conformance.json").read_text("utf-8"))


def no_blob(number):
    raise Refused("unknown_blob", str(number))


@pytest.mark.parametrize("case", TABLE["values"], ids=lambda case: case["name"])
def test_a_tree_comes_back_unchanged_from_a_round_trip(case):
    buffers = [bytes(size) for size in case.get("zeros", [])]
    value = Decoder(buffers, no_blob, no_blob).value(case["tree"])
    tree, _, own, blobs = encode(value, path="value").bind(lambda: 1, lambda _stream: 1)
    assert (tree, own, blobs) == (case["tree"], buffers, [])


@pytest.mark.parametrize("case", TABLE["bad_values"], ids=lambda case: case["name"])
def test_a_tree_that_is_no_value_is_refused(case):
    with pytest.raises(Refused):
        Decoder([], no_blob, no_blob).value(case["tree"])
