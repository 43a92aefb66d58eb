"""What is replaced in the real DataLab isn't lost by a failure, nor is what the person set there."""

from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver

from datalab_kernel import Workspace
from datalab_kernel.errors import DataLabRefusedError, LiveLimitError
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

LARGE = (300, 300)
"""Over 400 kB: such an image goes by the Web API."""


def refuse_from(number: int, method: Any) -> Any:
    """Let DataLab refuse the n-th call of a method and all after it."""
    calls = []

    def refusing(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) >= number:
            raise DataLabRefusedError("no", url=None, detail="no")
        return method(*args, **kwargs)

    return refusing


def test_several_large_objects_are_replaced_or_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.add({"a": np.zeros(LARGE), "b": np.zeros(LARGE)})
    with monkeypatch.context() as patch:
        patch.setattr(WebDoor, "put", refuse_from(2, WebDoor.put))
        with pytest.raises(DataLabRefusedError):
            workspace.add({"a": np.ones(LARGE), "b": np.ones(LARGE)}, overwrite=True)
    assert workspace.list() == ["a", "b"]
    assert not workspace["a"].data.any()
    assert not workspace["b"].data.any()
    workspace.add({"a": np.ones(LARGE), "b": np.ones(LARGE)}, overwrite=True)
    assert workspace.list() == ["a", "b"]
    assert workspace["a"].data.all()


def test_several_small_objects_are_replaced_or_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.add({"a": np.zeros(3), "b": np.zeros(3)})
    with monkeypatch.context() as patch:
        add = refuse_from(2, RemoteDoor.add_object_json)
        patch.setattr(RemoteDoor, "add_object_json", add)
        with pytest.raises(DataLabRefusedError):
            workspace.add({"a": np.ones(3), "b": np.ones(3)}, overwrite=True)
    assert workspace.list() == ["a", "b"]
    assert not workspace["a"].y.any()
    assert not workspace["b"].y.any()


@pytest.mark.parametrize("shape", [(3, 3), LARGE], ids=["small", "large"])
def test_only_what_was_meant_is_removed_whatever_the_person_selects_meanwhile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int]
) -> None:
    workspace.add({"a/b": np.zeros(shape), "theirs": np.ones(shape)})
    theirs = WindowDriver(workspace).uuids("image")[1]
    select = RemoteDoor.select

    def then_they_click(self: Any, uuids: Any, kind: Any, **options: Any) -> None:
        select(self, uuids, kind, **options)
        select(self, [theirs], kind)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteDoor, "select", then_they_click)
        if shape == LARGE:  # DataLab renames only what is selected
            with pytest.raises(LiveLimitError, match="Run this again"):
                workspace.remove("a/b")
        else:
            workspace.remove("a/b")
    assert workspace["theirs"].data.all()
    workspace.remove([name for name in workspace if name == "a/b"])
    assert workspace.list() == ["theirs"]


def test_names_like_datalabs_numbers_stay_when_several_are_replaced(workspace: Workspace) -> None:
    names = ["s001", "of s002", "i001 and s003"]
    workspace.add({name: np.zeros(3) for name in names})
    workspace.add({name: np.zeros(3) for name in names[:2]}, overwrite=True)
    assert workspace.list() == ["i001 and s003", "s001", "of s002"]


def test_a_group_named_like_datalabs_numbers_keeps_its_name(workspace: Workspace) -> None:
    workspace.add("a", np.zeros(3), group="all but s001")
    workspace.add("b", np.zeros(3), group="all but s001")
    workspace.remove("a")
    assert workspace.list(group="all but s001") == ["b"]


def test_how_the_person_shows_an_object_stays_when_a_notebook_edits_it(
    workspace: Workspace,
) -> None:
    workspace["a"] = np.eye(3)
    proxy = workspace.proxy
    seen = proxy.get_object("a", panel="image")
    seen.metadata["__colormap"] = "jet"
    proxy.set_object(seen)
    with workspace.edit("a") as image:
        assert "__colormap" not in image.metadata
        image.xunit = "mm"
    again = proxy.get_object("a", panel="image")
    assert again.metadata["__colormap"] == "jet"
    assert again.xunit == "mm"
    assert workspace._backend.describe()["a"].units == ("mm", "", "")
