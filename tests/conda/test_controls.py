"""A broken package makes the build fail, and for the reason that is meant."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conda._build import RecipeTestsError, build, run_recipe_tests
from conda._recipe import changed_copy
from offline_channel._channel import LocalChannel

pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(600)]

Change = Callable[[dict[str, Any]], None]
Attempt = Callable[[Change], None]


def broken_import(core: dict[str, Any]) -> None:
    core["tests"] = [{"python": {"imports": ["datalab_kernel.nowhere"], "pip_check": False}}]


def broken_script(core: dict[str, Any]) -> None:
    core["tests"] = [{"script": ["python -c \"raise SystemExit('a broken script')\""]}]


def broken_pip_check(core: dict[str, Any]) -> None:
    needs = core["requirements"]["run"]
    needs.remove(next(need for need in needs if need.startswith("matplotlib-base")))
    core["tests"] = [{"python": {"imports": ["datalab_kernel"], "pip_check": True}}]


def missing_file(core: dict[str, Any]) -> None:
    core["tests"] = [{"package_contents": {"site_packages": ["datalab_kernel/nowhere.py"]}}]


def unbroken(core: dict[str, Any]) -> None:
    core["tests"] = [{"python": {"imports": ["datalab_kernel"], "pip_check": False}}]


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Give numbers for builds: no package in the cache has the name of another's."""
    return itertools.count(1)


@pytest.fixture
def attempt(tmp_path: Path, channel: LocalChannel, source: Path, numbers: Iterator[int]) -> Attempt:
    """Build a changed core and run its tests."""

    def run(change: Change) -> None:
        def only_core(document: dict[str, Any]) -> None:
            document["build"]["number"] = next(numbers)
            document["outputs"] = document["outputs"][:1]
            change(document["outputs"][0])

        recipe = changed_copy(tmp_path / "recipe", only_core)
        output = tmp_path / "built"
        built = build(recipe, source=source, output=output, channels=[channel.base])
        (package,) = built.packages.values()
        run_recipe_tests(package, built.channels)

    return run


def test_what_is_changed_in_nothing_passes(
    attempt: Attempt,
) -> None:
    attempt(unbroken)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (broken_import, "No module named 'datalab_kernel.nowhere'"),
        (broken_script, "a broken script"),
        (broken_pip_check, r"datalab-kernel-core .* requires matplotlib, which is not installed"),
    ],
)
def test_a_broken_output_fails_its_tests(
    attempt: Attempt,
    change: Change,
    reason: str,
) -> None:
    with pytest.raises(RecipeTestsError, match=reason):
        attempt(change)


def test_a_file_that_is_missing_fails_the_build(
    attempt: Attempt,
) -> None:
    with pytest.raises(Exception, match=r"datalab_kernel/nowhere\.py"):
        attempt(missing_file)
