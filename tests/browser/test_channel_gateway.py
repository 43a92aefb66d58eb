"""A channel where another Jupyter server runs the kernels: no message with buffers comes through there."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.channel_cell import OPEN

from frontends.notebook import NotebookPage, lab_path
from frontends.server import running_lab

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

pytestmark = pytest.mark.usefixtures("whole_run")

CHECKS = {
    "await channel.call('twice', 'ab')": "'abab'",
    "x = np.random.rand(500, 600); np.array_equal(await channel.call('echo', x), x)": "True",
    "await channel.call('size', channel.stream(bytes(20_000_000)))": "20000000",
    "len(await (await channel.call('count', 5)).join())": "500000",
    "channel.state, dict(channel.refused)": "('open', {})",
}


def show(notebook: NotebookPage, code: str, text: str) -> None:
    """Run a cell until it has shown a text: not every reply that ends a cell comes through a gateway."""
    cell = notebook.cell(notebook.start(code))
    expect(cell.locator(".jp-OutputArea-executeResult pre")).to_have_text(text, timeout=120_000)


@pytest.mark.parametrize("kernel", ["datalab", "python3"])
def test_calls_arrays_and_streams_come_through_a_gateway(
    browser: BrowserContext, server: JupyterServer, tmp_path: Path, kernel: str
) -> None:
    page = browser.new_page()
    with running_lab(tmp_path, secrets.token_hex(16), gateway=server) as (front, _process):
        front.write_notebook("a.ipynb", [""], kernel=kernel)
        notebook = NotebookPage(page).open(front, lab_path("a.ipynb"))
        show(notebook, OPEN.replace("JS, ", "JS, timeout_s=120, ") + "channel.state", "'open'")
        for code, text in CHECKS.items():
            show(notebook, code, text)
        page.close()
