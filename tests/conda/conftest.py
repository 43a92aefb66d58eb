"""One local channel and one build of the recipe for all tests here; what is unpacked goes at the end."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conda._build import Built, build
from conda._expected import FOLDER
from conda._leftovers import folder_for_one_run
from conda._prefix import Prefix
from conda._rattler import fresh_cache
from conda._recipe import RECIPE
from conda._source import ROOT, copy_source, requirements
from offline_channel._channel import LocalChannel, local_channel

HOME = ROOT / ".run" / "conda"
FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


def pytest_report_header() -> str:
    """Say at the top which of the two it is."""
    return f"conda packages: {'all' if FULL else 'one prefix and the kernel (test-conda does all)'}"


@pytest.fixture(scope="session")
def whole_run() -> None:
    """Leave a test out of a sampled run: the variable is the task ``test-conda``'s."""
    if not FULL:
        pytest.skip("the task test-conda runs it")


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """Give a folder on the disk of the checkout, with an empty package cache of rattler."""
    with folder_for_one_run(HOME, "tests") as folder, fresh_cache(folder):
        yield folder


@pytest.fixture(scope="session")
def channel() -> LocalChannel:
    """Give the local channel."""
    return local_channel(HOME, requirements())


@pytest.fixture(scope="session")
def source(work: Path) -> Path:
    """Give the tree that packages are built from."""
    return copy_source(work / "source")


@pytest.fixture(scope="session")
def built(work: Path, channel: LocalChannel, source: Path) -> Built:
    """Give the recipe's packages, built from this tree; their own tests have not run yet.

    In a sampled run those that the one prefix holds.
    """
    listed = (FOLDER / "datalab-kernel.txt").read_text(encoding="utf-8").split()
    only = () if FULL else [name for name in listed if name.startswith("datalab-kernel")]
    return build(RECIPE, source=source, output=work / "built", channels=[channel.base], only=only)


@pytest.fixture
def new_prefix(work: Path) -> Iterator[Callable[[str], Prefix]]:
    """Make empty prefixes, which go with the test."""
    with ExitStack() as after:

        def make(name: str) -> Prefix:
            folder = work / name
            after.callback(shutil.rmtree, folder, ignore_errors=True)
            return Prefix(folder)

        yield make
