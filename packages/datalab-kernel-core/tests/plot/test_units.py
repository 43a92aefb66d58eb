from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel.plot.rendering import choose_unit, with_unit
from datalab_kernel.plot.rendering._units import PREFIXES


@pytest.mark.parametrize(
    ("unit", "most", "expected", "size"),
    [
        ("s", 2e-6, "µs", 1e-6),
        ("s", 5e-10, "ps", 1e-12),
        ("s", 1e5, "s", 1),
        ("Hz", 3e9, "GHz", 1e9),
        ("kHz", 2e4, "MHz", 1e3),
        ("V", 0.5, "V", 1),
        ("V", 0.05, "mV", 1e-3),
        ("mV", 2e4, "V", 1e3),
        ("mm", 0.02, "µm", 1e-3),
        ("cm", 0.001, "µm", 1e-4),
        ("m", 1e9, "km", 1e3),
        ("um", 2e4, "mm", 1e3),
        ("μm", 0.01, "nm", 1e-3),
        ("Pa", 1e5, "kPa", 1e3),
        ("Ω", 1e7, "MΩ", 1e6),
        ("kohm", 1e4, "Mohm", 1e3),
        ("eV", 1.4e4, "keV", 1e3),
        ("B", 2e9, "GB", 1e9),
        ("bit/s", 2e9, "Gbit/s", 1e9),
        ("V/√Hz", 3e-9, "nV/√Hz", 1e-9),
        ("g", 1e-5, "µg", 1e-6),
    ],
)
def test_a_prefix_makes_numbers_short(unit, most, expected, size):
    assert choose_unit(unit, -most, most / 2) == (expected, size)


@pytest.mark.parametrize(
    "unit",
    ["", "dB", "dBm", "°C", "K", "px", "%", "a.u.", "counts", "m/z", "km/h", "V²", "V·s", "min", "pH",
     "hPa", "µ", "m²", "s^-1", "1/s", "Gs", "kK", "deg", "cs", "mB", r"\$", "/", "/s", "µ/s"],
)  # fmt: skip
@pytest.mark.parametrize("most", [1e-9, 1.0, 1e9])
def test_what_takes_no_prefix_is_left_alone(unit, most):
    assert choose_unit(unit, 0, most) == (unit, 1)


@pytest.mark.parametrize("limits", [(0, 0), (0, math.inf), (-math.inf, math.inf), (math.nan, 1)])
def test_limits_without_a_size_change_nothing(limits):
    assert choose_unit("V", *limits) == ("V", 1)


@given(st.sampled_from(sorted(PREFIXES)), st.floats(1e-16, 1e14))
def test_numbers_have_one_to_three_digits_wherever_a_prefix_is_possible(prefix, most):
    unit, size = choose_unit(f"{prefix}V", 0, most)
    total = {f"{name}V": 10.0**power for name, power in PREFIXES.items()}
    assert math.isclose(total[unit], size * total[f"{prefix}V"], rel_tol=1e-9)
    if 1e-17 < most * total[f"{prefix}V"] < 1e17:
        assert 0.1 <= most / size < 1e4


def test_an_empty_part_of_a_label_leaves_no_space():
    assert [with_unit("U", "V"), with_unit("", "V"), with_unit("U", ""), with_unit("", "")] == [
        "U (V)", "(V)", "U", "",
    ]  # fmt: skip
