"""The installed DataLab kernel as people see it: a real Jupyter server and a real browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from frontends.chromium import chromium
from frontends.notebook import NotebookPage, lab_path
from frontends.program import find_chromium
from frontends.server import JupyterServer, jupyter_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

expect.set_options(timeout=60_000)  # ms: a busy machine takes longer than Playwright's 5 s
FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


@pytest.fixture(scope="session", autouse=True)
def no_warm_up() -> Iterator[None]:
    """Have no kernel import Sigima behind its first cell; in a whole run they do.

    It takes a processor a second or more, and tests/kernel has the tests that are about it.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not FULL:
            patch.setenv("DATALAB_KERNEL_WARMUP", "off")
        yield


@pytest.fixture
def whole_run() -> None:
    """Leave a test out of a sampled run: the variable is the task ``test-browser-full``'s."""
    if not FULL:
        pytest.skip("only in a whole run")


@pytest.fixture(scope="session")
def server() -> Iterator[JupyterServer]:
    """Give one server for all tests."""
    with jupyter_server() as running:
        shutil.copy(Path(__file__).with_name("echo_widget.py"), running.folder)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    """Give one browser for all tests."""
    if find_chromium() is None:
        reason = "Chromium isn't installed; the task chromium-ready says how"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium() as context:
        yield context


@pytest.fixture(scope="module")
def page(browser: BrowserContext) -> Iterator[Page]:
    """Give a page that the tests of a file share."""
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def notebook(page: Page, server: JupyterServer, request: pytest.FixtureRequest) -> NotebookPage:
    """Give an empty notebook in JupyterLab, on a kernel of its own, that a file's tests share."""
    name = f"{request.module.__name__.rpartition('.')[2]}.ipynb"
    server.write_notebook(name, [""])
    return NotebookPage(page).open(server, lab_path(name))
