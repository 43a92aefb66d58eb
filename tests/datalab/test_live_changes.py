"""What a person does in DataLab's window is seen, and what is selected is shown there."""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver

from datalab_kernel import Workspace
from datalab_kernel.workspace._changes import Change

SOON_S = 10.0


@pytest.fixture
def person(workspace: Workspace) -> Any:
    """Act in the window as a person would, by DataLab's own remote control."""
    return workspace.proxy


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end, "not within the time limit"
        time.sleep(0.05)


def test_the_next_call_sees_what_the_person_did(workspace: Workspace, person: Any) -> None:
    workspace["mine"] = np.arange(3.0)
    person.add_signal("theirs", np.arange(4.0), np.arange(4.0))
    assert workspace.list() == ["mine", "theirs"]
    assert workspace["theirs"].y.tolist() == [0.0, 1.0, 2.0, 3.0]
    person.select_objects([2], "signal")
    WindowDriver(workspace).rename_selected("signal", "renamed")
    assert "theirs" not in workspace
    assert workspace["renamed"].y.size == 4
    WindowDriver(workspace).remove_selected("signal")
    assert workspace.list() == ["mine"]
    with pytest.raises(KeyError, match="not found"):
        workspace["renamed"]


def test_callbacks_are_told_of_the_persons_changes_and_once_of_ours(
    workspace: Workspace, person: Any
) -> None:
    seen: list[Change] = []
    subscription = workspace.on_change(seen.append)
    workspace["mine"] = np.arange(3.0)
    person.add_signal("theirs", np.arange(4.0), np.arange(4.0))
    until(lambda: Change(kind="added", names=("theirs",)) in seen)
    person.select_objects([2], "signal")
    WindowDriver(workspace).remove_selected("signal")
    until(lambda: Change(kind="removed", names=("theirs",)) in seen)
    assert seen.count(Change(kind="added", names=("mine",))) == 1
    assert len(seen) == 3
    subscription.cancel()
    until(lambda: not [t for t in threading.enumerate() if t.name.endswith("watcher")])


def test_wait_for_returns_when_the_person_has_added_it(workspace: Workspace, person: Any) -> None:
    later = threading.Timer(0.5, lambda: person.add_signal("late", np.arange(4.0), np.arange(4.0)))
    later.start()
    started = time.monotonic()
    workspace.wait_for("late", timeout_s=SOON_S)
    assert time.monotonic() - started < SOON_S / 2
    later.join()
    with pytest.raises(TimeoutError, match="never"):
        workspace.wait_for("never", timeout_s=0.3)


def test_select_shows_in_the_window_and_only_select_does(workspace: Workspace, person: Any) -> None:
    workspace.update({"a": np.arange(3.0), "b": np.arange(3.0), "i": np.eye(3)})
    assert workspace.select(["b", "a"]) == ["b", "a"]
    assert person.get_current_panel() == "signal"
    assert len(person.get_sel_object_uuids()) == 2
    workspace["c"] = np.arange(3.0)
    workspace.calc("derivative", on="a")
    assert len(person.get_sel_object_uuids()) == 2
    workspace.select("i")
    assert person.get_current_panel() == "image"


def test_without_a_selection_of_its_own_datalabs_counts(workspace: Workspace, person: Any) -> None:
    workspace.update({"a": np.arange(3.0), "b": np.arange(3.0)})
    person.set_current_panel("signal")
    person.select_objects([2], "signal")
    another = Workspace("live")
    assert another.selection == ["b"]
    assert another.calc("derivative").names == ("derivative(b)",)
