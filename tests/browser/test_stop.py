"""The Stop button in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from frontends.notebook import NotebookPage

pytestmark = pytest.mark.alone  # each has a second
LONG = {
    "a sleeping loop": "import time\nfor _ in range(300): time.sleep(0.1)",
    "an awaiting cell": "import asyncio\nawait asyncio.sleep(30)",
    "a busy loop": "while True: np.ones(1000).sum()",
    "several tasks": "import asyncio\nawait asyncio.gather(*(asyncio.sleep(30) for _ in range(3)))",
}


@pytest.mark.parametrize("code", LONG.values(), ids=LONG.keys())
def test_stop_ends_a_cell_within_a_second_and_keeps_everything(
    notebook: NotebookPage, code: str
) -> None:
    notebook.run("import os; kept = os.getpid(); workspace['kept'] = np.arange(5.0)")
    index = notebook.start_busy(code)
    notebook.page.wait_for_timeout(300)
    assert notebook.stop(index) < 1
    assert "KeyboardInterrupt" in notebook.text(index)
    assert notebook.run("os.getpid() == kept, workspace.list()") == "(True, ['kept'])"


def test_stop_leaves_the_cells_behind_unexecuted(notebook: NotebookPage) -> None:
    first = notebook.start_busy("import time; time.sleep(30)")
    second = notebook.start("print('not wanted any more')")
    assert notebook.stop(first) < 1
    notebook.finish(second)
    assert (notebook.count(second), notebook.text(second)) == (None, "")
    assert notebook.run("'alive'") == "'alive'"
