"""Finding the real DataLab, moving there with everything, and coming back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import emptied

from datalab_application import Running
from datalab_kernel import Workspace, create_image, create_signal
from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabBusyError,
    DataLabRefusedError,
    DataLabUnreachableError,
    LiveLimitError,
    LiveModeRequiredError,
    NameTakenError,
)
from datalab_kernel.testing import _samples
from datalab_kernel.testing._compare import assert_same_object
from datalab_kernel_live.doors.web._door import WebDoor

TOKEN = "Secret_of.the-tests"
X = np.linspace(0.0, 1.0, 20_000)
DENSE = np.sin(2 * np.pi * 800 * X)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find no DataLab, unless a test says where it is."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("DATALAB_KERNEL_MODE", "DATALAB_WORKSPACE_URL", "DATALAB_WORKSPACE_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def datalab(datalab_application: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Give a DataLab without objects, which is found by its connection file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    emptied()
    return datalab_application


@pytest.fixture
def limited(limited_datalab: Running) -> Running:
    """Give a DataLab that wants a token, and whose XML-RPC interface is closed; without objects."""
    Workspace("live", url=limited_datalab.url, token=TOKEN).clear(everything=True)
    return limited_datalab


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """Let a DataLab answer nobody, as while a box is open there."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


# ---------------------------------------------------------------- finding it


def test_live_mode_without_datalab_says_how_to_start_its_web_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATALAB_KERNEL_MODE", "live")
    workspace = Workspace()
    assert repr(workspace) == "Workspace(live, not connected yet)"
    with pytest.raises(DataLabUnreachableError, match="File > Web API > Start Web API Server"):
        workspace.list()


def test_auto_without_datalab_is_standalone() -> None:
    assert Workspace().mode.value == "standalone"


@pytest.mark.usefixtures("datalab")
def test_auto_finds_datalab_by_its_connection_file() -> None:
    workspace = Workspace()
    workspace["here"] = np.arange(3.0)
    assert workspace.mode.value == "live"
    assert Workspace("live").list() == ["here"]


