"""Normalisation by a negative number, and of integers that become 0 and 1."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import sample_of, values_of
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note


def _method(computed: Computed) -> str:
    method = computed.parameters.method
    return str(getattr(method, "value", method))


@np.errstate(all="ignore")
def _sign_note(computed: Computed) -> Note | None:
    if _method(computed) == "amplitude":  # which begins at 0 whatever the sign
        return None
    source, value = values_of(computed.inputs[0]), values_of(computed.value)
    if source.dtype.kind == "c":
        return None
    if not sample_of(value).any():  # the rest tells, where what was looked at is 0
        before, after = source.reshape(-1), value.reshape(-1)
    else:
        before, after = sample_of(source), sample_of(value)
    if not ((before < 0) & (after > 0) | (before > 0) & (after < 0)).any():
        return None
    text = (
        f"normalize divided by a negative {_method(computed)}: the signs of all values changed, "
        "and what was the lowest is the highest."
    )
    return Note(text, "method='amplitude' goes from 0 at the lowest to 1 at the highest.")


def _integers_note(computed: Computed) -> Note | None:
    source, value = computed.inputs[0].data, computed.value.data
    if source.dtype.kind not in "iu" or value.dtype.kind not in "iu":
        return None
    found, before = sample_of(value), sample_of(source)
    if np.abs(found).max(initial=0) > 1 or len(np.unique(before)) <= len(np.unique(found)):
        return None
    text = (
        f"normalize kept {value.dtype}: everything between 0 and 1 was cut down to 0, and "
        "the image has no grey levels any more."
    )
    return Note(text, "calc('astype', dtype_str='float64') before keeps them.")


BEHAVIOURS = (
    Behaviour(
        title="Signs after normalize",
        functions=frozenset({("signal", "normalize"), ("image", "normalize")}),
        does="`normalize` divides by the maximum (its default) or the area with their sign; a "
        "constant gives NaN with `amplitude`.",
        misleads="Where all values are negative, or the area is, -1 … -5 becomes 1 … 5.",
        advice='`method="amplitude"`, or `absolute` or `addition_constant` before.',
        make=_sign_note,
    ),
    Behaviour(
        title="Normalised integers",
        functions=frozenset({("image", "normalize")}),
        does="By `maximum` and `amplitude`, an image of integers keeps its dtype.",
        misleads="Always but for images of 0 and 1: what lies between 0 and 1 becomes 0.",
        advice='`calc("astype", dtype_str="float64")` before.',
        make=_integers_note,
    ),
)
