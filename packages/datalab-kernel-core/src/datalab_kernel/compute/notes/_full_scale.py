"""The full scale of an ADC, which is said to be in volts and is taken in the unit of y."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import values_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note
from datalab_kernel.units import relation

VOLT = "V"
DEFAULT = 0.16


def _full_scale_note(computed: Computed) -> Note | None:
    unit = computed.inputs[0].yunit or ""
    if unit in ("", VOLT) or computed.value is None:
        return None
    found = relation(VOLT, unit)
    if found.kind == "same":
        return None
    given = computed.parameters.full_scale
    if given != DEFAULT and np.ptp(values_of(computed.inputs[0])) <= given:
        return None  # somebody gave one that fits the numbers
    text = (
        f"dynamic_parameters took full_scale, {given:g}, in {unit}, the unit of y, though the "
        f"parameter is described in {VOLT}: enob, and levels in dBFS, go by it."
    )
    if found.kind != "convertible":
        return Note(text, f"Give it in {unit}.")
    converted = float(given * found.factor)
    return Note(text, f"Give it in {unit}: full_scale={converted:g} if it is {given:g} {VOLT}.")


BEHAVIOURS = (
    Behaviour(
        title="The unit of the full scale",
        functions=frozenset({("signal", "dynamic_parameters")}),
        does="`full_scale` (0.16 by default) is described in V, and is compared with the numbers of "
        "y, whatever their unit. `enob`, and levels in dBFS, go by it.",
        misleads="y isn't in V: of a signal in mV, `enob` is wrong by log2(1000), 10 bits.",
        advice="`full_scale` in the unit of y.",
        make=_full_scale_note,
    ),
)
