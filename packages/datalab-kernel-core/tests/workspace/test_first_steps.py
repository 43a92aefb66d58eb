"""What an untouched workspace shows."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import h5py
import pytest

from datalab_kernel import Workspace
from datalab_kernel.workspace._first_steps import FirstSteps
from datalab_kernel.workspace._last_saved import SavedFile, last_saved
from datalab_kernel.workspace._saved_by_notebook import remember

if TYPE_CHECKING:
    from pathlib import Path

NEWEST = SavedFile(name="analysis.h5", saved_at=0.0, size_bytes=1_200_000)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(path: Path, *, name: str = "DataLab_Version", age_s: float = 0.0) -> None:
    with h5py.File(path, "w") as file:
        file[name] = "1.3.0"
    os.utime(path, (time.time() - age_s,) * 2)


def text_of(html: str) -> str:
    return "".join(ElementTree.fromstring(html).itertext())


def test_the_newest_workspace_file_of_the_folder_is_found(here: Path) -> None:
    save(here / "old.h5", age_s=100)
    save(here / "new.hdf5", age_s=10)
    save(here / "other program.h5", name="entry")
    save(here / ".hidden.h5")
    (here / "text.h5").write_text("DataLab_Version")
    (here / "folder.h5").mkdir()
    found = last_saved()
    assert found is not None
    assert found.name == "new.hdf5"
    assert found.size_bytes == (here / "new.hdf5").stat().st_size
    assert found.saved_at == pytest.approx(time.time() - 10, abs=60)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in the folder of a notebook whose kernel Jupyter's server has started."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/measure.ipynb")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def saved(path: Path, age_s: float = 0.0) -> Path:
    """Save to a file as a notebook's workspace does."""
    save(path, age_s=age_s)
    remember(path)
    return path


def test_a_file_that_the_notebook_saved_elsewhere_is_named(notebook: Path) -> None:
    save(notebook / "old.h5", age_s=1000)
    elsewhere = saved(notebook.parent / "results.h5")
    found = last_saved()
    assert found is not None
    assert found.name == str(elsewhere)
    shown = Workspace()._repr_mimebundle_()["text/plain"]
    assert "Last saved by this notebook" in shown
    assert f'workspace.load("{elsewhere}")' in shown


def test_the_newer_one_of_the_folder_and_elsewhere_is_named(notebook: Path) -> None:
    saved(notebook.parent / "results.h5", age_s=1000)
    save(notebook / "new.h5")
    found = last_saved()
    assert found is not None
    assert found.name == "new.h5"


def test_in_the_folder_it_is_named_by_its_name_alone(notebook: Path) -> None:
    saved(notebook / "results.h5")
    found = last_saved()
    assert found is not None
    assert found.name == "results.h5"


@pytest.mark.parametrize("change", ["removed", "replaced", "of another notebook", "of no notebook"])
def test_what_was_saved_elsewhere_is_named_only_while_it_is_this_notebooks(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    elsewhere = saved(notebook.parent / "results.h5")
    assert last_saved() is not None
    match change:
        case "removed":
            elsewhere.unlink()
        case "replaced":
            elsewhere.write_text("of another program")
        case "of another notebook":
            monkeypatch.setenv("JPY_SESSION_NAME", "/home/other.ipynb")
        case _:
            monkeypatch.delenv("JPY_SESSION_NAME")
    assert last_saved() is None


def test_a_script_that_saves_leaves_no_note(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME")
    saved(notebook / "results.h5")
    assert not (notebook.parent / "jupyter").exists()


def test_where_no_note_can_be_written_nothing_is_named_and_nothing_fails(notebook: Path) -> None:
    (notebook.parent / "jupyter").write_text("no folder")
    saved(notebook.parent / "results.h5")
    assert last_saved() is None


def test_without_one_or_without_a_folder_nothing_is_named(here: Path) -> None:
    assert last_saved() is None
    here.rmdir()
    assert last_saved() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_what_is_no_file_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe.h5")
    assert last_saved() is None


def test_of_very_many_files_it_looks_only_as_long_as_it_may(here: Path) -> None:
    save(here / "ours.h5", age_s=1000)
    for number in range(40):
        (here / f"{number}.h5").write_text("other")
    assert last_saved(budget_s=0.0) is None
    assert last_saved(budget_s=60.0) is not None


def test_both_forms_say_the_same() -> None:
    steps = FirstSteps(heading="Workspace(<live>, empty)", saved=NEWEST)
    assert "Workspace(&lt;live&gt;, empty)" in steps.html
    plain = [line.strip() for line in steps.text.splitlines()]
    shown = text_of(steps.html)
    assert [line for line in plain if line not in shown] == []
    assert 'workspace.load("analysis.h5")' in plain


@pytest.mark.parametrize("name", ["a b.h5", 'a"b.h5', "a\\b.h5", "a\nb.h5", "été.h5"])
def test_the_line_to_go_on_with_is_python(name: str) -> None:
    saved = SavedFile(name=name, saved_at=0.0, size_bytes=1)
    line = FirstSteps(heading="", saved=saved).text.splitlines()[-1]
    assert eval(line.strip().removeprefix("workspace.load")) == name


def test_a_file_that_a_crash_left_is_named_once() -> None:
    steps = FirstSteps(heading="Workspace", saved=NEWEST)
    shown = steps.bundle("a kernel ended: workspace.load('/here/analysis.h5')")
    assert shown["text/plain"].count("analysis.h5") == 1
    assert shown["text/html"].count("analysis.h5") == 1


def test_an_unopened_workspace_says_what_to_type_and_looks_for_no_datalab(here: Path) -> None:
    save(here / "analysis.h5")
    workspace = Workspace()
    shown = workspace._repr_mimebundle_()
    assert "not connected" not in shown["text/plain"]
    assert "in DataLab if one is running, else in memory" in shown["text/plain"]
    assert 'workspace.load("analysis.h5")' in shown["text/plain"]
    assert workspace._repr_html_() == shown["text/html"]
    assert workspace._shelf.opened is None
    assert "it will be in DataLab" in Workspace("live")._repr_mimebundle_()["text/plain"]
