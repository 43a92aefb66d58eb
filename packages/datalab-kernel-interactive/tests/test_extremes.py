"""The extremes of ranges are those that a look at every sample finds."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel_interactive import _extremes
from datalab_kernel_interactive._extremes import BLOCK, BlockExtremes


def of(values):
    return BlockExtremes(len(values), values.__getitem__, values.__getitem__)


def one_by_one(values, bounds):
    low, high, gaps = [], [], []
    for start, stop in pairwise(bounds):
        part = values[start:stop].astype(float)
        known = part[np.isfinite(part)]
        low.append(known.min() if known.size else np.nan)
        high.append(known.max() if known.size else np.nan)
        gaps.append(known.size < part.size)
    return low, high, gaps


@st.composite
def arrays_with_bounds(draw):
    size = draw(st.integers(1, 5 * BLOCK + 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = random.normal(size=size).astype(draw(st.sampled_from(["f8", "f4", "f2", ">f8"])))
    for missing in draw(st.lists(st.sampled_from([np.nan, np.inf, -np.inf]), max_size=4)):
        start = draw(st.integers(0, size - 1))
        values[start : start + draw(st.integers(1, 2 * BLOCK))] = missing
    bounds = sorted(draw(st.lists(st.integers(0, size), min_size=2, max_size=12)))
    return values, np.array(bounds)


@given(arrays_with_bounds(), st.booleans())
@settings(deadline=None)
def test_ranges_have_the_extremes_of_their_samples(monkeypatch_few, case, uses_blocks):
    values, bounds = case
    monkeypatch_few(0 if uses_blocks else 1 << 20)
    found = of(values).over(bounds)
    low, high, gaps = one_by_one(values, bounds)
    np.testing.assert_array_equal(found.low, low)
    np.testing.assert_array_equal(found.high, high)
    np.testing.assert_array_equal(found.has_gap, gaps)


@pytest.fixture(scope="module")
def monkeypatch_few():
    patch = pytest.MonkeyPatch()
    yield lambda few: patch.setattr(_extremes, "FEW", few)
    patch.undo()


@pytest.mark.parametrize("dtype", ["u1", "i2", "i8", "?"])
def test_whole_numbers_are_answered(dtype, monkeypatch_few):
    monkeypatch_few(0)
    values = np.random.default_rng(0).integers(0, 2, 3000).astype(dtype)
    found = of(values).over(np.array([0, 1000, 3000]))
    assert found.low.tolist() == [0.0, 0.0]
    assert found.high.tolist() == [1.0, 1.0]


def test_the_ends_of_errors_are_answered():
    y, error = np.arange(1000.0), np.full(1000, 0.5)
    extremes = BlockExtremes(1000, lambda key: y[key] - error[key], lambda key: y[key] + error[key])
    found = extremes.over(np.array([0, 10, 1000]))
    assert found.low.tolist() == [-0.5, 9.5]
    assert found.high.tolist() == [9.5, 999.5]


def test_blocks_take_little_of_the_data_s_memory():
    values = np.zeros(1 << 20)
    assert of(values).size_bytes < 0.01 * values.nbytes
