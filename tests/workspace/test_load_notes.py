"""What a reader skipped or guessed: in what load returns, as a warning, in the objects."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from datalab_kernel import FormatWarning, Note, Workspace, create_signal
from datalab_kernel.errors import NameTakenError
from datalab_kernel.formats import Reader, _registry
from datalab_kernel.notes import attach_guess, attach_notes, notes_of

SKIPPED = Note("A line was skipped.")
GUESS = Note("x was counted.", "Say read=dict(x=0).", is_guess=True)


def read_noted(path: Path, _: object) -> list:
    signals = [create_signal(f"{path.stem} {word}", [0, 1], [2, 3]) for word in ("A", "B")]
    attach_notes(signals[0], SKIPPED)
    if "guess" in path.name:
        for signal in signals:
            attach_guess(signal, GUESS.text, GUESS.advice)
    return signals


@pytest.fixture(autouse=True)
def _noting_reader(monkeypatch):
    reader = Reader(
        name="Noting",
        suffixes=(".noting",),
        recognises=lambda head, _: head.startswith(b"NOTING"),
        read=read_noted,
    )
    monkeypatch.setattr(_registry, "READERS", (reader, *_registry.READERS))


@pytest.fixture
def workspace():
    return Workspace("standalone")


def file(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"NOTING")
    return path


def test_load_lists_what_was_noted(workspace, tmp_path):
    names = workspace.load(file(tmp_path, "a.noting"))
    assert names == ["a A", "a B"]
    assert names.notes == (SKIPPED,)
    assert repr(names) == "['a A', 'a B']\nNote (a A): A line was skipped."


def test_of_several_files_the_same_note_and_warning_comes_once(workspace, tmp_path):
    for name in ("guess 1.noting", "guess 2.noting", "c.noting"):
        file(tmp_path, name)
    with pytest.warns(FormatWarning, match="x was counted") as found:
        names = workspace.load(tmp_path / "*.noting")
    assert len(names) == 6
    assert names.notes == (SKIPPED, GUESS)
    (warning,) = found
    assert warning.message.notes == (GUESS,)
    assert warning.filename == __file__


def test_a_remark_warns_nobody(workspace, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        workspace.load(file(tmp_path, "a.noting"))


def test_where_warnings_are_errors_nothing_is_added(workspace, tmp_path):
    path = file(tmp_path, "guess.noting")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(FormatWarning):
            workspace.load(path)
    assert len(workspace) == 0


def test_names_that_are_taken_are_the_only_problem_told(workspace, tmp_path):
    path = file(tmp_path, "a.noting")
    workspace[workspace.load(path)[0]] = np.ones(2)
    with pytest.raises(NameTakenError):
        workspace.load(path)


def test_the_objects_keep_their_notes_and_a_saved_workspace_says_them_no_more(workspace, tmp_path):
    with pytest.warns(FormatWarning):
        workspace.load(file(tmp_path, "guess.noting"))
    saved = workspace.save(tmp_path / "kept.h5")
    again = Workspace("standalone")
    names = again.load(saved)
    assert names.notes == ()
    assert notes_of(again["guess A"]) == (SKIPPED, GUESS)
    assert notes_of(again["guess B"]) == (GUESS,)
