"""The full scale of dynamic_parameters is in the unit of y; where that isn't V, the result says so."""

import warnings

import numpy as np
import pytest

from datalab_kernel import ComputationWarning, Workspace

BITS, FULL_SCALE = 8, 0.16
T = np.arange(4096) / 4096
STEP = FULL_SCALE / 2**BITS
VOLTS = STEP * np.round(FULL_SCALE / 2 * np.sin(2 * np.pi * 61 * T) / STEP)
"""What an ideal ADC of 8 bits with a full scale of 0.16 V makes of a sine of that size."""


def bits_of(values, unit, **parameters):
    """Return the number of bits that is found, and the notes on it."""
    workspace = Workspace("standalone")
    workspace["adc"] = T, values
    with workspace.edit("adc") as signal:
        signal.xunit, signal.yunit = "s", unit
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = workspace.calc("dynamic_parameters", on="adc", **parameters)
    said = [one for one in warned if issubclass(one.category, ComputationWarning)]
    assert len(said) == bool(result.notes)
    return float(result.frame["enob"].iloc[0]), " ".join(map(str, result.notes))


def test_a_full_scale_in_volts_for_a_signal_in_millivolts_is_noted():
    right, _ = bits_of(VOLTS, "V")
    wrong, notes = bits_of(1000 * VOLTS, "mV")
    assert right == pytest.approx(BITS, abs=0.1)
    assert wrong == pytest.approx(BITS - np.log2(1000), abs=0.1)
    assert "took full_scale, 0.16, in mV" in notes
    assert "full_scale=160 if it is 0.16 V" in notes


def test_a_full_scale_that_was_given_in_the_unit_of_y_is_quiet():
    found, notes = bits_of(1000 * VOLTS, "mV", full_scale=160)
    assert found == pytest.approx(BITS, abs=0.1)
    assert notes == ""


def test_a_full_scale_that_the_numbers_exceed_is_noted():
    assert "full_scale, 0.2, in mV" in bits_of(1000 * VOLTS, "mV", full_scale=0.2)[1]


@pytest.mark.parametrize("unit", ["V", "", "volt"])
def test_a_signal_in_volts_or_without_a_unit_is_quiet(unit):
    assert bits_of(VOLTS, unit)[1] == ""


@pytest.mark.parametrize("unit", ["ADU", "A"])
def test_a_signal_of_another_quantity_is_noted(unit):
    assert f"Give it in {unit}." in bits_of(VOLTS, unit)[1]
