"""Values that interpolation invents outside of the data."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import x_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

FILLING = {"linear", "cubic", "pchip"}
"""The methods that heed ``fill_value``."""


def _ends_note(computed: Computed) -> Note | None:
    x, new = x_of(computed.inputs[0]), x_of(computed.value)
    method = getattr(computed.parameters.method, "value", computed.parameters.method)
    is_filled = computed.parameters.fill_value is not None and method in FILLING
    if is_filled or not len(x) or not len(new):
        return None
    first, last = float(x[0]), float(x[-1])
    margin = 1e-9 * (last - first)
    if all(first - margin <= end <= last + margin for end in (float(new[0]), float(new[-1]))):
        return None
    rising = new if new[0] <= new[-1] else new[::-1]
    inside = np.searchsorted(rising, [first - margin, last + margin], "right")
    count = len(new) - int(inside[1] - inside[0])
    if not count:
        return None
    what = "the value at the end again" if method == "linear" else f"what '{method}' continues to"
    text = (
        f"{computed.function} gave {count:,} of {len(new):,} values outside of the data "
        f"({first:.6g} to {last:.6g}): there they are {what}, and nothing measured."
    )
    if method in FILLING:
        return Note(text, "fill_value=float('nan') marks them; or take xmin and xmax of the data.")
    return Note(
        text, "method='linear', 'cubic' or 'pchip' with fill_value=float('nan') marks them."
    )


BEHAVIOURS = (
    Behaviour(
        title="Values outside of the data",
        functions=frozenset({("signal", "resampling"), ("signal", "interpolate")}),
        does="Outside of the data, `linear` repeats the value at the end, as `numpy.interp` "
        "does; the other methods continue freely. `fill_value` is heeded by `linear`, `cubic` "
        "and `pchip` only.",
        misleads="The new grid is longer than the signal: a plateau, or a steep tail, that "
        "nobody measured.",
        advice="`fill_value=float('nan')`, or a grid inside of the data.",
        make=_ends_note,
    ),
)
