"""Builds the recipe's outputs with rattler-build, and runs the recipe's own tests on them."""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rattler_build import (
    Package,
    RenderConfig,
    Stage0Recipe,
    ToolConfiguration,
    VariantConfig,
)

from conda._errors import CondaToolError
from conda._platform import VERSION
from conda._say import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["Built", "RecipeTestsError", "build", "run_recipe_tests"]

SOURCE_VARIABLE = "DATALAB_KERNEL_SOURCE"
PYTHON_VARIABLE = "DATALAB_KERNEL_PYTHON_MIN"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 40


class RecipeTestsError(CondaToolError):
    """Tests of the recipe failed; ``output`` is what they printed."""

    def __init__(self, package: str, output: str) -> None:
        super().__init__(f"the recipe's tests of {package} failed:\n{output}")
        self.output = output


@dataclass(frozen=True, slots=True)
class Built:
    """Packages by their names, and the channels to install them from."""

    packages: dict[str, Path]
    channels: list[str]


def build(
    recipe: Path,
    *,
    source: Path,
    output: Path,
    channels: Sequence[str],
    only: Collection[str] = (),
) -> Built:
    """Build a recipe's outputs.

    Parameters
    ----------
    recipe
        The file.
    source
        The tree to build from, instead of a release's archive.
    output
        A folder, which becomes a channel.
    channels
        Where everything else comes from.
    only
        Names of the outputs to build; empty: all.
    """
    output.mkdir(parents=True, exist_ok=True)
    packages: dict[str, Path] = {}
    places = [output.as_uri(), *channels]
    with _switches(source):
        for variant in Stage0Recipe.from_file(recipe).render(VariantConfig(), RenderConfig()):
            name = str(variant.recipe.package.name)
            if only and name not in only:
                continue
            started = time.perf_counter()
            result = variant.run_build(
                tool_config=ToolConfiguration(use_sharded=False, use_zstd=False, use_bz2=False),
                output_dir=output,
                channels=places,
            )
            packages[name] = Path(result.packages[0])
            say(f"{name} built in {time.perf_counter() - started:.1f} s")
    return Built(packages, places)


def run_recipe_tests(package: Path, channels: Sequence[str]) -> int:
    """Run the tests that a package brings, and return their number.

    It needs an empty package cache: see :func:`conda._rattler.fresh_cache`.

    Raises
    ------
    RecipeTestsError
        If one failed, or was not run.
    """
    started = time.perf_counter()
    found = Package.from_file(package)
    results = found.run_tests(
        channel=list(channels), use_sharded=False, use_zstd=False, use_bz2=False
    )
    passed = sum(bool(result.success) for result in results)
    if not results or passed != found.test_count:
        lines = [line for result in results if not result.success for line in result.output]
        text = "\n".join(COLOURS.sub("", line) for line in lines[-LAST_LINES:])
        raise RecipeTestsError(package.name, text or f"{passed} of {found.test_count} ran")
    say(f"{package.name}: {passed} tests in {time.perf_counter() - started:.1f} s")
    return passed


@contextmanager
def _switches(source: Path) -> Iterator[None]:
    """Set the recipe's two switches: the local tree, and the channel's only Python."""
    wanted = {SOURCE_VARIABLE: str(source), PYTHON_VARIABLE: VERSION}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, text in before.items():
            os.environ.pop(name)
            if text is not None:
                os.environ[name] = text
