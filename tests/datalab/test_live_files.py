"""Files and the real DataLab: parts of them are uploaded, what is unread stays right while it uses them."""

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.window_driver import WindowDriver
from support.sampling import IS_FULL

from datalab_kernel import Workspace
from datalab_kernel.errors import FileChangedError
from datalab_kernel.workspace import _datalab_remarks
from datalab_kernel_live.doors.web._door import WebDoor

SLOW_S = 60.0
MANY = 500
ADDED_BEFORE_STOP = 150 if IS_FULL else 25


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = Workspace("standalone")
    made.add({"s1": np.arange(3.0), "s2": np.arange(4.0)}, group="scans")
    made["beam"] = np.eye(4)
    return made.save(tmp_path / "analysis.h5")


def test_of_a_file_only_what_is_named_goes_to_datalab(workspace: Workspace, file: Path) -> None:
    assert workspace.load(file, names=["s2"]) == ["s2"]
    assert WindowDriver(workspace).call("get_object_titles", "signal") == ["s2"]
    assert WindowDriver(workspace).call("get_object_titles", "image") == []


def test_lazy_makes_no_difference_in_datalab_and_a_note_says_so(
    workspace: Workspace, file: Path
) -> None:
    loaded = workspace.load(file, lazy=True)
    assert "lazy=True made no difference: the objects are in DataLab" in repr(loaded)
    file.unlink()
    assert workspace["beam"].data.tolist() == np.eye(4).tolist()


def test_datalab_opens_and_saves_a_file_of_which_objects_are_unread(
    workspace: Workspace, file: Path
) -> None:
    lazy = Workspace("standalone")
    lazy.load(file, lazy=True)
    driver = WindowDriver(workspace)
    driver.call("open_h5_files", [str(file)], True, False, timeout_s=SLOW_S)  # noqa: FBT003
    assert workspace.list() == ["s1", "s2", "beam"]
    assert lazy["s1"].y.tolist() == [0.0, 1.0, 2.0]
    driver.call("save_to_h5_file", str(file), timeout_s=SLOW_S)
    with pytest.raises(FileChangedError) as caught:
        lazy.get("s2")
    assert caught.value.unread == ["s2", "beam"]
    assert lazy.load(file, overwrite=True, lazy=True) == ["s1", "s2", "beam"]
    assert lazy["s2"].y.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_adding_very_many_says_how_long_it_takes_and_a_stop_takes_all_of_it_away(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace["before"] = np.arange(3.0)
    calls: list[Any] = []
    remarks: list[str] = []
    monkeypatch.setattr(_datalab_remarks, "show_remark", remarks.append)
    add = WebDoor.put

    def stopped(*args: Any, **options: Any) -> Any:
        calls.append(args)
        if len(calls) == ADDED_BEFORE_STOP:
            os.kill(os.getpid(), signal.SIGINT)  # as a Stop arrives
        return add(*args, **options)

    monkeypatch.setattr(WebDoor, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        workspace.add({f"signal {number}": np.arange(9.0) for number in range(MANY)})
    assert f"to add {MANY} objects" in remarks[0]
    assert workspace.list() == ["before"]
    assert WindowDriver(workspace).call("get_object_titles", "signal") == ["before"]
