"""A scale that was calibrated, and a unit that says what it was in before."""

from __future__ import annotations

from typing import Any

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note


def _unit_note(computed: Computed) -> Note | None:
    parameters = computed.parameters
    unit = getattr(computed.value, f"{parameters.axis}unit", "")
    if not unit or computed.units or not _changes_scale(parameters):
        return None
    text = f"calibration changed the scale of {parameters.axis}, which still says {unit!r}."
    return Note(text, f"units='…' says what it is in now; units={unit!r}, that it is the same.")


def _changes_scale(parameters: Any) -> bool:
    """Say whether there is more than a shift; of a signal the factor is ``a``, of an image ``a1``."""
    if hasattr(parameters, "a"):
        return bool(parameters.a != 1)
    return bool(parameters.a1 != 1 or parameters.a2 or parameters.a3)


BEHAVIOURS = (
    Behaviour(
        title="The unit after calibration",
        functions=frozenset({("signal", "calibration"), ("image", "calibration")}),
        does="`calibration` computes new values of an axis, and leaves its unit as it was.",
        misleads="The axis has a unit, and its scale changes: a signal in V times 1000 says V.",
        advice='`calc("calibration", …, units="mV")` says what the axis is in now.',
        make=_unit_note,
    ),
)
