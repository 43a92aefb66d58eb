"""DataLab killed, started again, hung or waiting for a person: nothing is lost, and it goes on."""

import io
import json
import os
import signal
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from sigima.client.utils import dataset_to_rpcjson

from datalab_application import Running, running_datalab
from datalab_kernel import Workspace
from datalab_kernel.errors import DataLabBusyError, DataLabUnreachableError
from datalab_kernel_live.doors._wire_errors import TimedOutError
from datalab_kernel_live.doors.web._door import TIMEOUT_S as WEB_TIMEOUT_S
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc._caller import LoopbackCaller
from datalab_kernel_live.doors.xmlrpc._door import TIMEOUT_S as XMLRPC_TIMEOUT_S
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

NEW_TOKEN = "another-token"
SOON_S = 5.0


@pytest.fixture
def datalab(datalab_application: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Give a DataLab without objects, which is found by its connection file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    Workspace("live").clear(everything=True)
    return datalab_application


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the settings of two DataLabs, one after the other."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def second(datalab_python: str, home: Path) -> Iterator[Running]:
    """Start a DataLab that wants a token, and leaves its boxes to a person."""
    options = ("--require-token", "--keep-boxes")
    with running_datalab(datalab_python, home, *options, token=NEW_TOKEN) as running:
        yield running


CALLS: dict[str, Callable[[Workspace], Any]] = {
    "add": lambda w: w.add("new", np.arange(3.0)),
    "add a large one": lambda w: w.add("new", np.ones((500, 500))),
    "get": lambda w: w["small"],
    "get a large one": lambda w: w["large"],
    "list": lambda w: w.list(),
    "exists": lambda w: "small" in w,
    "rename": lambda w: w.rename("small", "new"),
    "remove": lambda w: w.remove("small"),
    "calc": lambda w: w.calc("derivative", on="small"),
    "save": lambda w: w.save("never.h5"),
    "detach": lambda w: w.detach(),
}


def test_datalab_killed_in_every_kind_of_call_and_started_again_elsewhere(
    datalab_python: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.chdir(home)
    with running_datalab(datalab_python, home) as first:
        workspaces = {name: Workspace("live") for name in CALLS}
        spare = Workspace()
        spare.add({"small": np.arange(3.0), "large": np.ones((500, 500))})
        for workspace in workspaces.values():
            assert workspace.list() == ["small", "large"]
        failures = killed_in(first.pid, workspaces)
    assert {name: type(error) for name, error in failures.items()} == dict.fromkeys(
        CALLS, DataLabUnreachableError
    )
    assert [str(error) for error in failures.values() if "Start DataLab" not in str(error)] == []
    assert not Path("never.h5").exists()
    check_gone(spare)
    second: Running = request.getfixturevalue("second")
    assert second.url != first.url
    check_back(spare, workspaces, second)


def killed_in(pid: int, workspaces: dict[str, Workspace]) -> dict[str, BaseException | None]:
    """Kill DataLab while all calls wait for its answer; return how each ended."""
    with ThreadPoolExecutor(len(CALLS)) as pool:
        os.kill(pid, signal.SIGSTOP)
        calls: dict[str, Future[Any]] = {
            name: pool.submit(call, workspaces[name]) for name, call in CALLS.items()
        }
        time.sleep(1.0)
        assert not any(call.done() for call in calls.values())
        os.kill(pid, signal.SIGKILL)
        return {name: call.exception(SOON_S) for name, call in calls.items()}


def check_gone(workspace: Workspace) -> None:
    """Say so, in the displays too, and let the person go on without DataLab."""
    assert workspace.mode.value == "live"
    assert repr(workspace) == "Workspace(live, DataLab doesn't answer)"
    assert workspace._repr_html_() is None
    assert workspace._ipython_key_completions_() == []
    with pytest.raises(DataLabUnreachableError, match="Start DataLab"):
        workspace["new"] = np.ones(2)
    with pytest.raises(DataLabUnreachableError, match=r"detach\(force=True\)"):
        workspace.detach()
    assert workspace.mode.value == "live"
    forced = Workspace("live")
    forced._shelf.opened = workspace._shelf.opened
    forced.detach(force=True)
    assert (forced.mode.value, forced.list()) == ("standalone", [])
    forced["here"] = np.ones(2)
    assert forced.list() == ["here"]


def check_back(spare: Workspace, workspaces: dict[str, Workspace], second: Running) -> None:
    for name in ("add", "get", "list", "calc"):
        assert workspaces[name].list() == [], name
    for name in ("add", "list"):
        workspaces[name][name] = np.arange(5.0)
        assert workspaces[name][name].y.size == 5
    assert spare.calc("derivative", on="add").names == ("derivative(add)",)
    assert spare.list() == ["add", "list", "derivative(add)"]
    spare.rename("add", "a/b")
    assert spare.status().where.endswith(second.url)
    assert spare.status().notes == ""
    spare.detach()
    assert spare.list() == ["a/b", "list", "derivative(add)"]


def test_an_open_box_is_named_and_the_next_call_works_once_it_is_closed(
    second: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(second.config))
    workspace, other = Workspace("live"), Workspace("live")
    other.clear(everything=True)
    workspace["before"] = np.arange(3.0)
    opening = threading.Thread(target=open_a_box, args=(second,))
    opening.start()
    time.sleep(1.0)
    with ThreadPoolExecutor() as pool:  # each within its own limit
        calls = [
            pool.submit(CALLS[name], one) for name, one in (("list", workspace), ("add", other))
        ]
        ended = [call.exception(WEB_TIMEOUT_S + 1) for call in calls]
    assert [type(error) for error in ended] == [DataLabBusyError] * 2
    assert all("If a dialog box is open in its window, close it" in str(error) for error in ended)
    os.kill(second.pid, signal.SIGUSR1)
    opening.join(SOON_S)
    assert not opening.is_alive()
    assert workspace.list() == ["before"]
    workspace["new"] = np.ones(2)
    workspace.rename("new", "newer")
    assert workspace.list() == ["before", "newer"]


def open_a_box(running: Running) -> None:
    """Ask for an image of a type that DataLab has no place for: it opens a box that says so."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        with archive.open("data.npy", "w") as member:
            np.save(member, np.ones((3, 3), "u4"))
        archive.writestr("metadata.json", json.dumps({"type": "image", "obj_metadata": {}}))
    url = f"{running.url}/api/v1/objects/bad/data"
    headers = {"Content-Type": "application/x-npz", "Authorization": f"Bearer {running.token}"}
    with requests.Session() as session:
        session.trust_env = False
        session.put(url, data=body.getvalue(), headers=headers, timeout=60)


# ---------------------------------------------------------------- a hung XML-RPC interface


def hang(workspace: Workspace) -> None:
    """Add an object whose identity is taken: DataLab's XML-RPC server never answers again."""
    proxy = workspace.proxy
    theirs = proxy.get_object(proxy.get_object_uuids("signal")[0], "signal")
    texts = dataset_to_rpcjson(theirs)
    door = LoopbackCaller(int(proxy.port))
    with pytest.raises(TimedOutError):
        door.begin("add_object", (texts, "", False), 1.0)()
    with pytest.raises(TimedOutError):
        door.begin("get_current_panel", (), 1.0)()


def test_a_hung_xml_rpc_interface_is_healed_in_the_same_call(datalab: Running) -> None:  # noqa: ARG001
    workspace, other = Workspace("live"), Workspace("live")
    workspace.add({"small": np.arange(3.0), "large": np.ones((500, 500))})
    assert len(other) == 2
    hang(workspace)
    with ThreadPoolExecutor() as pool:
        adding = pool.submit(CALLS["add"], workspace)
        getting = pool.submit(CALLS["get"], other)
        limit_s = 3 * XMLRPC_TIMEOUT_S
        assert adding.result(limit_s).size == 3
        assert getting.result(limit_s).y.tolist() == [0.0, 1.0, 2.0]
    assert {"small", "large", "new"} <= {*workspace}
    hang(workspace)
    workspace.add("large too", np.ones((500, 500)))
    assert workspace["large too"].data.shape == (500, 500)
    workspace.rename("small", "renamed")
    assert workspace["renamed"].y.tolist() == [0.0, 1.0, 2.0]


def test_a_workspace_is_opened_with_all_it_can_while_the_xml_rpc_interface_hangs(
    datalab: Running,  # noqa: ARG001
) -> None:
    before = Workspace("live")
    before["there"] = np.arange(3.0)
    hang(before)
    opened = Workspace("live")
    opened.add("new", np.arange(3.0), group="theirs")
    assert opened.list(group="theirs") == ["new"]
    hang(opened)
    assert opened.proxy.get_object_titles("signal") == ["there", "new"]


def test_a_write_that_hangs_is_found_out_and_the_next_call_works(datalab: Running) -> None:
    workspace = Workspace("live")
    workspace["there"] = np.arange(3.0)
    web = WebDoor(datalab.url, datalab.token)
    door = RemoteDoor(int(workspace.proxy.port), heals_by=web)
    texts = door.object_json(door.uuids("signal")[0], "signal", 100)
    started = time.monotonic()
    with pytest.raises(DataLabBusyError, match="hung in add_object.* It answers again"):
        door.add_object_json(texts)  # its identity is taken: DataLab's server never answers
    assert time.monotonic() - started < 2 * SOON_S
    workspace["next"] = np.arange(4.0)
    assert workspace.list() == ["there", "next"]


# ---------------------------------------------------------------- several at once


def test_two_workspaces_and_eight_threads_lose_nothing(datalab: Running) -> None:  # noqa: ARG001
    workspaces = [Workspace("live"), Workspace("live")]

    def work(number: int) -> None:
        workspace = workspaces[number % 2]
        for name in (f"{number}", f"{number} again"):
            workspace.add(name, np.full(3, float(number)))
            assert workspace[name].y[0] == number
        workspace.rename(f"{number}", f"{number} renamed")
        workspace.remove(f"{number} again")
        workspace.add(f"image {number}", np.full((250, 250), float(number)))
        assert workspace[f"image {number}"].data[0, 0] == number

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, number) for number in range(8)]:
            done.result()
    expected = {f"{number} renamed" for number in range(8)}
    expected |= {f"image {number}" for number in range(8)}
    for workspace in workspaces:
        assert {*workspace} == expected
        for number in range(8):
            assert workspace[f"{number} renamed"].y.tolist() == [number] * 3
            assert workspace[f"image {number}"].data[9, 9] == number
