"""pixi.toml, environment.yml, the dependency groups, the conda recipe and our wheels name the same things."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

from offline_channel._names import pypi_name

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "recipes" / "datalab-kernel" / "recipe.yaml"
PACKAGES = sorted(
    path.parent.name.removeprefix("datalab-kernel-") for path in ROOT.glob("packages/*/src")
)
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
NOT_FOR_DEVELOPING = {
    "datalab",
    "formats-libraries",
    "formats-gpl",
    "jupyverse",
    "server-old",
    "site-before",
    "py311",
    "py312",
    "py313",
    "py314",
    "lowest",
}
"""Features whose environments are not the one that people develop in."""


def spelt(requirement: str) -> str:
    """Return a requirement in one spelling: PyPI name, no spaces, no marker, ``==`` before a pin."""
    text = requirement.split(";", maxsplit=1)[0]
    name, limit = re.fullmatch(r"\s*([\w.-]+(?:\[[\w,]+\])?)\s*(.*?)\s*", text).groups()
    name, bracket, extras = name.partition("[")
    limit = re.sub(r"^(?=\d)", "==", limit.replace("*", "").removesuffix("."))
    return f"{pypi_name(name)}{bracket}{extras}{limit}"


def of_feature(pixi: dict[str, Any], feature: str) -> set[str]:
    tables = pixi["feature"][feature]
    limits = {**tables.get("dependencies", {}), **tables.get("pypi-dependencies", {})}
    extras = {
        f"{name}[{','.join(limit['extras'])}]": limit["version"]
        for name, limit in limits.items()
        if isinstance(limit, dict) and "version" in limit
    }
    plain = {name: limit for name, limit in limits.items() if isinstance(limit, str)}
    return {spelt(f"{name} {limit}") for name, limit in {**plain, **extras}.items()}


def of_package(root: Path, name: str) -> set[str]:
    path = root / "packages" / f"datalab-kernel-{name}" / "pyproject.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    hook = document["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    return {spelt(requirement) for requirement in hook["requires"]}


@pytest.mark.parametrize("group", GROUPS.keys() - {"datalab"})
def test_a_dependency_group_names_what_the_feature_of_its_name_names(
    pixi: dict[str, Any], group: str
) -> None:
    assert {spelt(item) for item in GROUPS[group]} == of_feature(pixi, group)


def test_both_runners_install_the_same_datalab(pixi: dict[str, Any]) -> None:
    feature = pixi["feature"]["datalab"]["pypi-dependencies"]
    assert feature == {"datalab-platform": {"version": "==1.3.0", "extras": ["qt"]}}
    assert GROUPS["datalab"] == ["datalab-platform[qt]==1.3.0"]


def test_every_group_belongs_to_a_feature(
    pixi: dict[str, Any],
) -> None:
    assert GROUPS.keys() <= pixi["feature"].keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_pixi_installs_what_a_package_declares(
    root: Path, pixi: dict[str, Any], package: str
) -> None:
    assert of_feature(pixi, package) == of_package(root, package)


def by_pip(document: dict[str, Any]) -> list[str]:
    return next(item["pip"] for item in document["dependencies"] if isinstance(item, dict))


def test_environment_yml_is_the_union_of_all_features(root: Path, pixi: dict[str, Any]) -> None:
    document = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    listed = {spelt(item) for item in document["dependencies"] if isinstance(item, str)}
    listed |= {spelt(item) for item in by_pip(document) if not item.startswith("-e ")}
    features = set(pixi["feature"]) - NOT_FOR_DEVELOPING
    assert listed == set().union(*(of_feature(pixi, feature) for feature in features))


def test_environment_yml_installs_our_packages_by_path(root: Path) -> None:
    document = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    ours = [item for item in by_pip(document) if item.startswith("-e ")]
    assert sorted(ours) == [f"-e ./packages/datalab-kernel-{name}" for name in PACKAGES]


def of_output(name: str) -> tuple[set[str], set[str]]:
    """Return what an output of the recipe needs at run time: siblings, and everything else."""
    outputs = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))["outputs"]
    wanted = f"${{{{ name }}}}{name.removeprefix('datalab-kernel')}"
    [output] = [item for item in outputs if item["package"]["name"] == wanted]
    lines = set(output["requirements"]["run"]) - {"python >=${{ python_min }}"}
    pin = re.compile(r'\$\{\{ pin_subpackage\(name ~ "(.*)", exact=True\) \}\}')
    pins = {line: f"datalab-kernel{found[1]}" for line in lines if (found := pin.fullmatch(line))}
    return set(pins.values()), {spelt(line) for line in lines - pins.keys()}


@pytest.mark.parametrize("path", sorted(ROOT.glob("packages/*")), ids=lambda path: path.name)
def test_a_package_declares_the_same_in_its_sources_its_wheel_and_the_recipe(path: Path) -> None:
    document = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))
    declared = document["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    siblings = {*declared["siblings"], *declared.get("siblings-on-computers", [])}
    stated = [item.replace("'", '"') for item in distribution(path.name).requires or []]
    elsewhere = ("extra ==", 'sys_platform == "emscripten"')
    needed = [item for item in stated if not any(marker in item for marker in elsewhere)]
    requires = [spelt(item) for item in needed]
    ours = {item for item in requires if item.startswith("datalab-kernel")}
    assert of_output(path.name) == (
        siblings,
        {spelt(item) for item in declared["requires"]},
    )
    assert {item.split("==")[0] for item in ours} == siblings
    assert set(requires) - ours == {spelt(item) for item in declared["requires"]}


def test_the_recipe_is_of_this_version_and_python(version: str) -> None:
    context = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))["context"]
    assert context["version"] == version
    oldest = distribution("datalab-kernel").metadata["Requires-Python"].removeprefix(">=")
    assert f'default="{oldest}"' in context["python_min"]


def test_what_builds_a_wheel_is_the_same_everywhere(pixi: dict[str, Any]) -> None:
    hosts = [
        {spelt(line) for line in output["requirements"]["host"] if not line.startswith("python ")}
        for output in yaml.safe_load(RECIPE.read_text(encoding="utf-8"))["outputs"]
    ]
    assert all(host == hosts[0] for host in hosts)
    assert hosts[0] <= of_feature(pixi, "conda")
    for path in ROOT.glob("packages/*/pyproject.toml"):
        [needed] = tomllib.loads(path.read_text(encoding="utf-8"))["build-system"]["requires"]
        assert {needed, "pip>=23"} == hosts[0]


def test_both_runners_build_with_the_same_uv(root: Path) -> None:
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert GROUPS["build"] == [f"uv{document['tool']['uv']['required-version']}"]


def test_a_whole_run_differs_from_a_sampled_one_only_by_its_variable(pixi: dict[str, Any]) -> None:
    tasks = {
        name: task
        for feature in pixi["feature"].values()
        for name, task in feature.get("tasks", {}).items()
    }
    whole = [name.removesuffix("-full") for name in tasks if name.endswith("-full")]
    assert {*(f"unit-{name}" for name in PACKAGES), "test-kernel", "test-live", "test-browser"} <= {
        *whole
    }
    for name in whole:
        assert tasks[f"{name}-full"]["cmd"] == tasks[name]["cmd"]
        assert tasks[f"{name}-full"]["env"] == {"DATALAB_KERNEL_TEST_FULL": "1"}
        assert tasks[f"{name}-full"].get("depends-on") == tasks[name].get("depends-on")


def test_every_package_with_code_is_typed_layered_and_unit_tested(
    root: Path, pixi: dict[str, Any]
) -> None:
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    sources = sorted(path.relative_to(root) for path in root.glob("packages/*/src"))
    modules = sorted(path.parent.name for path in root.glob("packages/*/src/*/__init__.py"))
    tested = {name for name in pixi["feature"] if name.startswith("unit-")}
    typed = [Path(name) for name in tool["mypy"]["files"] if name.startswith("packages/")]
    assert sorted(typed) == sources
    assert sorted(tool["importlinter"]["root_packages"]) == modules
    assert tested == {path.parts[1].replace("datalab-kernel", "unit") for path in sources}


def test_a_commit_is_checked_by_tasks_that_ci_runs_too(root: Path, pixi: dict[str, Any]) -> None:
    document = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repository in document["repos"] for hook in repository["hooks"]]
    assert entries
    tasks = {entry.removeprefix("python3 tools/run.py ") for entry in entries}
    assert tasks <= {*pixi["tasks"]["test"]["depends-on"]}
