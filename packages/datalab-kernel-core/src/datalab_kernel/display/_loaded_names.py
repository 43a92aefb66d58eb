"""The names that ``load`` returns: a list, shown with what was noted while reading."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from datalab_kernel.notes import Note, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN_NAMES = 3


class LoadedNames(list[str]):
    """The names of what was added, in order; equal to the plain list of them.

    Parameters
    ----------
    names
        In the order in which they were added.
    notes
        What was noted of each object that has notes, by its name.

    Attributes
    ----------
    notes : tuple of Note
        What was skipped or guessed while reading, each once, in the order of the files.

    Examples
    --------
    >>> LoadedNames(["a", "b"], {"b": [Note("2 lines were skipped.")]})
    ['a', 'b']
    Note (b): 2 lines were skipped.
    >>> LoadedNames(["a", "b"]) == ["a", "b"]
    True
    """

    notes: tuple[Note, ...] = ()
    _lines: Sequence[str] = ()

    def __init__(
        self, names: Iterable[str] = (), notes: dict[str, Sequence[Note]] | None = None
    ) -> None:
        super().__init__(names)
        self._noted = noted = notes or {}
        self.notes = distinct(note for found in noted.values() for note in found)
        self._lines = [
            _line(note, [name for name, found in noted.items() if note in found], len(self))
            for note in self.notes
        ]

    def noting(self, note: Note) -> LoadedNames:
        """Return the same list with one more note, on all of it."""
        noted: dict[str, Sequence[Note]] = {
            name: (note, *self._noted.get(name, ())) for name in self
        }
        return LoadedNames(self, noted)

    def __repr__(self) -> str:
        """Show the list and, if there are any, a line for each note."""
        return "\n".join([super().__repr__(), *self._lines])

    def _repr_html_(self) -> str | None:
        """Show the same with the notes set off; a list without notes is shown as text."""
        if not self.notes:
            return None
        notes = "".join(f"<li>{escape(line)}</li>" for line in self._lines)
        return f"<pre>{escape(super().__repr__())}</pre><ul>{notes}</ul>"


def _line(note: Note, owners: Sequence[str], number_of_names: int) -> str:
    """Write a note with its kind, and whose it is unless it is everybody's."""
    kind = "Guess" if note.is_guess else "Note"
    if len(owners) == number_of_names:
        return f"{kind}: {note}"
    more = f" and {len(owners) - _SHOWN_NAMES:,} more" if len(owners) > _SHOWN_NAMES else ""
    return f"{kind} ({', '.join(owners[:_SHOWN_NAMES])}{more}): {note}"
