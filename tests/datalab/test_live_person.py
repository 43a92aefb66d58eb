"""What the person has in DataLab's window stays as it was, whatever a notebook does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver, emptied

from datalab_kernel import Workspace, create_image, create_signal
from datalab_kernel.errors import DataLabRefusedError
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.window import _settings

SOON_S = 2.0
POINTS = 1_000_000
X = np.linspace(0.0, 1.0, POINTS)
DENSE = np.sin(2 * np.pi * 40_000 * X)


@pytest.fixture
def workspace(datalab_application: Any, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Give a workspace in DataLab, in which a person has made three objects and selected one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    workspace = emptied()
    person = workspace.proxy
    person.set_current_panel("image")
    person.add_object(create_image("their image", np.eye(4)))
    person.add_object(create_signal("their signal", np.arange(4.0), np.arange(4.0)))
    person.add_object(create_signal("their other", np.arange(4.0), np.arange(4.0)))
    person.set_current_panel("signal")
    return workspace


FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


@dataclass(frozen=True)
class Seen:
    """What the window shows: per panel what is selected, the panel, and whether it paints."""

    signals: list[str]
    images: list[str]
    panel: str
    paints: bool | None


def look(person: Any) -> Seen:
    panel = person.get_current_panel()
    selected = []
    for kind in ("signal", "image"):
        person.set_current_panel(kind)
        selected.append(person.get_sel_object_uuids())
    person.set_current_panel(panel)
    return Seen(*selected, panel, _settings.auto_refresh())


def selects(person: Any, kind: str, numbers: list[int]) -> None:
    person.set_current_panel(kind)
    person.select_objects(numbers, panel=kind)


def edit(workspace: Workspace) -> None:
    with workspace.edit("ours") as obj:
        obj.xunit = "s"


def load(workspace: Workspace, folder: Path) -> None:
    other = Workspace("standalone")
    other.add("loaded", np.arange(3.0), group="loaded group")
    other.add("loaded image", np.eye(3))
    workspace.load(other.save(folder / "other.h5"))


READING = {
    "get": lambda w, _: w.get("ours"),
    "get a large one": lambda w, _: w.get("our image"),
    "get what the Web API can't reach": lambda w, _: w.get("a/b"),
    "list by group": lambda w, _: w.list(group="first"),
    "exists": lambda w, _: w.exists("ours"),
    "status": lambda w, _: w.status(),
    "show": lambda w, _: w._repr_html_(),
    "save": lambda w, folder: w.save(folder / "saved.h5"),
}
STEPS = {
    "reading": lambda w, folder: [read(w, folder) for read in READING.values()],
    "add a small signal": lambda w, _: w.add("small", np.arange(3.0)),
    "add a large signal": lambda w, _: w.add("large", np.linspace(0, 1, 100_000)),
    "add a dense signal": lambda w, _: w.add("dense", (X, DENSE)),
    "add a small image": lambda w, _: w.add("small image", np.eye(3)),
    "add a large image": lambda w, _: w.add("large image", np.ones((300, 300))),
    "add many": lambda w, _: w.add({f"many {number}": np.arange(5.0) for number in range(25)}),
    "add to a new group": lambda w, _: w.add("grouped", np.arange(3.0), group="new"),
    "add a large one to a group": lambda w, _: w.add("in", np.ones((300, 300)), group="g"),
    "replace": lambda w, _: w.add("ours", np.arange(9.0), overwrite=True),
    "replace a large one": lambda w, _: w.add("our image", np.zeros((300, 300)), overwrite=True),
    "edit": lambda w, _: edit(w),
    "calc": lambda w, _: w.calc("derivative", on="ours"),
    "calc an image": lambda w, _: w.calc("gaussian_filter", on="our image"),
    "analyse": lambda w, _: w.calc("fwhm", on="peak"),
    "rename": lambda w, _: w.rename("ours", "renamed"),
    "rename a large one": lambda w, _: w.rename("our image", "renamed image"),
    "remove": lambda w, _: w.remove("renamed"),
    "remove a large one": lambda w, _: w.remove("renamed image"),
    "remove what the Web API can't reach": lambda w, _: w.remove("a/b"),
    "load": load,
    "clear": lambda w, _: w.clear(),
}
LEFT_OUT = {
    "add a small image",
    "add a large one to a group",
    "replace",
    "calc an image",
    "analyse",
    "remove a large one",
}
BRIEF = [
    "add a small signal",
    "add a dense signal",
    "add a large image",
    "rename a large one",
    "clear",
]


@pytest.fixture
def person_s_painting_off(workspace: Workspace) -> Iterator[WindowDriver]:
    workspace.list()
    door = WindowDriver(workspace)
    door.set_auto_refresh(False)
    yield door
    workspace.clear(everything=True)
    door.set_auto_refresh(True)


@pytest.fixture
def with_ours(workspace: Workspace) -> Workspace:
    workspace.add({"ours": np.arange(5.0), "a/b": np.arange(5.0)}, group="first")
    x = np.linspace(-5, 5, 101)
    workspace.add("peak", (x, np.exp(-(x**2))))
    workspace.add("our image", np.ones((300, 300)))
    return workspace


def disturbing(workspace: Workspace, panel: str, names: Iterable[str], folder: Path) -> Any:
    """Take steps, and return those after which the window isn't as before."""
    person = workspace.proxy
    selects(person, "image", [1])
    selects(person, "signal", [2])
    person.set_current_panel(panel)
    before = look(person)
    assert len(before.signals) == len(before.images) == 1
    found = {}
    for name in names:
        STEPS[name](workspace, folder)
        after = look(person)
        if after != before:
            found[name] = (before, after)
        before = after
    return found


