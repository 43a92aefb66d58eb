"""How a call's notes are said: a warning at the line that called, and lines with its result."""

from __future__ import annotations

import warnings
from itertools import zip_longest
from typing import TYPE_CHECKING

from datalab_kernel.errors import ComputationWarning
from datalab_kernel.workspace._caller import level_of_caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.notes import Note

MAX_NOTES = 3


def warn_of_notes(function: str, notes: tuple[Note, ...]) -> None:
    """Warn of what a call of a function noted, once, at the line outside of this package that called."""
    if not notes:
        return
    message = "\n".join(shown_notes(notes))
    if function not in message:  # one that runs several others
        message = f"{function}: {message}"
    warning = ComputationWarning(message, function=function, notes=notes)
    warnings.warn(warning, stacklevel=level_of_caller())


def shown_notes(notes: Sequence[Note]) -> list[str]:
    """Write the first notes, an advice of several once, and how many more there are."""
    rest = len(notes) - MAX_NOTES
    lines = [
        note.text if after and after.advice == note.advice else str(note)
        for note, after in zip_longest(notes[:MAX_NOTES], notes[1:MAX_NOTES])
    ]
    return [*lines, f"… and {rest:,} more: .notes of the result"] if rest > 0 else lines
