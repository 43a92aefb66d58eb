"""How fast a widget and its kernel answer each other, next to ipykernel in the same run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from frontends.notebook import NotebookPage, lab_path
from frontends.server import jupyter_server

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

pytestmark = pytest.mark.alone
TRIPS = 100
LOWEST_RATIO = 0.15  # a kernel that waits for the network's delayed acknowledgements has 0.08


def compare(
    browser: BrowserContext, server: JupyterServer, capsys: pytest.CaptureFixture[str]
) -> float:
    """Return our round trips per second over ipykernel's, and print both."""
    shutil.copy(Path(__file__).with_name("echo_widget.py"), server.folder)
    ours, theirs = (round_trips_per_s(browser, server, name) for name in ("datalab", "python3"))
    with capsys.disabled():
        print(f"\n{ours:.0f} round trips/s, ipykernel {theirs:.0f}, ratio {ours / theirs:.2f}")
    return ours / theirs


def round_trips_per_s(browser: BrowserContext, server: JupyterServer, kernel: str) -> float:
    name = f"speed-{kernel}.ipynb"
    server.write_notebook(name, [""], kernel)
    page = browser.new_page()
    notebook = NotebookPage(page).open(server, lab_path(name))
    notebook.run("from echo_widget import Echo; echo = Echo(); echo")
    rate = float(notebook.run(f"await echo.round_trips_per_s({TRIPS})"))
    page.close()
    return rate


def test_an_answer_is_not_held_back(
    browser: BrowserContext, server: JupyterServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(browser, server, capsys) > LOWEST_RATIO


@pytest.mark.usefixtures("whole_run")
def test_a_server_that_sends_at_once_makes_no_difference(
    browser: BrowserContext, capsys: pytest.CaptureFixture[str]
) -> None:
    with jupyter_server(is_prompt=True) as server:
        assert compare(browser, server, capsys) > LOWEST_RATIO
