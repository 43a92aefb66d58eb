"""How units stand to each other, held against pint itself, and what is never converted."""

import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel.units import factor, relation, scaled, unit_of
from datalab_kernel.units._rules import SignalUnits
from datalab_kernel.units._symbols import SYMBOLS

KNOWN = st.sampled_from(sorted(SYMBOLS))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("mV", "V", Fraction(1, 1000)),
        ("s", "ms", 1000),
        ("min", "s", 60),
        ("h", "min", 60),
        ("nm", "Å", 10),
        ("inch", "mm", Fraction(254, 10)),
        ("mbar", "Pa", 100),
        ("V²/Hz", "mV²/kHz", 10**9),
        ("1/cm", "1/mm", Fraction(1, 10)),
        ("kHz", "1/ms", 1),
        ("N·m", "J", 1),
        ("%", "ppm", 10_000),
        ("mV/√Hz", "V/√Hz", Fraction(1, 1000)),
    ],
)
def test_a_factor_is_exact(source: str, target: str, expected: Fraction) -> None:
    assert factor(source, target) == expected
    assert factor(target, source) == 1 / Fraction(expected)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("us", "µs"),
        ("µs", "\N{GREEK SMALL LETTER MU}s"),
        ("sec", "s"),
        ("Ohm", "Ω"),
        ("V/A", "V A-1"),
    ],
)
def test_two_spellings_of_a_unit_are_the_same(source: str, target: str) -> None:
    assert relation(source, target).kind == "same"


@pytest.mark.parametrize(
    ("source", "target"),
    [("V", "s"), ("V", "A"), ("m", "1/m"), ("V", "V/s"), ("%", "V"), ("°", "m")],
)
def test_units_of_two_quantities_are_different(source: str, target: str) -> None:
    assert relation(source, target).kind == "different"
    with pytest.raises(ValueError, match="can't be converted"):
        factor(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        *(("°C", "K"), ("°C", "°F"), ("degC", "K"), ("dB", "%"), ("dBm", "mW"), ("dBm", "dBV")),
        *(("counts", "ADU"), ("a.u.", "V"), ("px", "mm"), ("pH", "pm"), ("C", "K"), ("F", "µF")),
        *(("rad/s", "Hz"), ("rpm", "Hz"), ("Bq", "Hz"), ("Gy", "Sv"), ("lm", "cd"), ("rad", "%")),
    ],
)
def test_what_has_an_offset_or_is_in_no_table_is_never_converted(source: str, target: str) -> None:
    assert relation(source, target).kind == "unknown"


@given(KNOWN, KNOWN)
@settings(max_examples=200, deadline=None)
def test_factors_are_those_of_pint(source: str, target: str) -> None:
    import pint

    registry = pint.get_application_registry()
    one = registry.Quantity(1.0, SYMBOLS[source].name)
    found = relation(source, target)
    if found.kind in ("same", "convertible"):
        there = one.to(SYMBOLS[target].name).magnitude
        assert float(found.factor) == pytest.approx(there, rel=1e-12)
    elif SYMBOLS[source].quantity == SYMBOLS[target].quantity:
        assert not one.is_compatible_with(SYMBOLS[target].name)


def test_every_symbol_means_what_pint_takes_it_for() -> None:
    import pint

    registry = pint.get_application_registry()
    clear = {text: text.replace("Torr", "torr") for text in SYMBOLS if text != "mcd"}
    differing = {
        text: str(registry.Unit(short))
        for text, short in clear.items()
        if registry.Unit(short) != registry.Unit(SYMBOLS[text].name)
    }
    assert differing == {"fm": "fermi"}  # as long; and mcd is a millionth of a day to pint


def test_a_number_that_a_power_of_ten_divides_is_rounded_once() -> None:
    assert scaled(np.array([3.0, 7.0, 1.1]), factor("ms", "s")).tolist() == [0.003, 0.007, 0.0011]


def in_another_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_pint_is_imported_when_two_units_differ_and_not_before() -> None:
    code = (
        "import sys; from datalab_kernel.units import *; "
        "unit_of('psd', [SignalUnits('ms', 'V/Hz')], {}); relation('us', 'µs'); "
        "relation('a', 'b'); print('pint' in sys.modules); "
        "relation('mV', 'V'); print('pint' in sys.modules)"
    )
    assert in_another_process(code).split() == ["False", "True"]


def test_importing_the_core_imports_no_units() -> None:
    code = "import sys, datalab_kernel; print('datalab_kernel.units' in sys.modules)"
    assert in_another_process(code) == "False"


def test_a_unit_that_is_known_by_its_text_costs_microseconds() -> None:
    signal = SignalUnits("ms", "V²/Hz")
    assert unit_of("derivative", [signal]) == {"y": "V²/(Hz·ms)"}
    costs = []
    for _ in range(20):
        began = time.process_time()
        for _ in range(500):
            relation("mV", "V")
        costs.append((time.process_time() - began) / 500)
    assert min(costs) < 5e-6
