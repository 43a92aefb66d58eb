"""pixi.toml, environment.yml and the dependency groups name the same tools."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

SCHEMA = Path("../shared/facts/conda/pixi-schema-0.77.0.json")
PYPI_NAMES = {"matplotlib-base": "matplotlib", "playwright-python": "playwright"}
PACKAGES = ["core", "standalone", "live", "spec"]
NOT_FOR_DEVELOPING = {"datalab"}


def spelt(requirement: str) -> str:
    """Return a requirement in one spelling: PyPI name, no spaces, no marker, ``==`` before a pin."""
    text = requirement.split(";", maxsplit=1)[0]
    name, limit = re.fullmatch(r"\s*([\w.\[\]-]+)\s*(.*?)\s*", text).groups()
    name = PYPI_NAMES.get(name, name).replace("_", "-")
    return name + re.sub(r"^(?=\d)", "==", limit.replace("*", "").removesuffix("."))


def of_feature(pixi: dict[str, Any], feature: str) -> set[str]:
    return {
        spelt(f"{name} {limit}")
        for name, limit in pixi["feature"][feature].get("dependencies", {}).items()
    }


def of_package(root: Path, name: str) -> set[str]:
    path = root / "packages" / f"datalab-kernel-{name}" / "pyproject.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    hook = document["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    return {spelt(requirement) for requirement in hook["requires"]}


def test_pixi_toml_keeps_the_published_schema(root: Path, pixi: dict[str, Any]) -> None:
    path = root / SCHEMA
    if not path.is_file():
        pytest.skip(f"pixi's published schema isn't at {SCHEMA}, and isn't committed")
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(pixi, schema)


@pytest.mark.parametrize(
    "group", ["build", "lint", "pytest", "test", "demo", "docs", "bench", "browser"]
)
def test_a_dependency_group_names_what_the_feature_of_its_name_names(
    pixi: dict[str, Any], groups: dict[str, list[str]], group: str
) -> None:
    assert {spelt(item) for item in groups[group]} == of_feature(pixi, group)


def test_both_runners_install_the_same_datalab(
    pixi: dict[str, Any], groups: dict[str, list[str]]
) -> None:
    feature = pixi["feature"]["datalab"]["pypi-dependencies"]
    assert feature == {"datalab-platform": {"version": "==1.3.0", "extras": ["qt"]}}
    assert groups["datalab"] == ["datalab-platform[qt]==1.3.0"]


def test_every_group_belongs_to_a_feature(
    pixi: dict[str, Any], groups: dict[str, list[str]]
) -> None:
    assert set(groups) <= set(pixi["feature"])


@pytest.mark.parametrize("package", PACKAGES)
def test_pixi_installs_what_a_package_declares(
    root: Path, pixi: dict[str, Any], package: str
) -> None:
    assert of_feature(pixi, package) == of_package(root, package)


def test_environment_yml_is_the_union_of_all_features(root: Path, pixi: dict[str, Any]) -> None:
    document = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    listed = {spelt(item) for item in document["dependencies"] if isinstance(item, str)}
    features = set(pixi["feature"]) - NOT_FOR_DEVELOPING
    assert listed == set().union(*(of_feature(pixi, feature) for feature in features))


def test_environment_yml_installs_our_packages_by_path(root: Path) -> None:
    document = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    by_pip = next(item["pip"] for item in document["dependencies"] if isinstance(item, dict))
    assert by_pip == [f"-e ./packages/datalab-kernel-{name}" for name in PACKAGES]


def test_a_whole_run_differs_from_a_sampled_one_only_by_its_variable(pixi: dict[str, Any]) -> None:
    tasks = {
        name: task
        for feature in pixi["feature"].values()
        for name, task in feature.get("tasks", {}).items()
    }
    for name in (
        "unit-core",
        "unit-standalone",
        "unit-live",
        "unit-spec",
        "integration",
        "test-browser",
    ):
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
    assert sorted(map(Path, tool["mypy"]["files"][:-1])) == sources
    assert sorted(tool["importlinter"]["root_packages"]) == modules
    assert tested == {path.parts[1].replace("datalab-kernel", "unit") for path in sources}
