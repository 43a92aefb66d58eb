"""Whatever the values are: numbers are written truly, and descriptions are made."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.color_scale import color_scale
from datalab_kernel.plot._describing.texts import number
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import parse_options
from datalab_kernel.plot.rendering import finite_range

FLOATS = st.floats(width=64)
KINDS = st.one_of(
    arrays.floating_dtypes(sizes=(32, 64)),
    arrays.integer_dtypes(),
    arrays.complex_number_dtypes(sizes=128),
    arrays.boolean_dtypes(),
)
SIDES = arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=6)
IMAGES = arrays.arrays(
    np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=FLOATS
)


@given(st.floats(-1e300, 1e300), st.integers(3, 7))
@example(10_000.25, 6)  # once was 10,000.200000000001
def test_a_written_number_is_the_number(value, digits):
    text = number(value, digits)
    assert len(text) <= 16
    assert math.isclose(float(text.replace(",", "")), value, rel_tol=10 ** (1 - digits))


@given(arrays.arrays(KINDS, SIDES))
def test_every_array_has_a_description(array):
    with np.errstate(all="ignore"):
        spec = build(drawable(array, None), parse_options({}))
    assert 0 < len(spec.alt) <= 300
    assert len(spec.axes) == (2 if array.dtype.kind == "c" else 1)


@given(IMAGES)
def test_colour_limits_are_finite_and_in_order(data):
    with np.errstate(all="ignore"):
        scale = color_scale([data])
    if np.isfinite(data).any():
        assert math.isfinite(scale.vmin)
        assert scale.vmin <= scale.vmax
        assert finite_range(data) == (data[np.isfinite(data)].min(), data[np.isfinite(data)].max())
        assert (scale.extend == "neither") == (scale.note == "")
