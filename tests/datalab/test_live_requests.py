"""How often each call asks DataLab, in whose window some requests take 50 ms."""

import threading
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver, emptied

from datalab_kernel import Workspace
from datalab_kernel.errors import DataLabBusyError
from datalab_kernel_live.doors.web._http import RequestsTransport
from datalab_kernel_live.doors.web._messages import Answer, Request
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.window import _person

LARGE = np.zeros((300, 300))
SMALL = np.zeros(5)


class Log:
    """What was asked while somebody waited for it, and what after that."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.afterwards: list[str] = []

    def note(self, what: str) -> None:
        is_waited_for = threading.current_thread() is threading.main_thread()
        (self.asked if is_waited_for else self.afterwards).append(what)

    def of(self, workspace: Workspace, call: Any) -> "Log":
        """Do something, and forget what was before."""
        window = WindowDriver(workspace)
        window.settle()
        self.asked, self.afterwards = [], []
        call()
        window.settle()
        return self


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    call, request, ask = RemoteDoor.call, RequestsTransport.send, RemoteDoor.ask

    def calls(self: RemoteDoor, method: str, *arguments: Any, **options: Any) -> Any:
        if method != "get_version":  # doesn't wait for the window
            log.note(arguments[0] if method == "call_method" else method)
        return call(self, method, *arguments, **options)

    def asks(self: RemoteDoor, kind: type, method: str) -> Any:
        log.note(f"{method} meanwhile")
        return ask(self, kind, method)

    def sends(self: RequestsTransport, asked: Request) -> Answer:
        log.note(f"{asked.method} {asked.path.partition('/objects')[2].partition('?')[0]}")
        return request(self, asked)

    monkeypatch.setattr(RemoteDoor, "call", calls)
    monkeypatch.setattr(RemoteDoor, "ask", asks)
    monkeypatch.setattr(RequestsTransport, "send", sends)
    return log


@pytest.fixture
def workspace(datalab_application: Any, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Give a workspace in DataLab, which shows its images and has one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    workspace = emptied()
    workspace["image"] = LARGE
    WindowDriver(workspace).set_panel("image")
    return workspace


PANEL, SELECTED = "get_current_panel meanwhile", "get_sel_object_uuids meanwhile"


def test_an_image_is_on_its_way_while_the_window_is_asked(workspace: Workspace, log: Log) -> None:
    log.of(workspace, lambda: workspace.add("new", LARGE))
    assert log.asked == ["GET /new", PANEL, "PUT /new/data", SELECTED]
    assert log.afterwards == ["select_objects"]


def test_the_first_of_a_panel_is_not_asked_what_is_selected_there(
    workspace: Workspace, log: Log
) -> None:
    workspace["signal"] = np.linspace(0, 1, 100_000)
    del workspace["signal"]
    log.of(workspace, lambda: workspace.add("new", np.linspace(0, 1, 100_000)))
    assert log.asked == ["GET /new", PANEL, "GET ", "PUT /new/data"]
    assert log.afterwards == ["set_current_panel", "select_objects"]


def test_the_first_of_ours_beside_the_person_s_is(workspace: Workspace, log: Log) -> None:
    workspace["signal"] = np.linspace(0, 1, 100_000)
    del workspace["signal"]
    theirs = Workspace("live")
    theirs["theirs"] = np.linspace(0, 1, 100_000)
    theirs.select("theirs")
    selected = WindowDriver(theirs).selected()
    log.of(workspace, lambda: workspace.add("new", np.linspace(0, 1, 100_000)))
    assert log.asked[:5] == ["GET /new", PANEL, "GET ", "PUT /new/data", SELECTED]
    assert WindowDriver(workspace).selected() == selected != []


def test_nothing_is_added_where_the_window_cannot_be_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: RemoteDoor) -> None:
        raise DataLabBusyError("a dialog box is open", url="", detail="", was_sent=False)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteDoor, "ask_selected", fails)
        with pytest.raises(DataLabBusyError, match="a dialog box is open"):
            workspace.add("new", LARGE)
        assert workspace.list() == ["image"]
    workspace.add("new", LARGE)
    assert workspace.list() == ["image", "new"]


def test_adding_to_the_panel_that_is_not_shown_puts_it_back_later(
    workspace: Workspace, log: Log
) -> None:
    workspace["signal"] = np.linspace(0, 1, 100_000)
    log.of(workspace, lambda: workspace.add("new", np.linspace(0, 1, 100_000)))
    assert log.asked == ["GET /new", PANEL, "PUT /new/data", "set_current_panel", SELECTED]
    assert log.afterwards == ["set_current_panel", "select_objects"]


@pytest.mark.alone
def test_of_changes_in_a_row_the_first_looks_and_the_last_is_put_back(
    workspace: Workspace, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_PAUSE_S", "PAUSE_S", "LONGEST_S"):  # a row, however busy this computer is
        monkeypatch.setattr(_person, name, 60.0)
    log.of(workspace, lambda: [workspace.add(name, LARGE) for name in ("a", "b", "c", "d")])
    puts = [what for name in "bcd" for what in (f"GET /{name}", f"PUT /{name}/data")]
    assert log.asked == ["GET /a", PANEL, "PUT /a/data", SELECTED, *puts]
    assert log.afterwards == ["select_objects"]


def test_changes_in_a_row_are_put_back_now_and_then(
    workspace: Workspace, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_person, "LONGEST_S", 0.0)
    log.of(workspace, lambda: [workspace.add(name, LARGE) for name in ("a", "b", "c")])
    assert log.asked.count(PANEL) == 3
    assert log.afterwards == ["select_objects"] * 3


def test_another_question_between_two_changes_finds_the_window_put_back(
    workspace: Workspace, log: Log
) -> None:
    def work() -> None:
        workspace["a"] = LARGE
        assert WindowDriver(workspace).selected() == []
        workspace["b"] = LARGE

    log.of(workspace, work)
    assert log.asked.count(PANEL) == 2
    assert log.afterwards == ["select_objects"] * 2


def test_a_small_object_takes_two_calls(workspace: Workspace, log: Log) -> None:
    log.of(workspace, lambda: workspace.add("new", np.zeros((3, 3))))
    assert log.asked == ["GET /new", "get_current_panel", "add_object"]
    assert log.afterwards == []


def test_reading_is_one_request(workspace: Workspace, log: Log) -> None:
    assert log.of(workspace, lambda: workspace["image"]).asked == ["GET /image/data"]
    workspace["small"] = SMALL
    assert log.of(workspace, lambda: workspace["small"]).asked == ["get_object"]
    assert log.of(workspace, lambda: workspace.exists("image")).asked == ["GET /image"]


def test_what_is_not_there_is_asked_for_once_where_it_may_be_missing(
    workspace: Workspace, log: Log
) -> None:
    assert log.of(workspace, lambda: workspace.get("nothing", None)).asked == ["GET /nothing"]


def test_renaming_a_small_object_takes_two_calls(workspace: Workspace, log: Log) -> None:
    workspace["small"] = SMALL
    log.of(workspace, lambda: workspace.rename("small", "new"))
    assert log.asked == ["GET /small", "GET /new", "get_object", "set_object"]
    assert log.of(workspace, lambda: workspace["new"]).asked == ["get_object"]


def test_computing_lists_the_objects_once(workspace: Workspace, log: Log) -> None:
    workspace["small"] = SMALL
    log.of(workspace, lambda: workspace.calc("derivative", on="small"))
    assert log.asked.count("GET ") == 1
    assert log.asked[-2:] == ["get_current_panel", "add_object"]
