"""Our kernel under ipykernel's name, and where suites are fetched to and unpacked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.foreign.fetching import fetched, unpacked
from support.foreign.outcomes import Outcomes, our_kernel_as_python3, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from support.foreign.suites import Suite

SDISTS = Path(__file__).parents[2] / ".run/foreign"
"""What pip has fetched is kept here, as environments are."""


@pytest.fixture(scope="session")
def jupyter_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of kernelspecs in which ``python3`` is our kernel."""
    folder = tmp_path_factory.mktemp("jupyter")
    our_kernel_as_python3(folder)
    return folder


@pytest.fixture
def run_suite(
    jupyter_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Suite], Callable[[Iterable[str]], Outcomes]]:
    """Give a way to unpack a suite, that gives a way to run tests of it on our kernel."""

    def unpack(suite: Suite) -> Callable[[Iterable[str]], Outcomes]:
        folder = tmp_path_factory.mktemp(suite.name)
        where = unpacked(suite, fetched(suite, SDISTS), folder)
        return lambda tests: run(suite, where, tests, jupyter_path)

    return unpack
