"""Widgets after a page refresh, and in a second window of the same notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

SHOW = """\
import ipywidgets
from echo_widget import Echo
echo = Echo(count=5)
slider = ipywidgets.IntSlider(3)
ipywidgets.VBox([slider, echo])
"""


@pytest.fixture
def shown(
    browser: BrowserContext, server: JupyterServer, request: pytest.FixtureRequest
) -> Iterator[NotebookPage]:
    """Give a saved notebook whose first cell shows two widgets."""
    name = f"{request.node.name}.ipynb"
    server.write_notebook(name, [""])
    page = browser.new_page()
    notebook = NotebookPage(page).open(server, lab_path(name))
    notebook.run(SHOW)
    expect(page.locator(".echo")).to_have_text("count 5")
    notebook.command("docmanager:save")
    yield notebook
    page.close()


def test_after_a_refresh_widgets_are_alive_with_their_state(shown: NotebookPage) -> None:
    shown.run("slider.value, echo.count = 41, 11")
    shown.command("docmanager:save")
    shown.page.reload()
    shown.wait_until_ready()
    expect(shown.page.locator(".echo")).to_have_text("count 11")
    expect(shown.page.locator(".widget-readout")).to_have_text("41")
    expect(shown.page.get_by_text("Loading widget")).to_have_count(0)
    shown.page.locator(".echo").click()
    assert shown.run("echo.count") == "12"
    shown.run("slider.value = 77")
    expect(shown.page.locator(".widget-readout")).to_have_text("77")
    assert shown.run("await echo.ask('still', b'ab')") == "('still', [b'ba'])"


def test_after_a_refresh_a_widget_can_be_shown_again(shown: NotebookPage) -> None:
    shown.page.reload()
    shown.wait_until_ready()
    index = shown.start("echo")
    shown.finish(index)
    expect(shown.cell(index).locator(".echo")).to_have_text("count 5")
    shown.cell(index).locator(".echo").click()
    expect(shown.cell(0).locator(".echo")).to_have_text("count 6")


def test_a_refresh_during_a_cell_that_awaits_leaves_widgets_alive(shown: NotebookPage) -> None:
    shown.start_busy("import asyncio; await asyncio.sleep(4)")
    shown.page.reload()
    expect(shown.page.locator(".echo")).to_have_text("count 5")
    shown.wait_until_ready()
    shown.page.locator(".echo").click()
    assert shown.run("echo.count") == "6"


def test_a_second_window_shows_the_same_live_widgets(
    shown: NotebookPage,
    browser: BrowserContext,
    server: JupyterServer,
    request: pytest.FixtureRequest,
) -> None:
    page = browser.new_page()
    name = f"{request.node.name}.ipynb"
    second = NotebookPage(page).open(server, lab_path(name, "second"))
    assert second.kernel_id() == shown.kernel_id()
    expect(page.locator(".echo")).to_have_text("count 5")
    page.locator(".echo").click()
    expect(shown.page.locator(".echo")).to_have_text("count 6")
    shown.page.locator(".echo").click()
    expect(page.locator(".echo")).to_have_text("count 7")
    shown.run("slider.value = 55")
    for each in (page, shown.page):
        expect(each.locator(".widget-readout")).to_have_text("55")
    page.close()
