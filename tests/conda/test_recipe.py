"""The recipe keeps conda-forge's rules as far as they can be checked without conda-forge, and builds nothing."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from rattler_build import RenderConfig, Stage0Recipe, VariantConfig

from conda._recipe import RECIPE, output_names, read_recipe
from conda._source import ROOT, version
from offline_channel._names import match_spec, pypi_name

NAMES = output_names()
MAINTAINER = re.compile(r"[a-zA-Z\d](?:[a-zA-Z\d]|-(?=[a-zA-Z\d])){0,38}")
ZEROS = "0" * 64


@pytest.fixture(scope="module")
def recipe() -> dict[str, Any]:
    return read_recipe()


@pytest.fixture(scope="module")
def outputs(recipe: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(zip(NAMES, recipe["outputs"], strict=True))


def of_package(name: str) -> dict[str, Any]:
    text = (ROOT / "packages" / name / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rendered(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[dict[str, Any]]:
    for name in ("DATALAB_KERNEL_SOURCE", "DATALAB_KERNEL_PYTHON_MIN"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    variants = Stage0Recipe.from_file(RECIPE).render(VariantConfig(), RenderConfig())
    return [variant.recipe.to_dict() for variant in variants]


# ---------------------------------------------------------------- what rattler-build makes of it


def test_rattler_build_reads_and_renders_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one["package"]["name"] for one in rendered(monkeypatch)]
    assert found == NAMES


def test_a_word_that_recipes_dont_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE.read_text().replace("license_file:", "licence_file:", 1))
    with pytest.raises(Exception, match="licence_file"):
        Stage0Recipe.from_file(path)


def test_conda_forge_builds_the_release_archive_and_never_an_indexs_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = [str(one["source"]) for one in rendered(monkeypatch)]
    assert len(set(sources)) == 1
    assert f"/archive/refs/tags/v{version()}.tar.gz" in sources[0]
    assert "sha256" in sources[0]
    assert "pypi" not in RECIPE.read_text(encoding="utf-8").lower().replace("pypi's", "")


def test_a_local_tree_takes_its_place_where_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [str(one["source"]) for one in rendered(monkeypatch, DATALAB_KERNEL_SOURCE="/tree")]
    assert set(sources) == {sources[0]}
    assert "/tree" in sources[0]
    assert "archive" not in sources[0]


# ---------------------------------------------------------------- it says what the wheels say


def test_there_is_an_output_for_every_package() -> None:
    folders = sorted(path.parent.name for path in ROOT.glob("packages/*/pyproject.toml"))
    assert sorted(NAMES) == folders


def test_the_version_is_that_of_everything_else(recipe: dict[str, Any]) -> None:
    assert recipe["context"]["version"] == version()


@pytest.mark.parametrize("name", NAMES)
def test_it_needs_what_the_wheel_needs(name: str, outputs: dict[str, dict[str, Any]]) -> None:
    hook = of_package(name)["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    pins = [
        f'${{{{ pin_subpackage(name ~ "{one.removeprefix("datalab-kernel")}", exact=True) }}}}'
        for one in (*hook["siblings"], *hook.get("siblings-on-computers", []))
    ]
    foreign = [match_spec(Requirement(one)) for one in hook["requires"]]
    assert outputs[name]["requirements"]["run"] == [
        "python >=${{ python_min }}",
        *pins,
        *foreign,
    ]


@pytest.mark.parametrize("name", NAMES)
def test_its_host_has_what_builds_the_wheel(name: str, outputs: dict[str, dict[str, Any]]) -> None:
    needs = [match_spec(Requirement(one)) for one in of_package(name)["build-system"]["requires"]]
    host = outputs[name]["requirements"]["host"]
    assert host == ["python ${{ python_min }}.*", *needs, "pip >=23"]


@pytest.mark.parametrize("name", NAMES)
def test_its_commands_are_the_wheels(name: str, outputs: dict[str, dict[str, Any]]) -> None:
    scripts = of_package(name)["project"].get("scripts", {})
    commands = outputs[name]["build"].get("python", {}).get("entry_points", [])
    assert commands == [f"{command} = {target}" for command, target in scripts.items()]


def test_the_oldest_python_is_the_wheels(recipe: dict[str, Any]) -> None:
    oldest = {of_package(name)["project"]["requires-python"] for name in NAMES}
    default = re.search(r'default="([\d.]+)"', recipe["context"]["python_min"])
    assert default is not None
    assert oldest == {f">={default.group(1)}"}


# ---------------------------------------------------------------- conda-forge's linter, by hand


@pytest.mark.parametrize("name", NAMES)
def test_it_is_noarch_and_pins_no_python_but_the_oldest(
    name: str, outputs: dict[str, dict[str, Any]]
) -> None:
    output = outputs[name]
    assert output["build"]["noarch"] == "python"
    pythons = [
        need
        for section in output["requirements"].values()
        for need in section
        if need.split()[0] == "python"
    ]
    assert pythons == ["python ${{ python_min }}.*", "python >=${{ python_min }}"]
    assert "skip" not in output["build"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_built_without_an_index(name: str, outputs: dict[str, dict[str, Any]]) -> None:
    script = outputs[name]["build"]["script"]
    for line in script["content"] if isinstance(script, dict) else script:
        assert line.startswith("${{ PYTHON }} -m pip ")
        assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(line.split())


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is_and_under_which_licence(
    name: str, outputs: dict[str, dict[str, Any]]
) -> None:
    about = outputs[name]["about"]
    assert {"summary", "homepage", "repository", "license", "license_file"} <= set(about)
    assert about["license"] == of_package(name)["project"]["license"]
    assert (ROOT / about["license_file"]).is_file()
    assert not about["summary"].endswith(".")
    assert len(about["summary"]) < 100


@pytest.mark.parametrize("name", NAMES)
def test_it_is_tested_by_imports_pip_check_files_and_a_script(
    name: str, outputs: dict[str, dict[str, Any]]
) -> None:
    tests = {next(iter(test)): test for test in outputs[name]["tests"]}
    assert tests["python"]["python"]["pip_check"] is True
    assert tests["python"]["python"]["python_version"] == "${{ python_min }}.*"
    assert "package_contents" in tests
    script = tests["script"]
    assert "python ${{ python_min }}.*" in script["requirements"]["run"]
    for file in script["files"]["recipe"]:
        assert (RECIPE.parent / file).is_file()


def test_no_script_hides_a_package_that_it_runs_beside() -> None:
    lists = Path(__file__).parent.joinpath("expected").glob("*.txt")
    names = {name for path in lists for name in path.read_text(encoding="utf-8").split()}
    brought = {pypi_name(name) for name in names}
    scripts = {path.stem for path in RECIPE.parent.joinpath("tests").glob("*.py")}
    assert "dask" in brought, "the lists say what conda installs"
    assert not scripts & brought, "python tests/NAME.py finds NAME.py before the package NAME"


def test_no_name_has_a_limit_without_a_space_and_none_is_twice(
    outputs: dict[str, dict[str, Any]],
) -> None:
    for output in outputs.values():
        for section in output["requirements"].values():
            plain = [need for need in section if not need.startswith("${{")]
            assert all(re.fullmatch(r"[a-z0-9_-]+( [<>=!].*| \$\{\{.*)", need) for need in plain)
            assert len({need.split()[0] for need in plain}) == len(plain)


def test_the_maintainers_can_be_accounts_and_the_build_number_is_set(
    recipe: dict[str, Any],
) -> None:
    maintainers = recipe["extra"]["recipe-maintainers"]
    assert maintainers
    assert all(MAINTAINER.fullmatch(one) for one in maintainers)
    assert recipe["build"]["number"] == 0
    assert recipe["extra"]["feedstock-name"] == "${{ name }}"


def test_the_checksum_is_one_or_openly_none(recipe: dict[str, Any]) -> None:
    checksum = recipe["context"]["sha256"]
    assert re.fullmatch(r"[0-9a-f]{64}", checksum)
    if checksum == ZEROS:
        assert "there is no release yet" in RECIPE.read_text(encoding="utf-8")


def test_it_ends_with_one_newline_and_has_no_blanks_at_line_ends() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert re.search(r"[^\n]\n\Z", text)
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)


def test_the_feedstock_is_built_by_rattler_build() -> None:
    settings = yaml.safe_load((RECIPE.parent / "conda-forge.yml").read_text(encoding="utf-8"))
    assert settings["conda_build_tool"] == "rattler-build"
    assert settings["noarch_platforms"] == ["linux_64", "win_64"]
