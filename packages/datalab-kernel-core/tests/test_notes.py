"""Notes of an object: kept in its metadata, each once, in order."""

from datalab_kernel import Note, create_signal
from datalab_kernel.notes import NOTES_KEY, attach_guess, attach_notes, notes_of

SKIPPED, EMPTY = Note("2 lines were skipped."), Note("Channel 2 is empty.", "Look at it.")


def signal():
    return create_signal("a", [0, 1], [2, 3])


def test_notes_come_back_in_the_order_in_which_they_were_attached():
    obj = signal()
    attach_notes(obj, SKIPPED, EMPTY)
    attach_guess(obj, "x is a guess.")
    assert notes_of(obj) == (SKIPPED, EMPTY, Note("x is a guess.", is_guess=True))


def test_the_same_note_is_kept_once():
    obj = signal()
    attach_notes(obj, SKIPPED, SKIPPED)
    attach_notes(obj, EMPTY, SKIPPED)
    assert notes_of(obj) == (SKIPPED, EMPTY)


def test_an_object_without_notes_gets_no_entry():
    obj = signal()
    attach_notes(obj)
    assert notes_of(obj) == ()
    assert NOTES_KEY not in obj.metadata


def test_a_copy_keeps_the_notes():
    obj = signal()
    attach_notes(obj, EMPTY)
    assert notes_of(obj.copy()) == (EMPTY,)


def test_what_somebody_else_wrote_in_their_place_is_no_note():
    obj = signal()
    for entries in ("a text", 3, None, ["a text", {"text": 5}, {"advice": "x"}]):
        obj.metadata[NOTES_KEY] = entries
        assert notes_of(obj) == ()
    obj.metadata[NOTES_KEY] = [{"text": "2 lines were skipped."}]
    assert notes_of(obj) == (SKIPPED,)


def test_a_note_reads_as_its_text_with_the_advice():
    assert str(EMPTY) == "Channel 2 is empty. Look at it."
    assert str(SKIPPED) == "2 lines were skipped."
