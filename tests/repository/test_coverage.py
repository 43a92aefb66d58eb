"""The unit tasks note what they reach, and `coverage` fails when that becomes less."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

LINES = {"executed_branches": [], "missing_branches": []}


@pytest.fixture(scope="module")
def floors(root: Path) -> dict[str, float]:
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return document["tool"]["branch-coverage"]


def coverage(root: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, str(root / "tools" / "branch_coverage.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def note(folder: Path, task: str, reached: dict[str, tuple[int, ...]], of: int) -> None:
    """Write what a unit task leaves: of each package, one file of some lines."""
    files = {
        f"{package}/__init__.py": {
            **LINES,
            "executed_lines": list(lines),
            "missing_lines": [line for line in range(1, of + 1) if line not in lines],
        }
        for package, lines in reached.items()
    }
    meta = {"software": "slipcover", "branch_coverage": True}
    text = json.dumps({"meta": meta, "files": files})
    (folder / f"{task}.json").write_text(text, encoding="utf-8")


def test_each_package_has_a_floor(root: Path, floors: dict[str, float]) -> None:
    modules = {path.parent.name for path in root.glob("packages/*/src/*/__init__.py")}
    assert floors.keys() == modules
    assert [package for package, floor in floors.items() if not 0 < floor < 100] == []


def test_each_unit_task_notes_what_it_reaches(root: Path, pixi: dict[str, Any]) -> None:
    names = {
        path.parts[-2].replace("datalab-kernel", "unit") for path in root.glob("packages/*/src")
    }
    for name in names:
        task = pixi["feature"][name]["tasks"][name]
        assert task["env"] == {"DATALAB_KERNEL_COVERAGE": f".run/coverage/{name}.json"}
    assert names <= {*pixi["tasks"]["unit"]["depends-on"]}
    assert "coverage" in pixi["tasks"]["test"]["depends-on"]


def test_what_several_tasks_reach_counts_together(
    root: Path, floors: dict[str, float], tmp_path: Path
) -> None:
    note(tmp_path, "unit-one", dict.fromkeys(floors, (1, 2)), of=4)
    note(tmp_path, "unit-two", dict.fromkeys(floors, (2, 3, 4)), of=4)
    code, output = coverage(root, "--data", str(tmp_path))
    assert code == 0, output
    assert output.count("100.0 %") == len(floors)


def test_less_than_the_floor_fails_and_names_the_package(
    root: Path, floors: dict[str, float], tmp_path: Path
) -> None:
    note(tmp_path, "unit-one", {**dict.fromkeys(floors, (1, 2, 3)), "datalab_kernel": (1,)}, of=3)
    code, output = coverage(root, "--data", str(tmp_path))
    assert code == 1
    assert "reach too little of datalab_kernel;" in output


def test_a_package_of_which_nothing_is_seen_fails(root: Path, tmp_path: Path) -> None:
    assert coverage(root, "--data", str(tmp_path))[0] == 1


def test_a_run_notes_what_it_reaches_of_its_package_and_what_it_never_imports(
    root: Path, tmp_path: Path
) -> None:
    """A file of the repository's own is run, so that its conftest.py takes part."""
    found = tmp_path / "unit-channel.json"
    name = "packages/datalab-kernel-channel/tests/comm/test_plain_process.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    environment = {**os.environ, "DATALAB_KERNEL_COVERAGE": str(found)}
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    files = json.loads(found.read_text(encoding="utf-8"))["files"]
    assert files["datalab_kernel_channel/comm/_comm.py"]["executed_branches"]
    assert files["datalab_kernel_channel/values/_sigima.py"]["executed_lines"] == []
    assert files["datalab_kernel_channel/values/_sigima.py"]["missing_lines"]
    assert {path.split("/")[0] for path in files} == {"datalab_kernel_channel"}


def test_the_core_is_measured_by_its_own_tests_and_those_of_the_workspace(
    root: Path, tmp_path: Path
) -> None:
    code = "from support import coverage; print(*sorted(coverage.NAMES))"
    for task, names in (
        ("unit-core", "datalab_kernel"),
        ("unit-standalone", "datalab_kernel datalab_kernel_standalone"),
        ("unit-live", "datalab_kernel_live"),
    ):
        notes = str(tmp_path / f"{task}.json")
        environment = {
            **os.environ,
            "DATALAB_KERNEL_COVERAGE": notes,
            "PYTHONPATH": str(root / "tests"),
        }
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True
        )
        assert done.stdout.decode().strip() == names
