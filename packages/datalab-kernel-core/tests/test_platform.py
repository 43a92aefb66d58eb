"""What a web page lacks is asked in one place, and done without or said."""

import subprocess
import sys
from pathlib import Path

import pytest

import datalab_kernel.compute._pool as pool
from datalab_kernel.markers import MarkerFile, claimed
from datalab_kernel.platform import here
from datalab_kernel.session._warmup import is_wanted

PACKAGES = Path(__file__).resolve().parents[2]


@pytest.fixture
def in_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")


def test_a_computer_has_it_all() -> None:
    machine = here()
    assert not machine.is_browser
    assert machine.has_threads
    assert machine.has_processes
    assert machine.has_sockets
    assert machine.has_file_locks
    assert machine.has_hdf5


@pytest.mark.usefixtures("in_a_page")
def test_in_a_page_nothing_runs_beside_a_cell() -> None:
    assert not is_wanted()
    assert pool.number_of_cores() == 1


@pytest.mark.usefixtures("in_a_page")
def test_in_a_page_nobody_else_holds_a_file(tmp_path: Path) -> None:
    marker = MarkerFile(tmp_path / "a.lock")
    with claimed(marker.path) as stream:
        assert stream is not None
    marker.remove()


def test_a_stand_in_for_h5py_is_no_hdf5(tmp_path: Path) -> None:
    (tmp_path / "h5py").mkdir()
    (tmp_path / "h5py" / "__init__.py").touch()
    code = "from datalab_kernel.platform import here; print(here().has_hdf5)"
    paths = [str(tmp_path), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {paths}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_nobody_else_asks_for_the_browser() -> None:
    asking = [
        path.relative_to(PACKAGES).as_posix()
        for path in PACKAGES.glob("*/src/**/*.py")
        if "emscripten" in path.read_text(encoding="utf-8")
        and path.parts[len(PACKAGES.parts)] != "datalab-kernel-lite"  # which is for nothing else
    ]
    assert sorted(asking) == [
        "datalab-kernel-client/src/datalab_kernel_client/server/_in_page.py",  # it knows no core
        "datalab-kernel-core/src/datalab_kernel/platform.py",
    ]
