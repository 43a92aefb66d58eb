"""Signals whose x falls, where a function takes it to rise: regions cut out, and samples paired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.compute.notes._arrays import x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

if TYPE_CHECKING:
    from typing import Any

TURN_X_ROUND = (
    "Turn it round before: create_signal('', s.x[::-1], s.y[::-1], units=(s.xunit, s.yunit))."
)


def falls(signal: Any) -> bool:
    """Say whether the x of a signal falls."""
    x = x_of(signal)
    return len(x) > 0 and bool(x[0] > x[-1])


def _cut_note(computed: Computed) -> Note | None:
    signal = computed.inputs[0]
    if not falls(signal):
        return None
    return Note(
        f"{computed.function} looks a region up in an x that rises, and x of {signal.title!r} "
        "falls: what it cut out isn't the region.",
        TURN_X_ROUND,
    )


def _paired_note(computed: Computed) -> Note | None:
    falling = [signal for signal in computed.inputs if falls(signal)]
    if not 0 < len(falling) < len(computed.inputs):
        return None
    return Note(
        f"{computed.function} took the samples in their order, and x of {falling[0].title!r} falls "
        "where that of another rises: values at different x were computed with each other.",
        TURN_X_ROUND,
    )


BEHAVIOURS = (
    Behaviour(
        title="Regions cut out of an x that falls",
        functions=frozenset({("signal", "extract_roi"), ("signal", "extract_rois")}),
        does="The ends of a region are looked up as in an x that rises.",
        misleads="Where x falls, as of many Raman and infrared spectra, all of the signal is cut out, "
        "or another part.",
        advice="A signal that is turned round: `create_signal('', s.x[::-1], s.y[::-1])`.",
        make=_cut_note,
    ),
    Behaviour(
        title="Samples paired in their order",
        functions=frozenset(
            ("signal", name)
            for name in (
                *("addition", "average", "standard_deviation", "product", "difference"),
                *("quadratic_difference", "division", "arithmetic"),
            )
        ),
        does="Signals of as many samples, and the same ends of x, are taken to be on one grid.",
        misleads="The x of one rises, that of another falls.",
        advice="A signal that is turned round: `create_signal('', s.x[::-1], s.y[::-1])`.",
        make=_paired_note,
    ),
)
