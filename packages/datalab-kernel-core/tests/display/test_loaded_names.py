"""The names that load returns: a list like any other, shown with the notes."""

import copy
import pickle

from datalab_kernel.display._loaded_names import LoadedNames
from datalab_kernel.notes import Note

SKIPPED = Note("<2> lines were skipped.")
GUESS = Note("ms is a guess.", "Say read=dict(x=).", is_guess=True)


def test_names_without_notes_are_shown_as_the_plain_list():
    names = LoadedNames(["a", "b"])
    assert names == ["a", "b"]
    assert isinstance(names, list)
    assert repr(names) == "['a', 'b']"
    assert names._repr_html_() is None
    assert names.notes == ()


def test_notes_are_shown_below_with_whose_they_are():
    names = LoadedNames(["a", "b"], {"a": [SKIPPED, GUESS], "b": [SKIPPED]})
    assert names == ["a", "b"]
    assert names.notes == (SKIPPED, GUESS)
    assert repr(names).splitlines() == [
        "['a', 'b']",
        "Note: <2> lines were skipped.",
        "Guess (a): ms is a guess. Say read=dict(x=).",
    ]


def test_the_html_shows_the_same_and_escapes_it():
    html = LoadedNames(["<a>"], {"<a>": [SKIPPED]})._repr_html_()
    assert "<li>Note: &lt;2&gt; lines were skipped.</li>" in html
    assert "[&#x27;&lt;a&gt;&#x27;]" in html


def test_of_many_objects_with_a_note_the_first_are_named():
    names = LoadedNames("abcdefg", {name: [SKIPPED] for name in "abcde"})
    assert "Note (a, b, c and 2 more): " in repr(names)


def test_a_copy_and_a_pickle_keep_the_notes():
    names = LoadedNames(["a", "b"], {"a": [GUESS]})
    for other in (copy.copy(names), pickle.loads(pickle.dumps(names))):
        assert other == names
        assert repr(other) == repr(names)


def test_what_a_list_makes_of_it_is_shown_as_that():
    names = LoadedNames(["a", "b"], {"b": [GUESS]})
    assert repr(names[:1]) == "['a']"
    assert repr([*reversed(names)]) == "['b', 'a']"
    names.remove("b")
    assert repr(names) == "['a']\nGuess (b): ms is a guess. Say read=dict(x=)."
