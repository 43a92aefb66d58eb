"""The conda packages of a release: the same bytes again, and nothing of the build inside."""

import json
import shutil
from pathlib import Path

import pytest
from conda_package_streaming.package_streaming import stream_conda_component

from conda._build import Built, run_recipe_tests
from conda._rattler import fresh_cache
from conda._source import ROOT, copy_source
from release.conda_packages import build_conda_packages

TIME = 1_700_000_000
NAME = "datalab-kernel-spec"
"""It has a command, whose first line is a path of the build, and needs the core."""

pytestmark = pytest.mark.usefixtures("whole_run")


def made(folder: Path) -> Path:
    """Build one package from a tree in a folder, and return its file."""
    tree = copy_source(folder / "tree")
    shutil.copytree(ROOT / "recipes", tree / "recipes")
    output = folder / "made"
    output.mkdir()
    build_conda_packages(tree, TIME, output, only=[NAME])
    [package] = output.glob(f"{NAME}-*.conda")
    return package


@pytest.fixture(scope="module")
def two(work: Path) -> tuple[Path, Path]:
    return made(work / "a"), made(work / "b" / "some where")


def files(package: Path) -> dict[str, bytes]:
    found = {}
    for component in ("info", "pkg"):
        with package.open("rb") as stream:
            for archive, member in stream_conda_component(package, stream, component=component):
                content = archive.extractfile(member)
                found[member.name] = content.read() if content else b""
    return found


def test_two_builds_in_other_folders_at_other_times_are_the_same_bytes(
    two: tuple[Path, Path],
) -> None:
    first, second = two
    assert files(first) == files(second)
    assert first.read_bytes() == second.read_bytes()


def test_no_path_of_the_build_is_inside(two: tuple[Path, Path]) -> None:
    for package in two:
        places = [str(package.parents[1]), ".run/conda", "rattler-build_"]
        found = [
            name
            for name, content in files(package).items()
            if name.endswith("direct_url.json")
            or any(place.encode() in content for place in places)
        ]
        assert found == []


def test_it_lists_the_files_that_it_has(two: tuple[Path, Path]) -> None:
    inside = files(two[0])
    listed = {entry["_path"] for entry in json.loads(inside["info/paths.json"])["paths"]}
    assert listed == {name for name in inside if not name.startswith("info/")}
    assert json.loads(inside["info/index.json"])["timestamp"] == TIME * 1000


def test_it_passes_the_tests_that_it_brings(
    two: tuple[Path, Path], built: Built, work: Path
) -> None:
    with fresh_cache(work):
        assert run_recipe_tests(two[0], built.channels) > 0
