"""pixi.toml is right although pixi isn't run here: its published schema, and what that misses."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from runner.errors import RunnerError
from runner.tasks import Manifest, read_manifest

SCHEMA = Path("../shared/facts/conda/pixi-schema-0.77.0.json")
NOT_ON_WINDOWS = re.compile(r"\$\w|/bin/|\.sh\b|:(?!//)|^~|'")
"""A variable, a folder or a script of a POSIX shell, or a list of paths with colons."""
ONLY_IN_FULL = {"tests/foreign"}
"""Other projects' suites, which no change needs before every commit."""
NEEDED = {"default", "test", "docs", "lint", "py311", "py312", "py313", "py314", "lowest"}


@pytest.fixture
def schema(root: Path) -> dict[str, Any]:
    path = root / SCHEMA
    if not path.is_file():
        pytest.skip(f"pixi's published schema isn't at {SCHEMA}, and isn't committed")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def broken(pixi: dict[str, Any]) -> dict[str, Any]:
    """Return a copy to break."""
    return copy.deepcopy(pixi)


@pytest.fixture
def manifest(root: Path) -> Manifest:
    return read_manifest(root / "pixi.toml")


def read(document: dict[str, Any], folder: Path) -> Manifest:
    """Read a document as tools/run.py reads pixi.toml, and follow every task's dependencies."""
    path = folder / "pixi.toml"
    path.write_text("\n".join(toml(document)), encoding="utf-8")
    manifest = read_manifest(path)
    for task in manifest.tasks:
        manifest.in_order(task)
    return manifest


def toml(table: dict[str, Any], name: str = "") -> Iterator[str]:
    """Write the TOML that pixi.toml needs; JSON's texts, numbers and lists are TOML's too."""
    if name:
        yield f"[{name}]"
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    yield from (
        f"{json.dumps(key)} = {json.dumps(value)}"
        for key, value in table.items()
        if key not in inner
    )
    for key, value in inner.items():
        yield from toml(value, f"{name}.{json.dumps(key)}".lstrip("."))


