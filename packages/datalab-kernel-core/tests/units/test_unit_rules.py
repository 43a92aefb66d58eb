"""The unit of a result has the dimension that the function's formula gives it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datalab_kernel.units import (
    ImageUnits,
    SignalUnits,
    frequency_unit,
    of_powers,
    parse,
    unit_of,
)
from datalab_kernel.units._rules import IMAGE_RULES, SIGNAL_RULES
from datalab_kernel.units._symbols import SYMBOLS

SYMBOL = st.sampled_from(["s", "ms", "V", "µV", "A", "mm", "Hz", "K", "Ω", "kHz", "N", "eV", "mol"])
COMPOUND = st.sampled_from(["V/s", "m/s²", "V²/Hz", "1/mm", "N·m", "nV/√Hz", "W/(m²·K)", ""])
UNIT = SYMBOL | COMPOUND
POWER = st.sampled_from([2, 3, 0.5, -1, 1.5, 0.25, 2.7])
LINEAR = {"decibel": False}


def dimension(text: str) -> Any:
    """What pint says of a unit, symbol by symbol."""
    import pint

    registry = pint.get_application_registry()
    product = registry.Unit("")
    for symbol, power in parse(text):
        product *= registry.Unit(SYMBOLS[symbol].name) ** float(power)
    return registry.Quantity(1.0, product)


def is_alike(text: str, expected: Any) -> bool:
    found = dimension(text).dimensionality
    wanted = expected.dimensionality
    return {
        k: pytest.approx(float(v), abs=1e-9) for k, v in found.items() if abs(float(v)) > 1e-9
    } == {k: float(v) for k, v in wanted.items() if abs(float(v)) > 1e-9}


POWERS_OF_X_AND_Y: dict[str, tuple[float, float]] = {
    "derivative": (-1, 1),
    "integral": (1, 1),
    "time_deviation": (1, 1),
    "inverse": (0, -1),
    "sqrt": (0, 0.5),
    "fft": (0, 1),
    "magnitude_spectrum": (0, 1),
    "psd": (1, 2),
    "allan_variance": (0, 2),
    "hadamard_variance": (0, 2),
    "modified_allan_variance": (0, 2),
    "overlapping_allan_variance": (0, 2),
    "total_variance": (0, 2),
    "log10": (0, 0),
    "exp": (0, 0),
    "normalize": (0, 0),
}
"""That a function's formula makes y of."""
SPECTRA = {"fft", "magnitude_spectrum", "phase_spectrum", "psd"}


@pytest.mark.parametrize("function", POWERS_OF_X_AND_Y)
@given(x=UNIT, y=UNIT)
@example(x="A", y="N")  # whose quotient reads as "not applicable"
@settings(max_examples=25, deadline=None)
def test_the_dimension_of_a_result_is_that_of_the_formula(function: str, x: str, y: str) -> None:
    found = unit_of(function, [SignalUnits(x, y)], LINEAR)
    powers = POWERS_OF_X_AND_Y[function]
    assert is_alike(found["y"], dimension(x) ** powers[0] * dimension(y) ** powers[1])
    assert ("x" in found) == (function in SPECTRA)
    if function in SPECTRA:
        assert is_alike(found["x"], 1 / dimension(x))


@given(UNIT, POWER)
@settings(max_examples=50, deadline=None)
def test_a_power_raises_the_unit(y: str, power: float) -> None:
    found = unit_of("power", [SignalUnits("s", y)], {"power": power})
    assert is_alike(found["y"], dimension(y) ** power)


@pytest.mark.parametrize("power", [float("nan"), float("inf")])
def test_a_power_that_is_no_number_gives_no_unit(power: float) -> None:
    assert unit_of("power", [SignalUnits("s", "V")], {"power": power}) == {"y": ""}


@given(UNIT, UNIT, POWER)
@settings(max_examples=50, deadline=None)
def test_a_product_of_powers_has_their_dimension(first: str, second: str, power: float) -> None:
    found = of_powers((first, 1), (second, power))
    assert is_alike(found, dimension(first) * dimension(second) ** power)


