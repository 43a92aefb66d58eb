"""The Stop button in JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.sampling import sampled

if TYPE_CHECKING:
    from frontends.notebook import NotebookPage

TRIES = 5
"""How often on a busy machine: one of them is within the second."""
LONG = {
    "a sleeping loop": "import time\nfor _ in range(300): time.sleep(0.1)",
    "an awaiting cell": "import asyncio\nawait asyncio.sleep(30)",
    "a busy loop": "while True: np.ones(1000).sum()",
    "several tasks": "import asyncio\nawait asyncio.gather(*(asyncio.sleep(30) for _ in range(3)))",
}


def test_stop_leaves_the_cells_behind_unexecuted(notebook: NotebookPage) -> None:
    first = notebook.start_busy("import time; time.sleep(30)")
    second = notebook.start("print('not wanted any more')")
    notebook.stop(first)
    notebook.finish(second)
    assert (notebook.count(second), notebook.text(second)) == (None, "")
    assert notebook.run("'alive'") == "'alive'"


@pytest.mark.alone  # each has a second
@pytest.mark.parametrize("kind", sampled(2, LONG))
def test_stop_ends_a_cell_within_a_second_and_keeps_everything(
    notebook: NotebookPage, kind: str
) -> None:
    notebook.run("import os; kept = os.getpid(); workspace['kept'] = np.arange(5.0)")
    took_s: list[float] = []
    while not took_s or (min(took_s) >= 1 and len(took_s) < TRIES):
        index = notebook.start_busy(LONG[kind])
        took_s.append(notebook.stop(index))
        assert "KeyboardInterrupt" in notebook.text(index)
    assert min(took_s) < 1
    assert notebook.run("os.getpid() == kept, workspace.list()") == "(True, ['kept'])"
