"""A Jupyter server that is killed while the page calls the kernel, and started again where it was."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.channel_cell import OPEN
from support.client.server import free_port

from frontends.notebook import NotebookPage, lab_path
from frontends.server import running_lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.usefixtures("whole_run")


@pytest.fixture
def left_kernels() -> Iterator[set[int]]:
    """Give a place for the process groups of killed servers; their kernels end with the test."""
    groups: set[int] = set()
    yield groups
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def test_the_pages_calls_hear_that_the_kernel_is_lost_and_the_cell_opens_a_new_channel(
    browser: BrowserContext, tmp_path: Path, left_kernels: set[int]
) -> None:
    token, port = secrets.token_hex(16), free_port()
    page = browser.new_page()
    with running_lab(tmp_path, token, port=port) as (server, process):
        left_kernels.add(process.pid)
        server.write_notebook("a.ipynb", [""])
        notebook = NotebookPage(page).open(server, lab_path("a.ipynb"))
        assert "Error" not in notebook.run(OPEN)
        notebook.run("await channel.call('ask')")
        notebook.save()
        process.kill()
        process.wait()
    with running_lab(tmp_path, token, port=port):
        expect(page.locator(".shown")).to_have_text("KernelRestartedError", timeout=120_000)
        assert "NameError" in notebook.run("channel")
        assert notebook.run(OPEN + "await channel.call('add', 1, 2)").endswith("3")
        page.close()
