"""A channel where another Jupyter server runs the kernels: no message with buffers comes through there."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
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


@pytest.mark.parametrize("kernel", ["datalab", "python3"])
def test_calls_arrays_and_streams_come_through_a_gateway(
    browser: BrowserContext, server: JupyterServer, tmp_path: Path, kernel: str
) -> None:
    page = browser.new_page()
    with running_lab(tmp_path, secrets.token_hex(16), gateway=server) as (front, _process):
        front.write_notebook("a.ipynb", [""], kernel=kernel)
        notebook = NotebookPage(page).open(front, lab_path("a.ipynb"))
        opening = OPEN.replace("JS, ", "JS, timeout_s=120, ") + "channel.state"
        for code, text in {opening: "'open'", **CHECKS}.items():
            assert notebook.run(code, timeout_s=120).endswith(text)
        page.close()
