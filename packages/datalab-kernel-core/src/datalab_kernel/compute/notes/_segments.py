"""The power spectral density's resolution, which doesn't grow with the signal."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import values_of, x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

SEGMENT = 256
"""Samples in a segment of ``scipy.signal.welch``."""
REACH = 3
"""A line that isn't resolved is this many bins wide to each side, with Welch's Hann window."""
CONTRAST = 100.0


@np.errstate(all="ignore")
def _segment_note(computed: Computed) -> Note | None:
    samples = computed.inputs[0].xydata.shape[1]
    density = values_of(computed.value)
    if samples <= 2 * SEGMENT or len(density) <= 2 * REACH:
        return None
    if computed.parameters is not None and computed.parameters.decibel:
        density = 10.0 ** (density / 10.0)
    around = np.maximum(density[2 * REACH :], density[: -2 * REACH])
    is_line = density[REACH:-REACH] > CONTRAST * around
    if not is_line.any():
        return None
    strongest = REACH + int(np.argmax(np.where(is_line, density[REACH:-REACH], 0.0)))
    frequency, unit = x_of(computed.value), computed.value.xunit or ""
    step = float(frequency[1] - frequency[0])
    line, here, whole = (
        f"{value:.4g} {unit}".rstrip()
        for value in (float(frequency[strongest]), step, step * SEGMENT / samples)
    )
    text = (
        f"psd averages over segments of {SEGMENT} samples of {samples:,}, so its steps are "
        f"{here}: the line at {line} is as narrow as that, and what is in it isn't resolved. "
        f"The whole signal would tell {whole} apart."
    )
    return Note(text, "magnitude_spectrum or fft, which have no segments, resolve it.")


BEHAVIOURS = (
    Behaviour(
        title="The segments of psd",
        functions=frozenset({("signal", "psd")}),
        does="`scipy.signal.welch` with its defaults: the mean of segments of 256 samples, with "
        "a Hann window and without their mean. There is no parameter for it.",
        misleads="The resolution is the sampling rate / 256, however long the signal is: narrow "
        "lines run into one.",
        advice="`magnitude_spectrum` or `fft` of the whole signal; or `scipy.signal.welch` with "
        "`nperseg`.",
        make=_segment_note,
    ),
)
