"""``conda install datalab-kernel``: what comes along, and the kernel that it installs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conda._build import Built
from conda._errors import CondaToolError
from conda._expected import differences
from conda._prefix import Prefix
from conda._recipe import RECIPE
from offline_channel._channel import LocalChannel

pytestmark = pytest.mark.timeout(900)

NAME = "datalab-kernel"


@pytest.fixture(scope="module")
def prefix(work: Path, built: Built) -> Prefix:
    """Give a prefix with everything, and Jupyter's client to start a kernel."""
    made = Prefix(work / "whole")
    made.become([NAME], built.channels)
    return made


def test_it_brings_what_is_expected_and_nothing_else(prefix: Prefix) -> None:
    assert differences(NAME, prefix.packages()) == []


def test_xpython_is_a_program_as_on_conda_forge(prefix: Prefix, tmp_path: Path) -> None:
    assert (prefix.folder / "bin" / "xpython").is_file()
    assert not list(prefix.folder.rglob("xeus_python-*.dist-info"))
    with pytest.raises(CondaToolError, match="No module named 'xpython'"):
        prefix.run("python", "-c", "import xpython", cwd=tmp_path)


@pytest.fixture(scope="module")
def with_client(prefix: Prefix, built: Built) -> Prefix:
    prefix.become([NAME, "nbclient"], built.channels)
    return prefix


@pytest.mark.parametrize("script", ["spec.py", "together.py"])
def test_the_kernel_starts_from_its_installed_kernelspec(
    with_client: Prefix, tmp_path: Path, script: str
) -> None:
    with_client.run("python", str(RECIPE.parent / "tests" / script), cwd=tmp_path)


def test_jupyter_lists_the_kernel_beside_xpythons_own(with_client: Prefix, tmp_path: Path) -> None:
    listed = with_client.run("jupyter-kernelspec", "list", cwd=tmp_path)
    assert {line.split()[0] for line in listed.splitlines()[1:]} == {
        "datalab",
        "xpython",
        "xpython-raw",
    }


@pytest.mark.usefixtures("whole_run")
def test_the_demo_notebook_runs_on_the_installed_kernel(
    with_client: Prefix, tmp_path: Path
) -> None:
    runner = str(Path(__file__).with_name("notebook_in_prefix.py"))
    notebook = str(Path(__file__).resolve().parents[2] / "examples" / "first_steps.ipynb")
    told = with_client.run("python", runner, notebook, cwd=tmp_path)
    assert "pictures: 5" in told
    assert (tmp_path / "analysis.h5").stat().st_size > 0


@pytest.mark.usefixtures("whole_run")
def test_the_kernel_runs_on_the_wheels_xpython_too(
    new_prefix: Callable[[str], Prefix], built: Built, channel: LocalChannel, tmp_path: Path
) -> None:
    other = new_prefix("wheel-shape")
    channels = [built.channels[0], channel.wheel_shape, channel.base]
    other.become([NAME, "jupyter_client"], channels)
    other.run("python", "-c", "import xpython", cwd=tmp_path)
    assert not (other.folder / "bin" / "xpython").exists()
    for script in ("spec.py", "together.py"):
        other.run("python", str(RECIPE.parent / "tests" / script), cwd=tmp_path)
