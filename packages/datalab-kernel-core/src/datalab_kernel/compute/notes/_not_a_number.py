"""NaN that spreads: one in the data, and nothing else in the result."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import sample_of, values_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

SHARE = 0.05
"""The part of a result that must be NaN before that is worth a note."""
SPREAD = 10
"""So many times more NaN than in the data."""


def _nan_note(computed: Computed) -> Note | None:
    if computed.masked:  # there is a note of masks
        return None
    found = values_of(computed.value)
    if found.dtype.kind not in "fc" or not found.size:
        return None
    is_nan = np.isnan(sample_of(found))
    if np.count_nonzero(is_nan) < SHARE * is_nan.size:
        return None
    count = int(np.isnan(found).sum())
    before = sum(
        int(np.isnan(values).sum())
        for values in map(values_of, computed.inputs)
        if values.dtype.kind in "fc"
    )
    if before and count >= SPREAD * before and count >= SHARE * found.size:
        how_many = f"all {count:,}" if count == found.size else f"{count:,} of {found.size:,}"
        cause = "one value was" if before == 1 else f"{before:,} values were"
        text = f"{computed.function} gave NaN for {how_many} values, because {cause} NaN before."
        return Note(text, "calc('replace_special_values', …) gives NaN a value before.")
    if not before and count == found.size:
        text = f"{computed.function} gave nothing but NaN, and there was none in the data."
        advice = "Look at the data: few values, a constant, zeros or negative ones can give that."
        return Note(text, advice)
    return None


BEHAVIOURS = (
    Behaviour(
        title="NaN that spreads",
        not_of=frozenset(
            ("signal", name) for name in ("baseline", "baseline_removal", "savitzky_golay")
        ),
        does="Recursive and Fourier filters (`lowpass`, `highpass`, `bandpass`, `bandstop` with "
        "each of their methods), transforms and running sums carry one NaN into every value.",
        misleads="One NaN in a long signal leaves nothing of it.",
        advice="`replace_special_values` before.",
        make=_nan_note,
        of_objects=True,
    ),
)
