"""The command lines of docs/guide/installing.md work as they stand there, in their order.

A fresh virtual environment is told of the dependencies that this one has, so that what the page says
is tried and not the network. They are run with DATALAB_KERNEL_TEST_FULL=1 only: some take minutes.
"""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support.repository.clones import clone_of, copy_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "guide" / "installing.md").read_text(encoding="utf-8")
LINES = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
NOT_HERE = ("conda", "mamba", "pixi", "uv")
whole_only = pytest.mark.skipif(
    os.environ.get("DATALAB_KERNEL_TEST_FULL") != "1",
    reason="the lines of the page are run with DATALAB_KERNEL_TEST_FULL=1",
)
NAMED_FROM_AN_INDEX = re.compile(
    r"(pip|uv pip|uv|pixi) (install|add|download)[^\n]* datalab[-_]kernel"
)


class Machine:
    """A person's home, a clone of this repository, and folders that only an administrator writes to."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.clone = clone_of(copy_of(ROOT, folder / "repository"), folder / "clone")
        self.folders = {"/opt/": f"{folder}/opt/", "/usr/local": f"{folder}/local"}
        self.dependencies = self.link_dependencies(folder / "dependencies")

    def link_dependencies(self, folder: Path) -> Path:
        """Return a folder with links to everything that is installed here and isn't ours."""
        folder.mkdir()
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if not path.name.startswith(("datalab_kernel", "pip", "setuptools", "_", "distutils")):
                (folder / path.name).symlink_to(path)
        return folder

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        for place, ours in self.folders.items():
            line = line.replace(place, ours)
        dropped = ("PYTHON", "VIRTUAL_ENV", "JUPYTER", "XDG")
        kept = {key: text for key, text in os.environ.items() if not key.startswith(dropped)}
        path = os.pathsep.join([str(Path(sys.base_prefix) / "bin"), kept["PATH"]])
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", line],
            cwd=self.clone,
            env={**kept, "HOME": str(self.home), "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        for config in [
            *self.home.glob("*/pyvenv.cfg"),
            *self.clone.parent.glob("opt/*/pyvenv.cfg"),
        ]:
            [packages] = config.parent.glob("lib/python*/site-packages")
            (packages / "here.pth").write_text(f"{self.dependencies}\n", encoding="utf-8")
        return done


RUN = [line for line in LINES if line.split(maxsplit=1)[0] not in NOT_HERE]


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, subprocess.CompletedProcess[str]]:
    """Return what each line did, run one after another."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    return {line: machine.run(line) for line in RUN}


@whole_only
@pytest.mark.parametrize("line", RUN)
def test_a_line_of_the_page_works(
    results: dict[str, subprocess.CompletedProcess[str]], line: str
) -> None:
    done = results[line]
    assert done.returncode == 0, done.stdout + done.stderr


@whole_only
def test_the_kernelspec_is_where_the_page_says(
    results: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    [listed] = [done.stdout for line, done in results.items() if line.endswith("spec list")]
    assert "home/lab/share/jupyter/kernels/datalab" in listed


@whole_only
def test_the_small_installation_computes(
    results: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    [shown] = [done.stdout for line, done in results.items() if "small/bin/python -c" in line]
    assert shown == "Workspace(standalone, empty)\n"


def test_no_line_takes_the_kernel_by_name_from_an_index() -> None:
    assert [line for line in LINES if NAMED_FROM_AN_INDEX.search(line)] == []
    assert NAMED_FROM_AN_INDEX.search("python -m pip install datalab-kernel")
