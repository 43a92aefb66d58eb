"""A real DataLab on another computer: its Web API alone, with a token, everything else here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.forwarding import forwarded, own_address
from support.datalab.web_api_contract import WebApiContract

from datalab_application import Running
from datalab_kernel import Workspace, create_image
from datalab_kernel.errors import DataLabAuthError, LiveLimitError

SECOND_LOOPBACK = "127.0.0.2"


@pytest.fixture(scope="module")
def elsewhere(limited_datalab: Running) -> Iterator[str]:
    """Give the address of a DataLab that isn't one of this computer's own."""
    with forwarded(limited_datalab.url, own_address() or SECOND_LOOPBACK) as url:
        yield url


@pytest.fixture(autouse=True)
def token(limited_datalab: Running, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the token, also by the environment; nothing of this computer's is to be found."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    monkeypatch.setenv("DATALAB_WORKSPACE_URL", elsewhere)
    monkeypatch.setenv("DATALAB_WORKSPACE_TOKEN", limited_datalab.token)
    return limited_datalab.token


@pytest.mark.usefixtures("token")
class TestElsewhere(WebApiContract):
    pass


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace()
    workspace.clear(everything=True)
    return workspace


def test_it_is_found_by_the_environment_and_says_what_is_missing(
    workspace: Workspace, elsewhere: str
) -> None:
    assert workspace.mode.value == "live"
    assert workspace.status().where == f"DataLab 1.3.0 at {elsewhere}"
    assert workspace.status().notes == (
        "DataLab's XML-RPC interface is closed: a smaller set works"
    )


@pytest.mark.parametrize("wrong", [None, "another"])
def test_the_token_is_required(
    elsewhere: str, wrong: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATALAB_WORKSPACE_TOKEN")
    with pytest.raises(DataLabAuthError):
        Workspace("live", url=elsewhere, token=wrong).list()


def test_save_writes_here_what_standalone_writes(workspace: Workspace, tmp_path: Path) -> None:
    image = create_image("", np.arange(12.0).reshape(3, 4), units=("mm", "mm", "V"))
    image.metadata["exposure"] = 0.5
    other = Workspace("standalone")
    for one in (workspace, other):
        one.add("image", image)
        one.add("signal", ([0.0, 1.0, 3.0], [4.0, 5.0, 6.0]))
        one.calc("fliph", on="image")
    loaded = []
    for number, one in enumerate((workspace, other)):
        path = one.save(tmp_path / f"{number}.h5")
        assert path.is_file()
        found = Workspace("standalone")
        found.load(path)
        loaded.append(found)
    assert loaded[0].list() == loaded[1].list() == ["signal", "image", "fliph(image)"]
    for name in loaded[0]:
        assert described(loaded[0][name]) == described(loaded[1][name])


def described(obj: Any) -> list[Any]:
    values = obj.data if hasattr(obj, "data") else obj.xydata
    metadata = {key: repr(value) for key, value in obj.metadata.items() if key[:2] != "__"}
    return [obj.title, values.tobytes(), obj.xunit, obj.yunit, metadata]


def test_files_of_this_computer_are_loaded_there(workspace: Workspace, tmp_path: Path) -> None:
    other = Workspace("standalone")
    other["loaded"] = np.eye(3)
    assert workspace.load(other.save(tmp_path / "file.h5")) == ["loaded"]
    assert Workspace().list() == ["loaded"]


def test_what_needs_the_other_interface_is_a_limit_that_changes_nothing(
    workspace: Workspace,
) -> None:
    workspace["kept"] = np.arange(3.0)
    with pytest.raises(LiveLimitError, match="XML-RPC"):
        workspace.rename("kept", "new")
    with pytest.raises(LiveLimitError, match="XML-RPC"):
        _ = workspace.proxy
    assert workspace.list() == ["kept"]


def test_clearing_reaches_objects_that_datalab_renames_meanwhile(workspace: Workspace) -> None:
    names = ["s001: copy", "plain", "fft(s001)", "s002|s001", "fft(fft(s003))"]
    for name in names:
        workspace.add(name, np.arange(5.0))
    workspace.add("i001: copy", np.ones((3, 4)))
    assert workspace.list() == [*names, "i001: copy"]
    workspace.clear(everything=True)
    assert workspace.list() == []
