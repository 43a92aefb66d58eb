"""Units as people and DataLab write them: read, multiplied, and written again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel.units import parse, written
from datalab_kernel.units._symbols import SYMBOLS
from datalab_kernel.units._text import combined, raised

POWERS = st.sampled_from([1, -1, 2, -2, 3, Fraction(1, 2), Fraction(-3, 2), Fraction(37, 100)])
NAMES = st.sampled_from(
    [*sorted(SYMBOLS), "counts", "a.u.", "ADU", "px", "°C", "dB", "m/z", "arb. units"]
)
UNITS = st.lists(st.tuples(NAMES, POWERS.map(Fraction)), max_size=4).map(tuple).map(combined)


@pytest.mark.parametrize(
    "spellings",
    [
        ("V²/Hz", "V^2/Hz", "V**2/Hz", "V2/Hz", "V^2 Hz^-1", "V²·Hz⁻¹", "V·V/Hz", "(V²)/Hz"),
        ("1/mm", "mm-1", "mm⁻¹", "mm^-1", "mm^(-1)", "1 / mm"),
        ("µs", "\N{GREEK SMALL LETTER MU}s", "us", "microseconds", "microsecond"),
        ("Ω", "\N{OHM SIGN}", "Ohm", "ohms"),
        ("V/√Hz", "V/Hz^0.5", "V/Hz^(1/2)", "V·√Hz/Hz"),
        ("V/(A·s)", "V/A/s", "V/(A s)", "V*A^-1*s^-1"),
        ("m/s²", "m/s^2", "m s-2", "m·s⁻²", "m/s/s"),
    ],
)
def test_a_unit_is_the_same_in_each_of_its_spellings(spellings: tuple[str, ...]) -> None:
    assert {frozenset(parse(text)) for text in spellings} == {frozenset(parse(spellings[0]))}
    assert written(parse(spellings[0])) == spellings[0]


@pytest.mark.parametrize(
    "text",
    [
        *("arb. units", "m/z", "S/N", "J/kg·K", "V/", "(V", "V)", "^2", "10 V", "1e-3", "e-", "2"),
        *("CO2", "F0", "V+A", "wt %", "V^0", "V^(1/0)", "counts 2", "·V", "√", "/s", "V//s", "-"),
    ],
)
def test_what_is_no_product_of_units_is_a_symbol_of_its_own(text: str) -> None:
    assert parse(text) == ((text, 1),)
    assert written(parse(text)) == text


def test_an_unknown_symbol_is_multiplied_as_any_other() -> None:
    assert written(combined(parse("counts") + raised(parse("px"), Fraction(-2)))) == "counts/px²"
    assert written(combined(parse("counts/s") + parse("s"))) == "counts"


@given(UNITS)
def test_what_is_written_is_read_again(unit: tuple[tuple[str, Fraction], ...]) -> None:
    text = written(unit)
    assert frozenset(parse(text)) == frozenset(unit)
    assert written(parse(text)) == text


@given(st.text(max_size=12))
def test_any_text_is_read_as_something_that_can_be_written(text: str) -> None:
    unit = parse(text)
    assert all(power for _, power in unit)
    assert isinstance(written(raised(unit, Fraction(2))), str)


@given(st.text(alphabet="Vsm²³⁻·/()√^*12- µΩ", max_size=12))
def test_a_text_of_units_and_signs_is_read_again_once_it_is_written(text: str) -> None:
    unit = parse(text)
    assert frozenset(parse(written(unit))) == frozenset(unit)
