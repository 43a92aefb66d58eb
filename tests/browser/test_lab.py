"""From JupyterLab's launcher to an executed notebook, its picture and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from frontends.contrast import lowest_contrast
from frontends.notebook import NotebookPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from frontends.server import JupyterServer

READABLE = 4.5  # WCAG 2, level AA, for text
PREPARE = """\
x = np.linspace(0, 10, 1000)
workspace["sine"] = create_signal("", x, np.sin(x), units=("s", "V"))
workspace["spot"] = np.outer(np.hanning(64), np.hanning(64))
"""


@pytest.fixture(scope="module")
def launched(page: Page, server: JupyterServer) -> NotebookPage:
    """Give a notebook that was opened by clicking on the kernel's tile."""
    page.goto(server.address("lab?reset"))
    page.locator('.jp-LauncherCard[data-category="Notebook"]', has_text="DataLab").click()
    page.locator(".jp-NotebookPanel:visible .jp-Notebook").wait_for()
    notebook = NotebookPage(page)
    notebook.wait_until_ready()
    return notebook


def test_the_launcher_opens_a_notebook_on_the_kernel(launched: NotebookPage) -> None:
    name = launched.page.locator(".jp-NotebookPanel:visible .jp-Toolbar-kernelName")
    expect(name).to_have_text("DataLab")


def test_a_cell_that_is_typed_in_runs(launched: NotebookPage) -> None:
    launched.page.locator(".jp-CodeCell .cm-content").first.click()
    launched.page.keyboard.type("print(1 + 1, workspace)")
    launched.page.keyboard.press("Shift+Enter")
    output = launched.cell(0).locator(".jp-OutputArea-output")
    expect(output).to_have_text("2 Workspace(standalone, empty)\n")


def test_a_plot_is_a_picture_that_is_seen(launched: NotebookPage) -> None:
    launched.run(PREPARE)
    index = launched.start("plotter.plot('sine')")
    launched.finish(index)
    pictures = launched.cell(index).locator(".jp-OutputArea-output img")
    expect(pictures).to_have_count(1)
    assert pictures.evaluate("picture => picture.naturalWidth") > 300
    expect(pictures).to_be_in_viewport()


@pytest.mark.parametrize(
    "theme", ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
)
def test_the_table_is_readable(launched: NotebookPage, theme: str) -> None:
    launched.run(PREPARE)
    index = launched.start("workspace")
    launched.finish(index)
    launched.use_theme(theme)
    table = launched.cell(index).locator("table")
    expect(table.locator("tbody tr")).to_have_count(2)
    assert lowest_contrast(table) >= READABLE


def test_an_empty_workspace_is_readable_in_the_dark(launched: NotebookPage) -> None:
    index = launched.start("workspace.clear(); workspace")
    launched.finish(index)
    launched.use_theme("JupyterLab Dark")
    assert lowest_contrast(launched.cell(index).locator(".jp-RenderedHTMLCommon")) >= READABLE


def test_a_restarted_kernel_is_a_new_one_with_its_names(launched: NotebookPage) -> None:
    launched.run("import os; old = os.getpid()")
    launched.restart()
    assert launched.run("'old' in globals(), 'workspace' in globals()") == "(False, True)"
    assert launched.run("len(workspace)") == "0"
