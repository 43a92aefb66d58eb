"""A channel where JupyterLab lacks what shows widgets: the cell says what to install."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest

from frontends.notebook import NotebookPage, lab_path
from frontends.server import running_lab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

OPEN = """\
from datalab_kernel_channel import open_channel
await open_channel("export default function () {}", timeout_s=5)
"""


@pytest.mark.usefixtures("whole_run")
@pytest.mark.parametrize(
    "missing", [["anywidget"], ["anywidget", "@jupyter-widgets/jupyterlab-manager"]]
)
def test_the_cell_says_what_the_page_lacks(
    browser: BrowserContext, tmp_path: Path, missing: list[str]
) -> None:
    config = tmp_path / "config" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"disabledExtensions": dict.fromkeys(missing, True)}), "utf-8")
    page = browser.new_page()
    with running_lab(tmp_path, secrets.token_hex(16)) as (server, _process):
        server.write_notebook("a.ipynb", [""])
        notebook = NotebookPage(page).open(server, lab_path("a.ipynb"))
        shown = notebook.run(OPEN)
        assert "NoFrontendError: " in shown
        assert "A page is connected, but it shows no widgets" in shown
        assert "Install anywidget in the environment of the Jupyter server too" in shown
        page.close()
