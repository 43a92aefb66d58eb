"""The behaviours of functions that are known to mislead, and who notices each."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute.notes._arrays import is_object
from datalab_kernel.compute.notes._beyond_ends import BEHAVIOURS as _BEYOND_ENDS
from datalab_kernel.compute.notes._calibrated import BEHAVIOURS as _CALIBRATED
from datalab_kernel.compute.notes._centre import BEHAVIOURS as _CENTRE
from datalab_kernel.compute.notes._described import BEHAVIOURS as _DESCRIBED
from datalab_kernel.compute.notes._falling_x import BEHAVIOURS as _FALLING_X
from datalab_kernel.compute.notes._float_scaling import BEHAVIOURS as _FLOAT_SCALING
from datalab_kernel.compute.notes._full_scale import BEHAVIOURS as _FULL_SCALE
from datalab_kernel.compute.notes._half_pixel import BEHAVIOURS as _HALF_PIXEL
from datalab_kernel.compute.notes._labelled import BEHAVIOURS as _LABELLED
from datalab_kernel.compute.notes._masked import BEHAVIOURS as _MASKED
from datalab_kernel.compute.notes._noise_peaks import BEHAVIOURS as _NOISE_PEAKS
from datalab_kernel.compute.notes._normalization import BEHAVIOURS as _NORMALIZATION
from datalab_kernel.compute.notes._not_a_number import BEHAVIOURS as _NOT_A_NUMBER
from datalab_kernel.compute.notes._overflow import BEHAVIOURS as _OVERFLOW
from datalab_kernel.compute.notes._regions import BEHAVIOURS as _REGIONS
from datalab_kernel.compute.notes._segments import BEHAVIOURS as _SEGMENTS
from datalab_kernel.compute.notes._width import BEHAVIOURS as _WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from datalab_kernel.compute.notes._computed import Behaviour, Computed
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import Kind

_logger = logging.getLogger(__name__)

BEHAVIOURS: tuple[Behaviour, ...] = (
    *_MASKED,
    *_OVERFLOW,
    *_FLOAT_SCALING,
    *_NORMALIZATION,
    *_NOT_A_NUMBER,
    *_REGIONS,
    *_WIDTH,
    *_CENTRE,
    *_NOISE_PEAKS,
    *_BEYOND_ENDS,
    *_FALLING_X,
    *_HALF_PIXEL,
    *_CALIBRATED,
    *_SEGMENTS,
    *_FULL_SCALE,
    *_LABELLED,
    *_DESCRIBED,
)
"""In the order of their notes."""


def notes_on(computed: Computed) -> tuple[Note, ...]:
    """Return the notes on what a function gave; where it is known to do right, none.

    A maker that fails takes nothing from the result: that is logged.
    """
    found = []
    has_masks, gives_object = bool(computed.masked), is_object(computed.value)
    for make in makers_of(computed.kind, computed.function, has_masks, gives_object):
        try:
            note = make(computed)
        except Exception:
            _logger.exception("No note could be made on %s", computed.function)
            continue
        if note is not None:
            found.append(note)
    return tuple(found)


def is_watched(kind: Kind, function: str, masked: Collection[str], value: Any) -> bool:
    """Say whether :func:`notes_on` looks at anything of such a call."""
    return bool(makers_of(kind, function, bool(masked), is_object(value)))


@cache
def makers_of(
    kind: Kind, function: str, has_masks: bool, gives_object: bool
) -> tuple[Callable[[Computed], Note | None], ...]:
    return tuple(
        one.make
        for one in BEHAVIOURS
        if one.make
        and (not one.functions or (kind, function) in one.functions)
        and (kind, function) not in one.not_of
        and (has_masks or not one.of_masks)
        and (gives_object or not one.of_objects)
    )