def texts_for_windows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what Windows gets to see: commands, variables, folders, by where they stand."""
    for name, feature in {"default": document, **document["feature"]}.items():
        for task, value in feature.get("tasks", {}).items():
            table = value if isinstance(value, dict) else {"cmd": value}
            yield f"cmd of {task}", str(table.get("cmd", ""))
            yield f"cwd of {task}", table.get("cwd", "")
            yield from ((f"{key} of {task}", text) for key, text in table.get("env", {}).items())
        everywhere = feature.get("activation", {}).get("env", {})
        there = feature.get("target", {}).get("win-64", {}).get("activation", {}).get("env", {})
        for key, text in {**everywhere, **there}.items():
            yield f"{key} of feature {name}", re.sub(r"%\w+%", "", text)


def trouble_on_windows(document: dict[str, Any]) -> list[str]:
    return [place for place, text in texts_for_windows(document) if NOT_ON_WINDOWS.search(text)]


def test_it_keeps_the_published_schema(pixi: dict[str, Any], schema: dict[str, Any]) -> None:
    jsonschema.validate(pixi, schema)


def set_unknown_key(pixi: dict[str, Any]) -> None:
    pixi["tasks"]["test"]["comand"] = "true"


def set_relative_number(pixi: dict[str, Any]) -> None:
    pixi["feature"]["core"]["dependencies"]["numpy"] = 1.26


def set_unknown_strategy(pixi: dict[str, Any]) -> None:
    pixi["feature"]["lowest"]["solve-strategy"] = "lowest-of-all"


@pytest.mark.parametrize("change", [set_unknown_key, set_relative_number, set_unknown_strategy])
def test_the_schema_finds_a_mistake(
    broken: dict[str, Any], schema: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    change(broken)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_every_name_in_it_is_defined(pixi: dict[str, Any], tmp_path: Path) -> None:
    assert read(pixi, tmp_path).tasks.keys() >= {"test", "test-full", "demo", "docs", "bench"}


def use_unknown_feature(pixi: dict[str, Any]) -> None:
    pixi["environments"]["docs"]["features"].append("dcos")


def depend_on_unknown_task(pixi: dict[str, Any]) -> None:
    pixi["tasks"]["test"]["depends-on"].append("lnit")


def keep_the_tasks_of_the_default_feature_out(pixi: dict[str, Any]) -> None:
    pixi["environments"]["default"]["no-default-feature"] = True


def define_a_task_that_two_environments_have(pixi: dict[str, Any]) -> None:
    pixi["feature"]["core"]["tasks"] = {"anywhere": "python --version"}


def use_a_shell(pixi: dict[str, Any]) -> None:
    pixi["feature"]["docs"]["tasks"]["docs"]["cmd"] = "make html && make check"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (use_unknown_feature, "environment 'docs' names the feature 'dcos'"),
        (depend_on_unknown_task, "task 'test' depends on 'lnit'"),
        (keep_the_tasks_of_the_default_feature_out, "must belong to one environment, found none"),
        (define_a_task_that_two_environments_have, "'anywhere' must belong to one environment"),
        (use_a_shell, "needs a shell"),
    ],
)
def test_what_the_schema_misses_is_found(
    broken: dict[str, Any],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    message: str,
) -> None:
    change(broken)
    with pytest.raises(RunnerError, match=message):
        read(broken, tmp_path)


def test_nothing_in_it_is_for_posix_shells_only(pixi: dict[str, Any]) -> None:
    assert trouble_on_windows(pixi) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cmd", "python $HOME/x.py"),
        ("cmd", "bash make.sh"),
        ("cmd", "python -c 'print(1)'"),
        ("env", {"PYTHONPATH": "packages/a/src:packages/b/src"}),
        ("cwd", "~"),
    ],
)
def test_what_windows_cannot_do_is_found(broken: dict[str, Any], key: str, value: Any) -> None:
    broken["feature"]["docs"]["tasks"]["docs"][key] = value
    assert len(trouble_on_windows(broken)) == 1


def test_an_activation_for_posix_shells_needs_one_for_windows(broken: dict[str, Any]) -> None:
    del broken["feature"]["test"]["target"]
    assert trouble_on_windows(broken) == ["DATALAB_PYTHON of feature test"]


def test_there_is_an_environment_for_each_need(pixi: dict[str, Any]) -> None:
    assert pixi["environments"].keys() >= NEEDED


def test_each_python_that_the_packages_support_has_its_tests(
    pixi: dict[str, Any], manifest: Manifest, root: Path
) -> None:
    text = (root / "packages/datalab-kernel-core/pyproject.toml").read_text(encoding="utf-8")
    supported = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)
    limits = [
        manifest.environments[f"py{version.replace('.', '')}"].pythons for version in supported
    ]
    assert limits == [(f"{version}.*",) for version in supported]
    assert pixi["tasks"]["test-pythons"]["depends-on"] == [
        f"test-py{version.replace('.', '')}" for version in supported
    ]


def test_our_packages_come_from_this_tree(pixi: dict[str, Any], root: Path) -> None:
    ours = {
        name: requirement
        for feature in pixi["feature"].values()
        for name, requirement in feature.get("pypi-dependencies", {}).items()
        if name.startswith("datalab-kernel")
    }
    assert ours == {
        path.name: {"path": f"packages/{path.name}"} for path in root.glob("packages/*")
    }


def test_an_environment_with_a_package_has_its_siblings(manifest: Manifest) -> None:
    core = "packages/datalab-kernel-core"
    alone = {f"packages/datalab-kernel-{name}" for name in ("client", "channel", "lite")}
    lacking = [
        e.name
        for e in manifest.environments.values()
        if {*e.packages} - alone and core not in e.packages
    ]
    assert lacking == []


def test_every_task_says_what_it_is_for(manifest: Manifest) -> None:
    assert [task.name for task in manifest.tasks.values() if not task.description] == []


@pytest.mark.parametrize("name", ["test", "test-full"])
def test_no_test_is_run_twice(manifest: Manifest, name: str) -> None:
    commands = [
        (task.command, task.environment) for task in manifest.in_order(name) if task.command
    ]
    assert len(set(commands)) == len(commands)


@pytest.mark.parametrize("name", ["test", "test-full"])
def test_each_folder_of_tests_is_in_one_task_of_what_ci_runs(
    manifest: Manifest, root: Path, name: str
) -> None:
    words = [word for task in manifest.in_order(name) for word in task.command]
    named = [word for word in words if word.startswith("tests/") and not word.endswith(".py")]
    folders = {path.parent.relative_to(root).as_posix() for path in root.glob("tests/*/test_*.py")}
    assert sorted(named) == sorted(folders - ONLY_IN_FULL if name == "test" else folders)