def test_auto_finds_datalab_by_the_environment(
    datalab: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("DATALAB_WORKSPACE_URL", datalab.url)
    monkeypatch.setenv("DATALAB_WORKSPACE_TOKEN", datalab.token)
    assert Workspace().status().where == f"DataLab 1.3.0 at {datalab.url}"


def test_a_token_that_is_wanted_must_be_the_right_one(limited: Running) -> None:
    assert Workspace("live", url=limited.url, token=TOKEN).list() == []
    with pytest.raises(DataLabAuthError, match="doesn't take this token"):
        Workspace("live", url=limited.url, token="another").list()
    with pytest.raises(DataLabAuthError, match="wants a token"):
        Workspace("live", url=limited.url).list()


def test_the_connection_file_has_the_token(
    limited: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(limited.config))
    assert Workspace().list() == []


def test_auto_never_falls_back_to_memory_while_datalab_is_busy(datalab: Running) -> None:
    local = Workspace("standalone")
    local["kept"] = np.arange(3.0)
    workspace = Workspace()
    with standing_still(datalab.pid):
        started = time.monotonic()
        with pytest.raises(DataLabBusyError, match="a dialog box is open"):
            workspace.list()
        with pytest.raises(DataLabBusyError, match="a dialog box is open"):
            local.resync()
        assert time.monotonic() - started < 2 * 2.0 * 2
    assert local.list() == ["kept"]
    assert workspace.mode.value == "live"
    assert local.resync() is True


# ---------------------------------------------------------------- moving


def full() -> Workspace:
    """Everything that an object may have, in groups, one of which is empty."""
    workspace = Workspace("standalone")
    workspace.add("full", _samples.full_signal(), group="first")
    workspace.add("a/b", _samples.signal_with_roi(), group="second")
    workspace.add("dense", (X, DENSE), group="second")
    workspace.add("float32", create_signal("", X.astype("f4"), X.astype("f4")))
    workspace.add("uint32", _samples.full_image(dtype="uint32"), group="images")
    workspace.add("coordinates", _samples.image_with_coordinates())
    workspace.add("masked", _samples.masked_image())
    workspace._backend.add_group("signal", "empty")
    return workspace


def shown(workspace: Workspace) -> dict[str, Any]:
    return {
        "names": workspace.list(),
        "groups": [workspace._backend.groups(kind) for kind in ("signal", "image")],
        "members": [workspace.list(group=name) for name in ("first", "second", "images", "empty")],
        "selection": workspace.selection,
    }


@pytest.mark.usefixtures("datalab")
def test_connecting_moves_everything_into_datalab_and_detaching_brings_it_back() -> None:
    workspace, expected = full(), full()
    before = shown(workspace)
    workspace.connect()
    assert workspace.mode.value == "live"
    assert shown(workspace) == before
    for name, obj in expected.items():
        assert_same_object(workspace[name], obj)
    workspace.proxy.add_object(create_signal("theirs", X[:4], DENSE[:4]))
    workspace.proxy.add_object(create_image("their image", np.eye(4)))
    workspace.detach()
    assert workspace.mode.value == "standalone"
    assert {*workspace} == {*expected, "theirs", "their image"}
    for name, obj in expected.items():
        assert_same_object(workspace[name], obj)
    assert workspace["theirs"].y.tobytes() == DENSE[:4].tobytes()
    assert "full" in Workspace("live").list(group="first")


@pytest.mark.usefixtures("datalab")
def test_conflicts_are_told_before_anything_changes() -> None:
    Workspace("live").add({"b": np.ones(2), "theirs": np.ones(2)})
    workspace = Workspace("standalone")
    workspace.add({"a": np.arange(3.0), "b": np.arange(3.0)})
    for move in (workspace.connect, workspace.resync):
        with pytest.raises(NameTakenError, match="'b' already exists there") as told:
            move()
        assert told.value.names == ["b"]
    assert workspace.mode.value == "standalone"
    assert Workspace("live").list() == ["b", "theirs"]
    assert workspace.resync(overwrite=True) is True
    assert workspace.list() == ["theirs", "a", "b"]
    assert workspace["b"].y.tolist() == [0.0, 1.0, 2.0]


def test_resync_says_whether_it_switched(datalab: Running, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        workspace = Workspace()
        workspace["mine"] = np.arange(3.0)
        assert workspace.resync() is False
        assert workspace.mode.value == "standalone"
    assert workspace.resync() is True
    assert workspace.resync() is False
    assert workspace.status().where.endswith(datalab.url)
    assert Workspace("live").list() == ["mine"]


def test_connecting_again_is_harmless(datalab: Running) -> None:
    workspace = Workspace()
    workspace["mine"] = np.arange(3.0)
    workspace.connect()
    workspace.connect(datalab.url, datalab.token)
    assert workspace.list() == ["mine"]


def test_a_live_workspace_that_found_nothing_connects_where_it_is_told(
    datalab: Running, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        workspace = Workspace("live")
        with pytest.raises(DataLabUnreachableError):
            workspace.list()
        workspace.connect(datalab.url)
    assert workspace.list() == []


def test_status_says_where_and_how_quick_and_nothing_shows_the_token(limited: Running) -> None:
    workspace = Workspace("live", url=limited.url, token=TOKEN)
    workspace["a"] = np.arange(3.0)
    status = workspace.status()
    assert (status.mode, status.version, status.signals) == ("live", "1.3.0", 1)
    assert limited.url in status.where
    assert status.latency_s is not None
    assert 0 < status.latency_s < 1
    assert "XML-RPC interface is closed" in status.notes
    with pytest.raises(DataLabAuthError) as told:
        Workspace("live", url=limited.url, token=TOKEN + "x").list()
    texts = [str(status), repr(status), status._repr_html_(), repr(workspace)]
    texts += [repr(workspace._backend), repr(told.value), repr(told.value.facts)]
    texts += [workspace._repr_html_(), repr(vars(workspace._backend))]
    assert [text for text in texts if TOKEN in text] == []


def test_the_proxy_is_sigimas_connected_to_the_same_datalab(
    datalab: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy = Workspace().proxy
    assert capsys.readouterr() == ("", "")
    assert type(proxy).__name__ == "SimpleRemoteProxy"
    assert proxy.get_version() == "1.3.0"
    proxy.add_signal("by proxy", np.arange(3.0), np.arange(3.0))
    assert Workspace("live", url=datalab.url).list() == ["by proxy"]
    with pytest.raises(LiveModeRequiredError, match="Start DataLab"):
        _ = Workspace("standalone").proxy


# ---------------------------------------------------------------- the Web API alone

Step = Callable[[Workspace, Path], Any]


def edit(workspace: Workspace, _: Path) -> None:
    with workspace.edit("s") as obj:
        obj.xunit = "s"


def resave(workspace: Workspace, folder: Path) -> None:
    path = workspace.save(folder / "saved.h5")
    copied = Workspace("standalone")
    copied.load(path)
    assert copied.list() == workspace.list()
    assert_same_object(copied["s"], workspace["s"])


def load(workspace: Workspace, folder: Path) -> None:
    other = Workspace("standalone")
    other["loaded"] = _samples.full_signal()
    workspace.load(other.save(folder / "other.h5"))
    assert_same_object(workspace["loaded"], other["loaded"])


def kept(obj: Any) -> Step:
    """Give a step that adds an object and gets it back as it was."""

    def add_and_get(workspace: Workspace, _: Path) -> None:
        expected = Workspace("standalone")
        expected["new"] = obj
        workspace["new"] = obj
        assert_same_object(workspace["new"], expected["new"])

    return add_and_get


WORKS: dict[str, Step] = {
    "signals with everything": kept(_samples.full_signal()),
    "signals with regions": kept(_samples.signal_with_roi()),
    "float32 signals": kept(create_signal("", X.astype("f4"), X.astype("f4"))),
    "images with everything": kept(_samples.full_image()),
    "uint32 images": kept(_samples.full_image(dtype="uint32")),
    "float16 images": kept(_samples.full_image(dtype="float16")),
    "a short dense signal": kept((X[:3000], DENSE[:3000])),
    "list": lambda w, _: equal(w.list(), ["s", "i"]),
    "exists": lambda w, _: equal((w.exists("s"), w.exists("x")), (True, False)),
    "remove": lambda w, _: (w.remove("s"), equal(w.list(), ["i"])),
    "replace": lambda w, _: (
        w.add("s", np.ones(2), overwrite=True),
        equal(w["s"].y.tolist(), [1.0, 1.0]),
    ),
    "clear": lambda w, _: (w.clear(), equal(w.list(), [])),
    "calc": lambda w, _: equal(w.calc("derivative", on="s").names, ("derivative(s)",)),
    "calc on images": lambda w, _: equal(len(w.calc("gaussian_filter", on="i").names), 1),
    "calc with an operand": lambda w, _: equal(
        len(w.calc("difference", on="s", operand="s").names), 1
    ),
    "save": resave,
    "load": load,
    "selection": lambda w, _: (w.select("s"), equal(w.selection, ["s"])),
    "wait_for": lambda w, _: w.wait_for("s", timeout_s=2.0),
}
LIMITS: dict[str, Step] = {
    "rename": lambda w, _: w.rename("s", "t"),
    "edit": edit,
    "a name with a slash": lambda w, _: w.add("a/b", np.ones(2)),
    "a name of dots": lambda w, _: w.add("..", np.ones(2)),
    "coordinates": lambda w, _: w.add("new", _samples.image_with_coordinates()),
    "a mask": lambda w, _: w.add("new", _samples.masked_image()),
    "groups": lambda w, _: w.add("new", np.ones(2), group="g"),
    "a long dense signal": lambda w, _: w.add("new", (X, DENSE)),
    "analysing": lambda w, _: w.calc("stats", on="s"),
    "the proxy": lambda w, _: w.proxy,
}


def equal(found: Any, expected: Any) -> None:
    assert found == expected


@pytest.fixture
def by_web_alone(limited: Running) -> Workspace:
    workspace = Workspace("live", url=limited.url, token=TOKEN)
    workspace.clear(everything=True)
    workspace.add({"s": np.arange(5.0), "i": np.eye(5)})
    return workspace


@pytest.mark.parametrize("name", WORKS)
def test_by_the_web_api_alone_this_works(
    by_web_alone: Workspace, tmp_path: Path, name: str
) -> None:
    WORKS[name](by_web_alone, tmp_path)


def test_by_the_web_api_alone_several_replacements_are_all_or_none(
    by_web_alone: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, done = WebDoor.put, []

    def fails_at_the_last(self: WebDoor, name: str, body: Any, **options: Any) -> Any:
        if name == "last":
            message = "It can't be read."
            raise DataLabRefusedError(message, url="", detail="", status=500, was_sent=True)
        done.append(name)
        return put(self, name, body, **options)

    with monkeypatch.context() as patch:
        patch.setattr(WebDoor, "put", fails_at_the_last)
        with pytest.raises(DataLabRefusedError, match="can't be read"):
            by_web_alone.update({"s": np.ones(2), "new": np.ones(3), "last": np.ones(4)})
    assert done == ["s", "new", "s"]
    assert by_web_alone.list() == ["s", "i"]
    assert by_web_alone["s"].y.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("name", LIMITS)
def test_by_the_web_api_alone_this_is_a_limit_that_changes_nothing(
    by_web_alone: Workspace, tmp_path: Path, name: str
) -> None:
    started = time.monotonic()
    with pytest.raises(LiveLimitError, match="XML-RPC"):
        LIMITS[name](by_web_alone, tmp_path)
    assert time.monotonic() - started < 2
    assert by_web_alone.list() == ["s", "i"]
    assert by_web_alone["s"].y.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
