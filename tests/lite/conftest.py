"""One site and one kernel in its page, for all tests that change nothing of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.lite.distribution import make_distribution, make_stand_ins
from support.lite.page import WAIT_MS, LiteKernel, lite_kernel

from lite._site import FIRST_CELL, ROOT, build_site


@pytest.fixture(scope="session")
def site() -> Path:
    """Build the site, with a distribution of Pyodide so that its pages ask nobody else."""
    home = ROOT / ".run" / "lite"
    pyodide = make_distribution(home / "pyodide")
    return build_site(
        home / "tested-site", pyodide=pyodide, wheels=make_stand_ins(home / "stand-ins")
    )


@pytest.fixture(scope="session")
def kernel(site: Path) -> Iterator[LiteKernel]:
    """Give a kernel in which DataLab-Kernel is installed as people install it."""
    with lite_kernel(site) as made:
        made.installed = made.notebook.run(FIRST_CELL, timeout_s=WAIT_MS / 1000)
        yield made