def test_selection_panel_and_painting_are_as_before(with_ours: Workspace, tmp_path: Path) -> None:
    names = [name for name in STEPS if FULL or name not in LEFT_OUT]
    assert disturbing(with_ours, "signal", names, tmp_path) == {}


def test_they_are_when_images_are_shown_too(with_ours: Workspace, tmp_path: Path) -> None:
    assert disturbing(with_ours, "image", BRIEF, tmp_path) == {}


def test_reading_leaves_the_unsaved_flag_and_changing_never_takes_it_away(
    with_ours: Workspace, tmp_path: Path
) -> None:
    door = WindowDriver(with_ours)
    for is_modified in (False, True):
        door.set_modified(is_modified)
        STEPS["reading"](with_ours, tmp_path)
        assert door.is_modified() is is_modified
    for name in ("add a small signal", "replace", "rename", "remove", "load"):
        STEPS[name](with_ours, tmp_path)
        assert door.is_modified(), name


def test_a_dense_signal_of_a_million_samples_is_added_at_once_to_an_empty_datalab(
    workspace: Workspace,
) -> None:
    workspace.clear(everything=True)
    for _ in range(2):
        started = time.monotonic()
        workspace["dense"] = (X, DENSE)
        assert time.monotonic() - started < SOON_S
        started = time.monotonic()
        assert workspace.list() == ["dense"]
        assert workspace.proxy.get_current_panel() == "signal"
        assert time.monotonic() - started < SOON_S
    assert workspace["dense"].y.tobytes() == DENSE.tobytes()


@pytest.mark.alone
def test_adding_to_a_group_with_dense_signals_in_it_doesnt_paint_them(workspace: Workspace) -> None:
    workspace.add({"dense": (X, DENSE), "too": (X, -DENSE)}, group="dense ones")
    person = workspace.proxy
    selects(person, "signal", [1])
    person.set_current_panel("image")
    before = look(person)
    started = time.monotonic()
    for number in range(4):
        workspace.add(f"small {number}", np.arange(3.0), group="dense ones")
    assert look(person) == before
    assert time.monotonic() - started < 4 * SOON_S  # painting them takes minutes
    assert workspace.list(group="dense ones")[2:] == [f"small {number}" for number in range(4)]
    assert _settings.auto_refresh() is True


