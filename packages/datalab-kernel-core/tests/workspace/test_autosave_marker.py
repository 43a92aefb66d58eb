"""The markers of autosave, which outlive a crash, and the files that are kept after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from datalab_kernel.errors import FileTakenError
from datalab_kernel.workspace import _autosave_marker
from datalab_kernel.workspace._autosave_marker import (
    Marker,
    check_free,
    keep_what_was_there,
    take_notice,
)

TIMEOUT_S = 20.0
CRASH = """
import os, sys
from pathlib import Path
from datalab_kernel.workspace._autosave_marker import Marker
marker = Marker(Path(sys.argv[1]))
os._exit(9)
"""


@pytest.fixture(autouse=True)
def _data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JPY_SESSION_NAME", "measure.ipynb")


def crash(path: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False, timeout=TIMEOUT_S)


def test_a_crashed_process_is_told_of_once_with_the_line_to_type(tmp_path: Path) -> None:
    file = tmp_path / "a.h5"
    file.touch()
    crash(file)
    notice = take_notice()
    assert notice is not None
    assert "the kernel of 'measure.ipynb'" in notice
    assert notice.endswith(f"workspace.load({str(file)!r})")
    assert "\n" not in notice
    assert take_notice() is None


def test_a_running_one_is_not_told_of(tmp_path: Path) -> None:
    file = tmp_path / "a.h5"
    file.touch()
    marker = Marker(file)
    assert take_notice() is None
    marker.remove()
    assert [*_autosave_marker.folder().iterdir()] == []


def test_one_that_had_saved_nothing_is_forgotten(tmp_path: Path) -> None:
    crash(tmp_path / "never.h5")
    assert take_notice() is None
    assert [*_autosave_marker.folder().iterdir()] == []


def test_two_that_crashed_are_two_lines(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        (tmp_path / name).touch()
        crash(tmp_path / name)
    notice = take_notice()
    assert notice is not None
    assert len(notice.splitlines()) == 2


def test_two_cannot_save_to_one_file(tmp_path: Path) -> None:
    marker = Marker(tmp_path / "a.h5")
    with pytest.raises(FileTakenError, match="another workspace of this kernel does"):
        check_free(tmp_path / "a.h5")
    marker.remove()
    check_free(tmp_path / "a.h5")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"path": 5}'])
def test_a_marker_that_makes_no_sense_is_left_alone(content: str) -> None:
    folder = _autosave_marker.folder()
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(content)
    assert take_notice() is None
    assert (folder / "x.json").read_text() == content


def test_the_file_of_a_session_that_ended_well_is_kept_once(tmp_path: Path) -> None:
    file = tmp_path / "a.h5"
    for text in ("first", "second"):
        file.unlink(missing_ok=True)
        file.write_text(text)
        assert keep_what_was_there(file) == tmp_path / "a.previous.h5"
    assert (tmp_path / "a.previous.h5").read_text() == "second"
    assert file.read_text() == "second"


def test_the_file_of_a_crash_is_kept_under_a_name_that_the_notice_tells(tmp_path: Path) -> None:
    file = tmp_path / "a.h5"
    file.write_text("crashed")
    crash(file)
    take_notice()
    kept = keep_what_was_there(file)
    assert kept is not None
    assert kept.name.startswith("a.crashed-")
    assert kept.read_text() == "crashed"
    notice = take_notice()
    assert notice is not None
    assert notice.endswith(f"workspace.load({str(kept)!r})")
    assert keep_what_was_there(file) == tmp_path / "a.previous.h5"


def test_what_a_crash_left_half_written_is_removed(tmp_path: Path) -> None:
    crash(tmp_path / "a.h5")
    (marker,) = _autosave_marker.folder().iterdir()
    rest = tmp_path / f".a.h5.{json.loads(marker.read_text())['pid']}-0123abcd.tmp"
    rest.touch()
    other = tmp_path / ".a.h5.notes.tmp"
    other.touch()
    keep_what_was_there(tmp_path / "a.h5")
    assert not rest.exists()
    assert other.exists()


def test_where_no_links_are_known_the_file_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    file = tmp_path / "a.h5"
    file.write_text("first")
    keep_what_was_there(file)
    assert (tmp_path / "a.previous.h5").read_text() == "first"


@pytest.mark.skipif(sys.platform != "linux", reason="where folders are on Linux")
def test_markers_lie_where_jupyter_keeps_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert _autosave_marker.folder() == Path("/data/jupyter/datalab-kernel/autosave")
