"""Regions: none found, and measured values that were taken for their labels."""

from __future__ import annotations

import numpy as np

from datalab_kernel.compute.notes._arrays import is_object
from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.notes import Note

SAME = 0.5
"""Of neighbours in regions, so many at least have the same label; of measured values, few do."""
MANY = 100
"""Labels, at least, that measured values have."""


def _none_note(computed: Computed) -> Note | None:
    labels = computed.value.data
    if labels.size == 0 or labels.any():
        return None
    if not np.isfinite(computed.inputs[0].data).any():
        return Note(
            f"label_regions found no region: {computed.inputs[0].title!r} has no finite value.",
            "calc('replace_special_values', …) gives it some.",
        )
    side = "below" if computed.parameters.dark else "above"
    threshold = computed.value.metadata.get("threshold", np.nan)
    return Note(
        f"label_regions found no region: none is {side} the threshold, {threshold:.6g}, and large enough.",
        "Give another threshold=, a smaller min_area=, or dark=True for dark regions.",
    )


def _values_note(computed: Computed) -> Note | None:
    value, data = computed.value, np.asarray(computed.inputs[0].data)
    if value is None:
        return None
    count_of_labels = int(value.data.max(initial=0)) if is_object(value) else len(value.data)
    if count_of_labels < MANY:
        return None
    first, second = data[:, :-1], data[:, 1:]
    is_inside = (first != 0) & (second != 0)
    count = int(np.count_nonzero(is_inside))
    same = int(np.count_nonzero(is_inside & (first == second)))
    if not count or same >= SAME * count:
        return None
    name = computed.inputs[0].title
    return Note(
        f"{computed.function} took the values of {name!r} for labels; they look like measured values.",
        f"calc('label_regions', on={name!r}) finds its regions first.",
    )


BEHAVIOURS = (
    Behaviour(
        title="No region",
        functions=frozenset({("image", "label_regions")}),
        does="Where no pixel is beyond the threshold, or no region is large enough, all labels are 0.",
        misleads="An empty image of labels is measured or counted.",
        advice="Another `threshold`, a smaller `min_area`, or `dark=True` for dark regions.",
        make=_none_note,
    ),
    Behaviour(
        title="Measured values for labels",
        functions=frozenset({("image", "region_properties"), ("image", "watershed_split")}),
        does="Each whole number but 0 is taken for the label of a region.",
        misleads="The image is of measured values, such as the original one: each grey level is then "
        "a region.",
        advice="`label_regions` before; the original is the `operand`.",
        make=_values_note,
    ),
)
