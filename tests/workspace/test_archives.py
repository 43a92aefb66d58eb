"""A workspace in a file without HDF5, as a page's kernel keeps it."""

import sys
from pathlib import Path

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.errors import UnavailableHereError
from datalab_kernel.testing import differences


def test_an_archive_is_saved_and_loaded_by_its_suffix(tmp_path: Path) -> None:
    workspace = Workspace("standalone")
    workspace["a"] = np.arange(12.0).reshape(3, 4)
    workspace.calc("gaussian_filter", on="a", sigma=1.0, name="b")
    saved = workspace.save(tmp_path / "day.npz")
    other = Workspace("standalone")
    assert other.load(tmp_path / "day") == workspace.list()
    for name in workspace.list():
        assert differences(other[name], workspace[name]) == []
    assert str(other.history("b")) == str(workspace.history("b"))
    assert saved.suffix == ".npz"


def test_arrays_that_are_no_workspace_are_not_replaced(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", a=np.ones(3))
    with pytest.raises(FileExistsError, match="is not a DataLab workspace"):
        Workspace("standalone").save(tmp_path / "mine.npz")


def test_in_a_page_autosave_says_how_to_save(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    workspace = Workspace("standalone")
    workspace["a"] = np.ones(3)
    with pytest.raises(UnavailableHereError, match=r"workspace\.save\(path\)"):
        workspace.autosave("a.h5")
