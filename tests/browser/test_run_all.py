"""Run All in JupyterLab: each cell shows its own output, and an error ends the run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from frontends.server import JupyterServer


@pytest.fixture
def run_all(page: Page, server: JupyterServer, request: pytest.FixtureRequest):
    """Open a notebook of given cells in JupyterLab and run it from the menu."""

    def run(*sources: str) -> NotebookPage:
        name = f"run-all-{request.node.name}.ipynb"
        server.write_notebook(name, sources)
        notebook = NotebookPage(page).open(server, lab_path(name))
        notebook.run_all()
        return notebook

    return run


def test_an_error_is_shown_in_its_own_cell_and_later_ones_are_not_run(run_all) -> None:
    notebook = run_all(
        "import time; time.sleep(0.5); 'first'", "1/0", "print('third')", "print('fourth')"
    )
    assert [notebook.text(index) for index in range(4)] == [
        "'first'",
        "ZeroDivisionError: division by zero",
        "",
        "",
    ]
    assert [notebook.count(index) for index in range(4)] == [1, 2, None, None]
    prompts = [notebook.cell(index).locator(".jp-InputPrompt") for index in range(4)]
    assert [prompt.inner_text() for prompt in prompts] == ["[1]:", "[2]:", "[ ]:", "[ ]:"]


def test_an_awaiting_cell_that_fails_ends_the_run_too(run_all) -> None:
    notebook = run_all("import asyncio; await asyncio.sleep(0.5); {}['a']", "print('second')")
    assert [notebook.text(index) for index in range(2)] == ["KeyError: 'a'", ""]


def test_after_an_error_prompts_and_tracebacks_still_agree(run_all) -> None:
    notebook = run_all("1/0", "print('second')", "print('third')", "")
    index = notebook.start("1/0")
    notebook.finish(index)
    (error,) = notebook.json(index)["outputs"]
    assert f"In[{notebook.count(index)}]" in re.sub(
        r"\x1b\[[\d;]*m", "", "".join(error["traceback"])
    )


def test_output_of_child_processes_and_threads_is_in_the_cell_that_started_them(run_all) -> None:
    notebook = run_all(
        "import os; os.system('echo from a shell')",
        "import subprocess; subprocess.run(['echo', 'from a program'])",
        "import threading, time\n"
        "late = threading.Thread(target=lambda: (time.sleep(0.5), print('late')))\n"
        "late.start()",
        "print('in between')",
        "late.join(); print('end')",
    )
    assert "from a shell\n" in notebook.text(0)
    assert "from a program\n" in notebook.text(1)
    assert [notebook.text(index) for index in (2, 3, 4)] == ["late\n", "in between\n", "end\n"]
