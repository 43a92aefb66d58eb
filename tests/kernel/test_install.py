"""A kernel started from a kernelspec that ``install`` wrote, wherever that is."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from support.kernel.driver import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "Mesures été (µs)"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of an environment in a folder with blanks and accents.

    It sees this environment's packages.
    """
    prefix = tmp_path_factory.mktemp("disk") / FOLDER / "venv"
    venv.create(prefix, symlinks=os.name != "nt")
    scripts = prefix / ("Scripts" if os.name == "nt" else "bin")
    executable = scripts / ("python.exe" if os.name == "nt" else "python")
    ask = [executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.check_output(ask, text=True, encoding="utf-8").strip())
    ours = sysconfig.get_path("purelib")
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return executable


def command(python: Path | str, *arguments: str) -> str:
    ended = subprocess.run(
        [python, "-m", "datalab_kernel_spec", *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    return ended.stdout


@contextmanager
def started_from(prefix: Path, name: str = "datalab") -> Iterator[Kernel]:
    specs = KernelSpecManager(kernel_dirs=[str(prefix / "share/jupyter/kernels")])
    manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_kernel_starts_in_an_environment_whose_path_has_blanks_and_accents(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "été runtime"))
    prefix = tmp_path / FOLDER
    command(python, "install", "--prefix", str(prefix), "--mode", "standalone")
    with started_from(prefix) as kernel:
        assert kernel.value("import sys; sys.executable") == repr(str(python))
        assert kernel.value("workspace.mode.value, np.pi > 3") == "('standalone', True)"


def test_its_variables_and_mode_reach_the_kernel(tmp_path: Path) -> None:
    command(
        sys.executable,
        *("install", "--prefix", str(tmp_path), "--name", "lab2", "--mode", "standalone"),
        *("--env", "MEASURED=été 1=2", "--env", "DATALAB_KERNEL_WARMUP=off"),
    )
    with started_from(tmp_path, "lab2") as kernel:
        assert kernel.value("import os; os.environ['MEASURED']") == "'été 1=2'"
        assert kernel.value("repr(workspace)") == "'Workspace(standalone, empty)'"


def test_jupyter_finds_it_in_this_prefix_and_forgets_it_after_uninstall(python: Path) -> None:
    prefix = python.parents[1]
    kernels = prefix / "share/jupyter/kernels"
    command(python, "install", "--sys-prefix", "--display-name", "Mesures")
    found = KernelSpecManager(kernel_dirs=[str(kernels)]).get_kernel_spec("datalab")
    assert (found.display_name, found.argv[0]) == ("Mesures", str(python))
    shown = command(python, "list", "--sys-prefix")
    assert "datalab  Mesures  mode auto  by install" in shown
    assert f"starts {python}\n" in shown
    command(python, "uninstall", "--sys-prefix")
    assert list(kernels.iterdir()) == []


def test_list_finds_the_packages_own_and_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    command(sys.executable, "install", "--user", "--name", "datalab-mine")
    shown = command(sys.executable, "list")
    assert "datalab-mine  DataLab (datalab-mine)  mode auto  by install" in shown
    assert (
        "datalab  DataLab  mode auto  by " in shown
    )  # the package, or where it is editable, install