@pytest.mark.parametrize(
    "kind", [lambda y: SignalUnits("s", y), lambda y: ImageUnits("mm", "mm", y)]
)
@given(st.lists(UNIT, min_size=2, max_size=3))
@settings(max_examples=50, deadline=None)
def test_products_and_quotients_are_those_of_the_units(
    kind: Callable[[str], Any], units: list[str]
) -> None:
    operands = [kind(unit) for unit in units]
    letter = operands[0]._fields[-1]
    product = dimension("")
    for unit in units:
        product *= dimension(unit)
    assert is_alike(unit_of("product", operands)[letter], product)
    quotient = dimension(units[0]) / dimension(units[1])
    for function, parameters in (("division", None), ("arithmetic", {"operator": "/"})):
        assert is_alike(unit_of(function, operands[:2], parameters)[letter], quotient)


@given(UNIT)
def test_the_way_to_frequencies_and_back_ends_where_it_began(unit: str) -> None:
    assert frozenset(parse(frequency_unit(frequency_unit(unit)))) == frozenset(parse(unit))
    there = unit_of("fft", [SignalUnits(unit, "V")])
    back = unit_of("ifft", [SignalUnits(**there)])
    assert frozenset(parse(back.get("x", ""))) == frozenset(parse(unit))
    assert back["y"] == "V"


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        *(("s", "Hz"), ("ms", "kHz"), ("us", "MHz"), ("µs", "MHz"), ("ns", "GHz"), ("ps", "THz")),
        *(("m", "1/m"), ("mm", "1/mm"), ("min", "1/min"), ("cm-1", "cm"), ("px", "1/px"), ("", "")),
    ],
)
def test_frequencies_have_the_unit_that_the_field_writes(x: str, expected: str) -> None:
    assert unit_of("psd", [SignalUnits(x, "V")], {"decibel": True}) == {"x": expected, "y": "dB/Hz"}
    assert unit_of("fft", [SignalUnits(x, "V")])["x"] == expected


@pytest.mark.parametrize(
    ("function", "x", "y", "expected"),
    [
        ("derivative", "s", "V", "V/s"),
        ("derivative", "s", "m/s", "m/s²"),
        ("derivative", "s", "counts", "counts/s"),
        ("integral", "s", "V", "V·s"),
        ("integral", "s", "counts/s", "counts"),
        ("integral", "s", "W", "W·s"),
        ("psd", "s", "V", "V²/Hz"),
        ("psd", "ms", "V", "V²/kHz"),
        ("psd", "mm", "V", "V²·mm"),
        ("psd", "s", "", "1/Hz"),
        ("fft", "s", "V", "V"),
        ("sqrt", "Hz", "V²/Hz", "V/√Hz"),
        ("inverse", "s", "V", "1/V"),
        ("inverse", "s", "Ω", "1/Ω"),
        ("log10", "s", "V", ""),
        ("allan_variance", "s", "V", "V²"),
        ("time_deviation", "s", "Hz", "Hz·s"),
        ("derivative", "s", "°C", "°C/s"),
        ("derivative", "s", "dB", "dB/s"),
        ("phase_spectrum", "s", "V", "°"),
    ],
)
def test_a_unit_is_written_as_an_axis_shows_it(
    function: str, x: str, y: str, expected: str
) -> None:
    assert unit_of(function, [SignalUnits(x, y)], LINEAR)["y"] == expected


def test_a_unit_that_stays_keeps_the_spelling_that_it_was_given() -> None:
    plain = SignalUnits("us", "uV")
    assert unit_of("product", [plain, SignalUnits("us", "")]) == {"y": "uV"}
    assert unit_of("convolution", [plain, SignalUnits("us", "")]) == {"y": "uV"}
    assert unit_of("arithmetic", [plain, plain], {"operator": "+"}) == {"y": "uV"}


@pytest.mark.parametrize("function", ["moving_average", "difference", "gaussian_fit", "stats", "x"])
def test_what_has_no_rule_is_as_sigima_has_it(function: str) -> None:
    assert unit_of(function, [SignalUnits("s", "V")]) == {}
    assert unit_of(function, [ImageUnits("mm", "mm", "V")]) == {}


def test_rules_are_of_functions_that_there_are() -> None:
    from datalab_kernel.compute._registry import functions

    assert SIGNAL_RULES.keys() - functions("signal").keys() == set()
    unknown = IMAGE_RULES.keys() - functions("image").keys()
    assert unknown == set()


def test_powers_of_no_unit_are_of_no_unit() -> None:
    assert unit_of("power", [SignalUnits("s", "V")], {"power": 0}) == {"y": ""}
    assert unit_of("power", [SignalUnits("s", "")], {"power": 2}) == {"y": ""}
    assert parse("V^(3/2)") == (("V", Fraction(3, 2)),)
