"""Every output of the recipe is built, says what it needs, and passes the recipe's own tests."""

import re
from pathlib import Path

import pytest
from conda_package_streaming.package_streaming import stream_conda_component
from rattler_build import Package

from conda._build import Built, run_recipe_tests
from conda._recipe import output_names
from conda._source import version

pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(900)]

NAMES = output_names()


@pytest.fixture(params=NAMES)
def package(request: pytest.FixtureRequest, built: Built) -> Path:
    return built.packages[request.param]


def test_it_passes_the_recipes_tests(package: Path, built: Built) -> None:
    assert run_recipe_tests(package, built.channels) >= 2


def test_it_is_for_every_platform_and_of_this_version(package: Path) -> None:
    found = Package.from_file(package)
    assert (found.noarch, found.version, found.license) == ("python", version(), "BSD-3-Clause")


def test_it_needs_its_siblings_by_their_exact_build(package: Path, built: Built) -> None:
    needs = [need.split() for need in Package.from_file(package).depends if "datalab" in need]
    alone = {built.packages[f"datalab-kernel-{name}"] for name in ("core", "client")}
    assert bool(needs) == (package not in alone)
    for name, number, build in needs:
        assert number.startswith("==")
        assert built.packages[name].name == f"{name}-{number[2:]}-{build}.conda"


def test_it_holds_its_licence(package: Path) -> None:
    with package.open("rb") as stream:
        members = stream_conda_component(package, stream, component="info")
        names = [member.name for _, member in members]
    assert [name for name in names if re.fullmatch(r"info/licenses/(.+/)?LICENSE", name)]


def test_pip_noted_no_folder_of_the_build_and_nothing_is_compiled(package: Path) -> None:
    files = Package.from_file(package).files
    assert not [path for path in files if path.endswith(("direct_url.json", ".pyc"))]
