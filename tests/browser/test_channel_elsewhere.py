"""Channels on other kernels and in other front ends, over links that break, and without a browser."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect
from support.channel_cell import OPEN
from support.link_proxy import LinkProxy, link_proxy

from frontends.classic import ClassicPage
from frontends.notebook import NotebookPage, lab_path, output_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbformat import NotebookNode
    from playwright.sync_api import BrowserContext, Page

    from frontends.server import JupyterServer

    Run = Callable[[Path, str], NotebookNode]

PLACES = [
    ("python3", "notebook"),
    ("datalab", "nbclassic"),
    ("python3", "lab"),
    ("datalab", "notebook"),
    ("python3", "nbclassic"),
]
SAMPLE = PLACES if os.environ.get("DATALAB_KERNEL_TEST_FULL") else PLACES[:2]
NAMES = {"lab": "JupyterLab", "notebook": "Jupyter Notebook", "nbclassic": "NbClassic"}
CHECKS = {
    "await channel.call('twice', 'ab')": "'abab'",
    "x = np.random.rand(500, 600); np.array_equal(await channel.call('echo', x), x)": "True",
    "await asyncio.gather(*[channel.call('add', i, 0) for i in range(50)]) == [*range(50)]": "True",
    "await channel.call('size', channel.stream(bytes(3_000_000)))": "3000000",
    "len(await (await channel.call('count', 5)).join())": "500000",
    "(await channel.call('caught'))[:2]": "['KeyError', \"'x'\"]",
    "await channel.call('fail')": "JavaScriptError: TypeError: no such thing",
    "len(channel.clients), channel.state": "(1, 'open')",
    "channel.clients[0].url.startswith('http://127.0.0.1')": "True",
}


@pytest.mark.parametrize(("kernel", "application"), SAMPLE)
def test_it_works_alike_in_other_front_ends_and_on_other_kernels(
    browser: BrowserContext, server: JupyterServer, kernel: str, application: str
) -> None:
    name = f"channel-{kernel}-{application}.ipynb"
    server.write_notebook(name, [""], kernel=kernel)
    page = browser.new_page()
    notebook = opened(page, server, application, name)
    assert "Error" not in notebook.run(OPEN)
    for code, shown in CHECKS.items():
        assert notebook.run(code).startswith(shown), code
    assert notebook.run("channel.clients[0].application") == repr(NAMES[application])
    expect(page.locator(".shown")).to_have_text("here")
    notebook.run("task = asyncio.create_task(channel.call('wait'))")
    notebook.save()
    page.reload()
    notebook.wait_until_ready()
    assert notebook.run("await channel.call('add', 20, 1)") == "21"  # at once
    expect(page.locator(".shown")).to_have_text("here")
    assert "ClientGoneError" in notebook.run("await task")
    page.close()


def opened(
    page: Page, server: JupyterServer, application: str, name: str
) -> NotebookPage | ClassicPage:
    """Open a notebook in one of the front ends."""
    match application:
        case "nbclassic":
            return ClassicPage(page).open(server, f"nbclassic/notebooks/{name}")
        case "notebook":
            return NotebookPage(page).open(server, f"notebooks/{name}")
        case _:
            return NotebookPage(page).open(server, lab_path(name))


@pytest.fixture
def proxy(server: JupyterServer) -> Iterator[LinkProxy]:
    port = int(re.search(r":(\d+)/", server.url)[1])
    with link_proxy(port) as running:
        yield running


@pytest.fixture
def remote(
    browser: BrowserContext,
    server: JupyterServer,
    proxy: LinkProxy,
    request: pytest.FixtureRequest,
) -> Iterator[NotebookPage]:
    """Give a notebook whose page reaches the server through the proxy."""
    name = f"{request.node.name}.ipynb"
    server.write_notebook(name, [""])
    page = browser.new_page()
    through = replace(server, url=re.sub(r":\d+/", f":{proxy.port}/", server.url))
    notebook = NotebookPage(page).open(through, lab_path(name))
    assert "Error" not in notebook.run(OPEN)
    yield notebook
    proxy.thaw()
    page.close()


def run_by_nbclient(path: Path, kernel: str) -> NotebookNode:
    return NotebookClient(nbformat.read(path, 4), kernel_name=kernel, timeout=60).execute()


def run_by_nbconvert(path: Path, kernel: str) -> NotebookNode:
    executing = ExecutePreprocessor(kernel_name=kernel, timeout=60)
    return executing.preprocess(nbformat.read(path, 4))[0]


def run_by_papermill(path: Path, kernel: str) -> NotebookNode:
    done = path.with_name("out.ipynb")
    papermill.execute_notebook(path, done, kernel_name=kernel, progress_bar=False)
    return nbformat.read(done, 4)


START = """\
former = channel.clients[0].id
async def calls():
    return [await channel.call('add', i, 0, timeout_s=None) for i in range(60) if await asyncio.sleep(0.05, True)]
task = asyncio.create_task(calls())
"""
SAME = "await asyncio.wait_for(task, 60) == [*range(60)], channel.clients[0].id == former"


def test_calls_in_flight_complete_after_the_link_was_cut(
    remote: NotebookPage, proxy: LinkProxy
) -> None:
    remote.run(START)
    for _ in range(2):
        remote.page.wait_for_timeout(500)
        proxy.cut()
    remote.wait_until_ready()
    assert remote.run(SAME) == "(True, True)"


@pytest.mark.usefixtures("whole_run")
def test_calls_in_flight_complete_after_the_server_was_away_for_a_while(
    remote: NotebookPage, proxy: LinkProxy
) -> None:
    remote.run(START)
    remote.page.wait_for_timeout(500)
    proxy.go_away()
    expect(remote.page.locator(".jp-Dialog")).to_contain_text("Connection Error")
    proxy.come_back()
    remote.page.get_by_role("button", name="Close").click()
    remote.wait_until_ready()
    assert remote.run(SAME) == "(True, True)"


@pytest.mark.usefixtures("whole_run")
def test_calls_in_flight_complete_after_the_link_was_frozen(
    remote: NotebookPage, proxy: LinkProxy
) -> None:
    remote.run(START)
    proxy.freeze()
    remote.page.wait_for_timeout(9000)
    proxy.thaw()
    assert remote.run(SAME) == "(True, True)"


HEADLESS = """\
from time import perf_counter
from datalab_kernel_channel import NoFrontendError, open_channel
began = perf_counter()
try:
    await open_channel("export default () => {}", timeout_s=60)
except NoFrontendError as error:
    print(error.reason, perf_counter() - began < 3)"""
RUNS = [
    (run_by_nbclient, "datalab"),
    (run_by_papermill, "datalab"),
    (run_by_nbconvert, "python3"),
    (run_by_nbclient, "python3"),
    (run_by_papermill, "python3"),
    (run_by_nbconvert, "datalab"),
]


@pytest.mark.parametrize(
    ("run", "kernel"), RUNS if os.environ.get("DATALAB_KERNEL_TEST_FULL") else RUNS[:3]
)
def test_without_a_browser_opening_fails_within_3_seconds(
    run: Run, kernel: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    notebook = new_notebook(cells=[new_code_cell(HEADLESS)])
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    done = run(tmp_path / "in.ipynb", kernel)
    assert output_text(done.cells[-1].outputs).endswith("headless True\n")
