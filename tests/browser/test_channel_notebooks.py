"""The notebooks of ``examples/browser``, run by a person in JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from frontends.server import JupyterServer

EXAMPLES = Path(__file__).parents[2] / "examples" / "browser"

pytestmark = pytest.mark.usefixtures("whole_run")


def opened(page: Page, server: JupyterServer, name: str) -> tuple[NotebookPage, list[str]]:
    """Open an empty notebook for the code of one of the examples."""
    cells = nbformat.read(EXAMPLES / name, as_version=4).cells
    server.write_notebook(f"run-{name}", [""])
    notebook = NotebookPage(page).open(server, lab_path(f"run-{name}"))
    return notebook, [cell.source for cell in cells if cell.cell_type == "code"]


def test_the_counter_counts(page: Page, server: JupyterServer) -> None:
    notebook, (open_it, show, fail, close) = opened(page, server, "counter.ipynb")
    index = notebook.start(open_it)
    notebook.finish(index)
    button = notebook.cell(index).get_by_role("button", name="Count: 0")
    button.click()
    expect(notebook.cell(index).get_by_role("button", name="Count: 1")).to_be_visible()
    assert notebook.run(show) == "11"
    expect(notebook.cell(index).get_by_role("button", name="Count: 11")).to_be_visible()
    assert "no 'shown'" in notebook.run(fail)
    assert notebook.run(close) == ""


def test_the_picker_picks(page: Page, server: JupyterServer) -> None:
    notebook, (setup, roi, points) = opened(page, server, "picker.ipynb")
    notebook.run(setup)
    for source, keys in (
        (roi, ["Space", *["Shift+ArrowRight"] * 4, *["Shift+ArrowDown"] * 4, "Space", "Enter"]),
        (points, ["Space", *["Shift+ArrowRight"] * 4, "Space"]),
    ):
        index = notebook.start(source)
        expect(page.locator(".dlk-stage")).to_be_focused()
        for key in keys:
            page.keyboard.press(key)
        shown = notebook.finish(index)
        assert "Error" not in shown, shown


def test_the_mover_moves_a_workspace_there_and_back(
    page: Page, server: JupyterServer, tmp_path: Path
) -> None:
    notebook, (down, up) = opened(page, server, "file_mover.ipynb")
    with page.expect_download() as download:
        index = notebook.start(down)
    notebook.finish(index)
    download.value.save_as(tmp_path / "monday.h5")
    index = notebook.start(up)
    page.locator(".dlk-drop input").set_input_files(tmp_path / "monday.h5")
    assert "['ramp']" in notebook.finish(index)
