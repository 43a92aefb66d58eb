"""Moving a workspace's objects to another backend, and back: all of them or none."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend, Connection, ObjectInfo, Put, WorkspaceMode, _resolve
from datalab_kernel.errors import DataLabUnreachableError, NameTakenError
from datalab_kernel_standalone import StandaloneBackend


class Elsewhere(StandaloneBackend):
    """Objects in another place, which may go away."""

    label = "live"
    needs_connection = True

    def __init__(self) -> None:
        super().__init__()
        self.is_gone = self.is_closed = self.is_full = False

    def describe(self) -> Any:
        if self.is_gone:
            message = "It is gone."
            raise DataLabUnreachableError(message, url="", detail="gone", was_sent=False)
        return super().describe()

    def put(self, items: Sequence[Put]) -> None:
        if self.is_full:
            message = "It is full."
            raise MemoryError(message)
        super().put(items)

    def connection(self) -> Connection:
        return Connection(version="1.3.0", latency_s=0.00123456, notes=("one", "two"))

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Give the backend that connecting finds."""
    found = Elsewhere()
    opened = _resolve.open_backend

    def open_backend(name: str, options: dict[str, Any]) -> Backend:
        return found if name == "live" else opened(name, options)

    monkeypatch.setattr(_resolve, "open_backend", open_backend)
    return found


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace("standalone")
    workspace.add("a", np.arange(3.0), group="first")
    workspace.add("b", np.arange(4.0), group="second")
    workspace.add("i", np.eye(3))
    return workspace


def described(workspace: Workspace) -> dict[str, ObjectInfo]:
    return dict(workspace._backend.describe())


def test_everything_goes_there_and_comes_back(workspace: Workspace, elsewhere: Elsewhere) -> None:
    before = described(workspace)
    workspace.select("b")
    workspace.connect()
    assert workspace.mode is WorkspaceMode.LIVE
    assert described(workspace) == dict(elsewhere.describe()) == before
    assert workspace.selection == ["b"]
    workspace.detach()
    assert workspace.mode is WorkspaceMode.STANDALONE
    assert described(workspace) == dict(elsewhere.describe()) == before
    assert elsewhere.is_closed
    assert workspace["b"].y.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_nothing_is_moved_if_one_name_is_taken(workspace: Workspace, elsewhere: Elsewhere) -> None:
    Workspace(elsewhere)["b"] = np.ones(2)
    with pytest.raises(NameTakenError, match=r"Nothing was moved: 'b' .*resync\(overwrite=True\)"):
        workspace.connect()
    assert workspace.mode is WorkspaceMode.STANDALONE
    assert [*elsewhere.describe()] == ["b"]
    assert elsewhere.is_closed


def test_a_move_that_fails_leaves_everything_here(
    workspace: Workspace, elsewhere: Elsewhere
) -> None:
    elsewhere.is_full = True
    with pytest.raises(MemoryError):
        workspace.connect()
    assert workspace.list() == ["a", "b", "i"]
    assert elsewhere.is_closed


def test_what_is_there_already_stays_when_connecting_again(
    workspace: Workspace, elsewhere: Elsewhere
) -> None:
    workspace.connect()
    workspace.connect()
    assert [*elsewhere.describe()] == ["a", "b", "i"]


def test_a_workspace_that_was_never_used_moves_nothing(elsewhere: Elsewhere) -> None:
    workspace = Workspace("never installed")
    workspace.connect()
    assert workspace._backend is elsewhere


def test_what_is_gone_is_left_only_by_force(elsewhere: Elsewhere) -> None:
    workspace = Workspace(elsewhere)
    workspace["a"] = np.ones(3)
    elsewhere.is_gone = True
    assert repr(workspace) == "Workspace(live, DataLab doesn't answer)"
    assert workspace._repr_html_() is None
    assert workspace._ipython_key_completions_() == []
    with pytest.raises(DataLabUnreachableError, match=r"detach\(force=True\)") as told:
        workspace.detach()
    assert told.value.detail == "gone"
    assert workspace._backend is elsewhere
    workspace.detach(force=True)
    assert (workspace.mode.value, workspace.list(), workspace.selection) == ("standalone", [], [])


def test_status_tells_of_the_connection(elsewhere: Elsewhere) -> None:
    status = Workspace(elsewhere).status()
    assert (status.version, status.latency_s, status.notes) == ("1.3.0", 0.0012, "one; two")
    assert "notes: one; two" in str(status)
    assert "notes" not in str(Workspace("standalone").status())
