"""Looking at few pixels finds the same overflows in sums of bins as adding up all of them."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sigima.objects import create_image
from sigima.params import BinningParam
from sigima.proc.image import binning

from datalab_kernel.compute.notes import Computed, notes_on

SETTINGS = settings(deadline=None, max_examples=40, derandomize=True)
SIDES = st.tuples(st.integers(3, 110), st.integers(3, 9))
BINS = st.tuples(st.integers(1, 3), st.integers(1, 5))


def notes(data, sx, sy, **options):
    source, param = create_image("", data), BinningParam.create(sx=sx, sy=sy, **options)
    param.operation = "sum"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = binning(source, param)
    return notes_on(
        Computed(function="binning", kind="image", inputs=(source,), parameters=param, value=value)
    )


def is_any_beyond(data, sx, sy, dtype):
    rows, columns = data.shape[0] // sy, data.shape[1] // sx
    used = data[: rows * sy, : columns * sx].astype(np.float64)
    sums = used.reshape(rows, sy, columns, sx).sum(axis=(1, 3))
    return bool(np.any((sums < np.iinfo(dtype).min) | (sums > np.iinfo(dtype).max)))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
@given(
    sides=SIDES,
    bins=BINS,
    share=st.sampled_from([0.0, 0.2, 0.5]),
    hot=st.lists(st.tuples(st.integers(0, 2**16), st.sampled_from([-1, 0.5, 1])), max_size=7),
)
@SETTINGS
def test_a_few_bright_pixels_are_noted_if_and_only_if_a_bin_overflows(
    dtype, sides, bins, share, hot
):
    limits = np.iinfo(dtype)
    harmless = int(share * limits.max / (bins[0] * bins[1]))
    data = np.random.default_rng(0).integers(0, harmless + 1, sides).astype(dtype)
    for place, part in hot:
        data.flat[place % data.size] = limits.max * part if part > 0 else limits.min
    assert bool(notes(data, *bins)) == is_any_beyond(data, *bins, dtype)


@given(sides=SIDES, bins=BINS, greatest=st.integers(40, 255))
@SETTINGS
def test_many_bright_pixels_are_noted_if_and_only_if_a_bin_overflows(sides, bins, greatest):
    data = np.random.default_rng(0).integers(0, greatest, sides).astype(np.uint8)
    assert bool(notes(data, *bins)) == is_any_beyond(data, *bins, np.uint8)


@given(
    sides=SIDES,
    bins=BINS,
    values=st.lists(
        st.tuples(st.integers(0, 2**16), st.sampled_from([np.nan, 100.0, -50.0, 63.5, 300.0])),
        max_size=6,
    ),
)
@SETTINGS
def test_numbers_that_become_integers_are_noted_if_a_bin_overflows_also_beside_nan(
    sides, bins, values
):
    data = np.zeros(sides)
    for place, value in values:
        data.flat[place % data.size] = value
    found = notes(data, *bins, dtype_str="uint8")
    assert bool(found) == is_any_beyond(data, *bins, np.uint8)
