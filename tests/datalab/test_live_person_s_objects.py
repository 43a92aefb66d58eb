"""What a person made in DataLab is read exactly, or it is said that it isn't."""

import time
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver

from datalab_kernel import Workspace, create_image, create_signal
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

QUICK_S = 0.5


def image(side: int) -> Any:
    made = create_image("theirs", np.random.default_rng(0).random((side, side)))
    made.metadata["known"] = 1
    return made


def test_a_large_image_keeps_its_coordinates_and_plot_settings(workspace: Workspace) -> None:
    made = image(300)
    x, y = np.arange(300.0) ** 2, np.arange(300.0) ** 1.5
    made.set_coords(x, y)
    made.zscalemin, made.zscalemax = 0.25, 0.75
    made.metadata["_private"] = 2
    workspace.proxy.add_object(made)
    for _ in range(2):
        found = workspace["theirs"]
        assert not found.is_uniform_coords
        assert found.xcoords.tobytes() == x.tobytes()
        assert found.ycoords.tobytes() == y.tobytes()
        assert (found.zscalemin, found.zscalemax) == (0.25, 0.75)
        assert (found.metadata["known"], found.metadata["_private"]) == (1, 2)
    assert workspace.status().notes == ""


def test_a_large_signal_keeps_its_plot_settings(workspace: Workspace) -> None:
    x = np.linspace(0, 1, 50_000)
    made = create_signal("theirs", x, x**2)
    made.autoscale, made.yscalelog = False, True
    workspace.proxy.add_object(made)
    assert workspace["theirs"].autoscale is False
    assert workspace["theirs"].yscalelog is True


def test_one_that_has_no_more_than_an_archive_is_quick_the_second_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.proxy.add_object(image(300))
    first = workspace["theirs"]
    monkeypatch.setattr(RemoteDoor, "object_json", lambda *_: pytest.fail("it is read as text"))
    again = workspace["theirs"]
    assert again.data.tobytes() == first.data.tobytes()
    assert again.metadata == first.metadata
    assert workspace.status().notes == ""


def test_a_very_large_one_is_read_quickly_and_status_names_what_may_be_missing(
    workspace: Workspace,
) -> None:
    workspace.proxy.add_object(image(800))
    workspace.list()
    started = time.monotonic()
    found = workspace["theirs"]
    assert time.monotonic() - started < QUICK_S
    assert found.metadata["known"] == 1
    assert "plot settings, private metadata): theirs" in workspace.status().notes


def test_groups_are_found_where_the_person_has_put_them_just_now(workspace: Workspace) -> None:
    workspace.add("first", np.arange(3.0), group="A")
    workspace.add("second", np.arange(3.0), group="B")
    workspace.proxy.add_object(create_signal("theirs", np.arange(3.0), np.arange(3.0)))
    person = WindowDriver(workspace)
    person.select_group(1, "signal")
    person.remove_selected("signal")  # the group A, and what is in it
    workspace.add("third", np.arange(3.0), group="B")
    workspace.add("large", np.linspace(0, 1, 100_000), group="B")
    workspace.add("new", np.arange(3.0), group="C")
    assert workspace.list(group="B")[-2:] == ["third", "large"]
    assert "second" in workspace.list(group="B")
    assert workspace.list(group="C") == ["new"]


def test_a_new_group_beside_what_a_person_made_in_an_empty_panel(workspace: Workspace) -> None:
    workspace.list()
    workspace.proxy.add_object(create_signal("theirs", np.arange(3.0), np.arange(3.0)))
    workspace.add("ours", np.arange(3.0), group="ours")
    assert workspace.list(group="ours") == ["ours"]
    assert "theirs" in workspace
