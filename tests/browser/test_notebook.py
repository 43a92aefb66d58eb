"""Notebook 7, from its New menu to an executed notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from frontends.notebook import NotebookPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer


@pytest.fixture(scope="module")
def opened(browser: BrowserContext, server: JupyterServer) -> Iterator[NotebookPage]:
    """Give a notebook that was opened from the New menu."""
    tree = browser.new_page()
    tree.goto(server.address("tree"))
    tree.locator(".jp-FileBrowser-toolbar .lm-MenuBar-itemLabel", has_text="New").click()
    with browser.expect_page() as opening:
        tree.locator(".lm-Menu-itemLabel").get_by_text("DataLab", exact=True).click()
    notebook = NotebookPage(opening.value)
    notebook.page.locator(".jp-NotebookPanel .jp-Notebook").wait_for()
    notebook.wait_until_ready()
    yield notebook  # with the tree page open, which closes the comms of widgets it can't show
    notebook.page.close()
    tree.close()


def test_a_cell_that_is_typed_in_runs(opened: NotebookPage) -> None:
    opened.page.locator(".jp-CodeCell .cm-content").first.click()
    opened.page.keyboard.type("print(1 + 1, workspace)")
    opened.page.keyboard.press("Shift+Enter")
    expect(opened.cell(0).locator(".jp-OutputArea-output")).to_have_text(
        "2 Workspace(standalone, empty)\n"
    )


def test_a_plot_is_a_picture_that_is_seen(opened: NotebookPage) -> None:
    index = opened.start("plotter.plot(create_signal('line', np.arange(5.0), np.arange(5.0)))")
    opened.finish(index)
    picture = opened.cell(index).locator(".jp-OutputArea-output img")
    assert picture.evaluate("picture => picture.naturalWidth") > 300


def test_stop_ends_a_cell_and_keeps_everything(opened: NotebookPage) -> None:
    opened.run("import time; kept = 41")
    index = opened.start_busy("time.sleep(30)")
    opened.stop(index)
    assert "KeyboardInterrupt" in opened.text(index)
    assert opened.run("kept") == "41"


def test_a_slider_is_live_both_ways(opened: NotebookPage) -> None:
    index = opened.start("import ipywidgets; slider = ipywidgets.IntSlider(3); slider")
    opened.finish(index)
    readout = opened.cell(index).locator(".widget-readout")
    expect(readout).to_have_text("3")
    opened.cell(index).locator(".noUi-base").click()  # in the middle
    expect(readout).to_have_text("50")
    wait = "import asyncio\nwhile slider.value == 3: await asyncio.sleep(0.05)\nslider.value"
    assert opened.run(wait, timeout_s=10) == "50"
    opened.run("slider.value = 41")
    expect(readout).to_have_text("41")


def test_a_restarted_kernel_is_a_new_one(opened: NotebookPage) -> None:
    opened.run("kept = 41")
    opened.restart()
    assert opened.run("'kept' in globals(), len(workspace)") == "(False, 0)"
