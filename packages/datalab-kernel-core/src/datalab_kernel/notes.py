"""What should be known of an object besides its values, such as what a reader guessed or skipped.

Notes are kept in the object's metadata, in a form that DataLab shows and its files hold; what
:meth:`~datalab_kernel.Workspace.load` and :attr:`~datalab_kernel.Workspace.calc` return lists
those of what was read or computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "NOTES_KEY",
    "Note",
    "as_entries",
    "attach_guess",
    "attach_notes",
    "distinct",
    "from_entries",
    "notes_of",
]

NOTES_KEY = "datalab_kernel_notes"
"""The entry of an object's metadata, or of a table's attributes, that holds its notes: a list of dicts."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on an object: what was found or done, and what a person can do about it.

    Parameters
    ----------
    text
        One sentence: ``"4 lines behind the table were skipped."``
    advice
        What to do if that isn't what was wanted; may be empty.
    is_guess
        Whether the values could be wrong because of it. Guesses also warn, once a call
        (:class:`~datalab_kernel.errors.FormatWarning`).

    Examples
    --------
    >>> print(Note("2 lines were skipped.", "Say read=dict(skiprows=0) to read them."))
    2 lines were skipped. Say read=dict(skiprows=0) to read them.
    """

    text: str
    advice: str = ""
    is_guess: bool = field(default=False, kw_only=True)

    def __str__(self) -> str:
        """Give the text and the advice behind it."""
        return f"{self.text} {self.advice}".rstrip()


def attach_notes(obj: Any, *notes: Note) -> None:
    """Add notes to those of an object; one that it has already isn't added again.

    Parameters
    ----------
    obj
        A signal or image; its metadata is changed.
    *notes
        In the order in which they are to be read.

    Examples
    --------
    >>> from datalab_kernel import create_signal
    >>> signal = create_signal("a", [0, 1], [2, 3])
    >>> attach_notes(signal, Note("Channel 2 is empty and was skipped."))
    >>> [note.text for note in notes_of(signal)]
    ['Channel 2 is empty and was skipped.']
    """
    if not notes:
        return
    there = notes_of(obj)
    added = [note for note in distinct(notes) if note not in there]
    if added:
        obj.metadata[NOTES_KEY] = as_entries((*there, *added))


def attach_guess(obj: Any, text: str, advice: str = "") -> None:
    """Add a note of something that was guessed, of which the person is warned.

    Examples
    --------
    >>> from datalab_kernel import create_signal
    >>> signal = create_signal("a", [0, 1], [2, 3])
    >>> attach_guess(signal, "The column 'ms' was taken for x.", "Say read=dict(x=) if not.")
    >>> notes_of(signal)[0].is_guess
    True
    """
    attach_notes(obj, Note(text, advice, is_guess=True))


def notes_of(obj: Any) -> tuple[Note, ...]:
    """Return the notes of an object; what somebody else wrote in their place is none."""
    entries = obj.metadata.get(NOTES_KEY)
    return from_entries(entries) if entries else ()


def distinct(notes: Any) -> tuple[Note, ...]:
    """Return notes in their order, each once."""
    return tuple(dict.fromkeys(notes))


def as_entries(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Write notes as plain values, which every file holds."""
    return [{"text": note.text, "advice": note.advice, "is_guess": note.is_guess} for note in notes]


def from_entries(entries: Any) -> tuple[Note, ...]:
    """Undo :func:`as_entries`; what isn't of it is left out."""
    if not isinstance(entries, (list, tuple)):
        return ()
    return tuple(note for entry in entries if (note := _from_entry(entry)) is not None)


def _from_entry(entry: Any) -> Note | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        return None
    return Note(entry["text"], str(entry.get("advice", "")), is_guess=bool(entry.get("is_guess")))
