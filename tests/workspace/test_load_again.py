"""A cell that loads files may be run again: what is there still, as the files hold it, stays."""

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.errors import NameTakenError


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2):
        lines = [f"{x},{x * number}" for x in range(5)]
        (tmp_path / f"scan{number}.csv").write_text("x,y\n" + "\n".join(lines))
    workspace = Workspace("standalone")
    workspace["kept"] = np.arange(9.0).reshape(3, 3)
    workspace["curve"] = np.arange(5.0)
    workspace.save(tmp_path / "saved.h5")
    return tmp_path


@pytest.fixture
def workspace():
    return Workspace("standalone")


@pytest.mark.parametrize("pattern", ["scan1.csv", "scan*.csv", "saved.h5"])
def test_loading_again_returns_the_same_names_and_changes_nothing(workspace, folder, pattern):
    first = workspace.load(folder / pattern)
    heard = []
    workspace.on_change(heard.append)
    assert workspace.load(folder / pattern) == first
    assert workspace.list() == first
    assert heard == []


@pytest.mark.parametrize(
    "change",
    [
        "values",
        "unit",
        "metadata",
        "removed",
    ],
)
def test_an_object_that_changed_since_is_never_passed_over(workspace, folder, change):
    workspace.load(folder / "scan*.csv")
    with workspace.edit("scan1") as scan:
        if change == "unit":
            scan.xunit = "s"
        elif change == "metadata":
            scan.metadata["mine"] = 1
        else:
            scan.set_xydata(scan.x, scan.y + (change != "removed"))
    if change == "removed":
        workspace.remove("scan1")
    before = workspace.list()
    with pytest.raises(NameTakenError, match="'scan"):
        workspace.load(folder / "scan*.csv")
    assert workspace.list() == before


def test_a_file_that_changed_since_is_never_passed_over(workspace, folder):
    workspace.load(folder / "scan1.csv")
    (folder / "scan1.csv").write_text("x,y\n0,1\n1,2\n2,9\n")
    with pytest.raises(NameTakenError, match="overwrite=True"):
        workspace.load(folder / "scan1.csv")
    assert workspace["scan1"].y.tolist() == [0, 1, 2, 3, 4]
