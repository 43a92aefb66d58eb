"""A backend that is neither memory nor DataLab fits as it is, by what it can do."""

from typing import Any

import numpy as np
import pytest

from datalab_kernel import Workspace, WorkspaceMode
from datalab_kernel.backends import Backend, Selectable, Watched, describe_object
from datalab_kernel.errors import StandaloneModeRequiredError
from datalab_kernel.objects import copy_object


class ServerBackend(Backend):
    """Keeps objects as somebody's server does, with the six methods and two facts."""

    outlives_kernel = True
    where = "the server in the cellar"

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}

    def describe(self) -> Any:
        infos = [describe_object(obj, group="") for obj in self.objects.values()]
        return {info.name: info for info in sorted(infos, key=lambda info: info.kind, reverse=True)}

    def get(self, name: str) -> Any:
        return copy_object(self.objects[name])

    def put(self, items: Any) -> None:
        self.objects |= {item.name: copy_object(item.obj, title=item.name) for item in items}

    def remove(self, names: Any) -> None:
        for name in names:
            del self.objects[name]

    def rename(self, old: str, new: str) -> None:
        self.objects[new] = copy_object(self.objects.pop(old), title=new)

    def close(self) -> None:
        pass


class SharedBackend(ServerBackend):
    """Is looked at by a person."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def select(self, names: Any) -> None:
        self.shown = [*names]

    def selected(self) -> list[str]:
        return self.shown


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace(ServerBackend())
    workspace["a"] = (np.arange(4.0), np.array([1.0, -2.0, 3.0, -4.0]))
    return workspace


def test_its_mode_is_what_it_calls_itself(workspace: Workspace) -> None:
    assert workspace.mode == "server"
    assert not isinstance(workspace.mode, WorkspaceMode)
    assert repr(workspace) == "Workspace(server, 1 object)"
    assert (workspace.status().mode, workspace.status().version) == ("server", None)


def test_powers_that_it_has_not_arent_missed(workspace: Workspace, tmp_path: Any) -> None:
    result = workspace.calc("absolute", on="a", name="b")
    assert result.computed_by == "sigima"
    assert workspace.select("a") == workspace.selection == ["a"]
    assert workspace._repr_html_()
    workspace.save(tmp_path / "saved.h5")
    assert Workspace("standalone").load(tmp_path / "saved.h5") == ["a", "b"]


def test_what_it_keeps_needs_no_autosave_and_comes_along_when_detached(
    workspace: Workspace, tmp_path: Any
) -> None:
    with pytest.raises(StandaloneModeRequiredError, match="the server in the cellar"):
        workspace.autosave(tmp_path / "saved.h5")
    server = workspace._backend
    workspace.detach()
    assert workspace.mode is WorkspaceMode.STANDALONE
    workspace["a"] = np.zeros(2)
    assert server.get("a").y.tolist() == [1.0, -2.0, 3.0, -4.0]


def test_a_power_is_had_by_having_its_methods() -> None:
    backend = SharedBackend()
    assert isinstance(backend, Selectable)
    assert not isinstance(backend, Watched)
    workspace = Workspace(backend)
    workspace.add({"a": np.ones(2), "b": np.ones(3)})
    workspace.select("b")
    assert backend.shown == ["b"]
