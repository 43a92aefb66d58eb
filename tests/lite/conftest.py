"""One site, one browser, and one kernel in a page, for all tests that change nothing of it."""

import os
import ssl
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trustme
from playwright.sync_api import BrowserContext
from support.datalab.interpreter import interpreter
from support.lite.distribution import make_distribution, make_stand_ins
from support.lite.page import WAIT_MS, LiteKernel, as_elsewhere, new_kernel

from datalab_application import Running, running_datalab
from frontends.chromium import chromium
from lite._serving import served
from lite._site import FIRST_CELL, ROOT, build_site, fetch_wheels

KERNEL = "0.7" if version("jupyterlite-pyodide-kernel").startswith("0.7.") else "0.8"
"""The kernel before or the one since: what this environment builds sites of."""
FOR_TESTS = (
    *("pytest==9.2.0", "pluggy==1.7.0", "iniconfig==2.3.1", "xarray==2026.9.0"),
    "npTDMS==1.13.0",
)
"""What suites that run in a page need, and a library of instruments' files; the rest is there."""


@pytest.fixture(scope="session")
def whole_run() -> None:
    """Skip what runs whole only in full runs."""
    if os.environ.get("DATALAB_KERNEL_TEST_FULL") != "1":
        pytest.skip("runs with DATALAB_KERNEL_TEST_FULL=1")


@pytest.fixture(scope="session")
def site() -> Path:
    """Build the site, with a distribution of Pyodide so that its pages ask nobody else."""
    home = ROOT / ".run" / "lite" / KERNEL
    pyodide = make_distribution(home / "pyodide", KERNEL)
    with TemporaryDirectory(prefix="lite-wheels-") as name:
        fetch_wheels(FOR_TESTS, Path(name))
        wheels = [*make_stand_ins(home / "stand-ins", KERNEL), *Path(name).glob("*.whl")]
        return build_site(home / "tested-site", pyodide=pyodide, wheels=wheels)


@pytest.fixture(scope="session")
def site_here(site: Path) -> Iterator[str]:
    """Serve the site as one looks at it on one's own computer."""
    with served(site) as url:
        yield url


@pytest.fixture(scope="session")
def site_elsewhere(site: Path) -> Iterator[str]:
    """Serve the site by https; the browser takes it for one of the internet."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with served(site, tls) as url:
        yield url


@pytest.fixture(scope="session")
def browser(site_elsewhere: str) -> Iterator[BrowserContext]:
    """Start a browser without history."""
    with chromium(switches=as_elsewhere(site_elsewhere)) as context:
        yield context


@pytest.fixture(scope="session")
def kernel(browser: BrowserContext, site_here: str) -> LiteKernel:
    """Give a kernel in which DataLab-Kernel is installed as people install it."""
    made = new_kernel(browser, site_here)
    made.installed = made.notebook.run(FIRST_CELL, timeout_s=WAIT_MS / 1000)
    return made


@pytest.fixture(scope="session")
def datalab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start the real DataLab, whose second door a page can't reach."""
    home = tmp_path_factory.mktemp("datalab")
    with running_datalab(interpreter(), home, "--require-token", "--without-xmlrpc") as running:
        yield running