def test_a_dense_signal_that_the_person_selected_is_left_unselected_and_status_says_so(
    workspace: Workspace, person_s_painting_off: WindowDriver
) -> None:
    door = person_s_painting_off  # else selecting takes long
    theirs = {*door.uuids("signal")}
    workspace["dense"] = (X[:20_000], DENSE[:20_000])
    (dense,) = {*door.uuids("signal")} - theirs
    door.select([dense], "signal")
    another = Workspace("live")  # a kernel that has never seen it
    assert another.status().notes == ""
    another["large"] = np.linspace(0, 1, 100_000)
    assert "1 selected but left unselected" in str(another.status())
    assert door.selected() == []
    assert _settings.auto_refresh() is False


def test_what_the_person_made_survives_clear_also_after_a_restart_of_the_kernel(
    with_ours: Workspace,
) -> None:
    made = ["their signal", "their other", "their image"]
    cleared = Workspace("live").clear()
    assert cleared.kept == tuple(made)
    assert len(cleared.removed) == 4
    assert "3 objects made in DataLab kept" in repr(cleared)
    assert with_ours.list() == made


def test_a_call_that_fails_lets_datalab_paint_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace["before"] = np.arange(3.0)
    person = workspace.proxy
    selects(person, "signal", [1])
    before = look(person)

    def refuses(*_: Any, **__: Any) -> None:
        assert _settings.auto_refresh() is False
        raise DataLabRefusedError("no", url="", detail="no", status=500, was_sent=True)

    with monkeypatch.context() as patch:
        patch.setattr(WebDoor, "put", refuses)
        with pytest.raises(DataLabRefusedError, match="no"):
            workspace.add({"small": np.arange(3.0), "dense": (X, DENSE)})
    assert look(person) == before
    assert workspace.list() == ["their signal", "their other", "before", "their image"]
    assert marks() == []


ENDING = """
import numpy as np
from datalab_kernel import Workspace

workspace = Workspace("live")
for name in ("large", "second", "third"):  # the last one is put back a moment later
    workspace.add(name, np.linspace(0, 1, 100_000))
"""


def test_a_kernel_that_ends_after_its_call_has_put_everything_back(workspace: Workspace) -> None:
    person = workspace.proxy
    selects(person, "image", [1])
    selects(person, "signal", [2])
    person.set_current_panel("image")
    before = look(person)
    ended = subprocess.run([sys.executable, "-c", ENDING], check=False, timeout=60)
    assert ended.returncode == 0
    assert look(person) == before
    assert "third" in workspace


def test_what_could_not_be_put_back_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace["before"] = np.arange(3.0)

    def refuses(*_: Any, **__: Any) -> None:
        message = "DataLab selects nothing."
        raise DataLabRefusedError(message, url="", detail="no", status=None, was_sent=True)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteDoor, "select", refuses)
        workspace["large"] = np.linspace(0, 1, 100_000)
        assert "isn't as it was before the last change" in workspace.status().notes
    assert workspace.list() == ["their signal", "their other", "before", "large", "their image"]
    workspace["another"] = np.linspace(0, 1, 100_000)
    assert workspace.status().notes == ""


KILLED = """
import os, signal
from datalab_kernel import Workspace

workspace = Workspace("live")
workspace.list()
with workspace._backend._person.undisturbed({"signal"}, selects=True, is_heavy=True):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def marks() -> list[Path]:
    return sorted(_settings.folder().glob("*.lock"))


def test_painting_that_a_killed_kernel_held_is_given_back_by_the_next(workspace: Workspace) -> None:
    workspace["small"] = np.arange(3.0)
    ended = subprocess.run([sys.executable, "-c", KILLED], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert _settings.auto_refresh() is False
    assert len(marks()) == 1
    assert "small" in Workspace("live")
    assert _settings.auto_refresh() is True
    assert marks() == []


def test_the_person_s_own_choice_not_to_paint_stays(
    workspace: Workspace, person_s_painting_off: WindowDriver
) -> None:
    workspace.add("dense", (X, DENSE))
    assert "dense" in Workspace("live")
    assert _settings.auto_refresh() is False
    assert person_s_painting_off.current_panel() == "signal"
