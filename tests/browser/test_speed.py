"""How fast a widget and its kernel answer each other, next to ipykernel in the same run."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from frontends.notebook import NotebookPage, lab_path
from frontends.server import jupyter_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

TRIPS = 100
LOWEST_RATIO = 0.15  # a kernel that waits for the network's delayed acknowledgements has 0.08


@contextmanager
def echoing(browser: BrowserContext, server: JupyterServer) -> Iterator[list[NotebookPage]]:
    """Open a notebook on our kernel and one on ipykernel, each with a widget that answers."""
    shutil.copy(Path(__file__).with_name("echo_widget.py"), server.folder)
    notebooks = []
    for kernel in ("datalab", "python3"):
        name = f"speed-{kernel}.ipynb"
        server.write_notebook(name, [""], kernel)
        notebooks.append(NotebookPage(browser.new_page()).open(server, lab_path(name)))
        notebooks[-1].run("from echo_widget import Echo; echo = Echo(); echo")
    yield notebooks
    for notebook in notebooks:
        notebook.page.close()


@pytest.fixture(scope="module")
def both(browser: BrowserContext, server: JupyterServer) -> Iterator[list[NotebookPage]]:
    with echoing(browser, server) as notebooks:
        yield notebooks


def compare(notebooks: list[NotebookPage], capsys: pytest.CaptureFixture[str]) -> float:
    """Return our round trips per second over ipykernel's, and print both."""
    ours, theirs = (round_trips_per_s(notebook) for notebook in notebooks)
    with capsys.disabled():
        print(f"\n{ours:.0f} round trips/s, ipykernel {theirs:.0f}, ratio {ours / theirs:.2f}")
    return ours / theirs


def round_trips_per_s(notebook: NotebookPage) -> float:
    notebook.page.bring_to_front()
    return float(notebook.run(f"await echo.round_trips_per_s({TRIPS})"))


def test_both_kernels_are_answered(both: list[NotebookPage]) -> None:
    for notebook in both:
        assert notebook.run("await echo.ask('said', b'ab')") == "('said', [b'ba'])"


@pytest.mark.alone
def test_an_answer_is_not_held_back(
    both: list[NotebookPage], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(both, capsys) > LOWEST_RATIO


@pytest.mark.alone
@pytest.mark.usefixtures("whole_run")
def test_a_server_that_sends_at_once_makes_no_difference(
    browser: BrowserContext, capsys: pytest.CaptureFixture[str]
) -> None:
    with jupyter_server(is_prompt=True) as server, echoing(browser, server) as notebooks:
        assert compare(notebooks, capsys) > LOWEST_RATIO
