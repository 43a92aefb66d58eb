"""The behaviours of functions that are known to mislead, and who notices each."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.compute.notes._masked import mask_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import Kind

_logger = logging.getLogger(__name__)

BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour(
        title="Masked pixels",
        does="Sigima doesn't know masks: masked pixels are NaN to its functions.",
        misleads="Functions that look at a pixel's neighbours give more NaN, or count them.",
        advice="calc('replace_special_values', …) gives them values before.",
        make=mask_note,
    ),
)
"""In the order of their notes."""


def notes_on(computed: Computed) -> tuple[Note, ...]:
    """Return the notes on what a function gave; where it is known to do right, none.

    A maker that fails takes nothing from the result: that is logged.
    """
    with np.errstate(all="ignore"):
        found = [_made(make, computed) for make in makers_of(computed.kind, computed.function)]
    return tuple(note for note in found if note is not None)


@cache
def makers_of(kind: Kind, function: str) -> tuple[Callable[[Computed], Note | None], ...]:
    return tuple(
        one.make
        for one in BEHAVIOURS
        if one.make and (not one.functions or (kind, function) in one.functions)
    )


def _made(make: Callable[[Computed], Note | None], computed: Computed) -> Note | None:
    try:
        return make(computed)
    except Exception:
        _logger.exception("No note could be made on %s", computed.function)
        return None
