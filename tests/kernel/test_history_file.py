"""What was typed reaches IPython's history file, and no cell waits for the disk meanwhile."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

CELLS = 20
SLOW_S = 1.0
SLOW_DISK = f"""
import time
import IPython.core.history as history
slow = history.HistoryManager.writeout_cache
def writeout_cache(self, conn=None):
    with self.db_input_cache_lock:
        written.append(len(self.db_input_cache))
        time.sleep({SLOW_S})
    slow(self, conn)
written = []
history.HistoryManager.writeout_cache = writeout_cache
"""


@pytest.fixture
def history(tmp_path: Path, started):
    with started(IPYTHONDIR=str(tmp_path), DATALAB_KERNEL_WARMUP="off") as kernel:
        yield kernel, tmp_path / "profile_default" / "history.sqlite"


def lines_in(file: Path) -> list[str]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return [line for (line,) in connection.execute("SELECT source_raw FROM history")]


def test_a_killed_kernel_leaves_what_was_typed(history) -> None:
    kernel, file = history
    kernel.run("typed = 1")
    kernel.run("typed = 2")
    deadline = time.monotonic() + 60
    while lines_in(file)[-2:] != ["typed = 1", "typed = 2"] and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)
    assert lines_in(file)[-2:] == ["typed = 1", "typed = 2"]


def test_a_kernel_that_is_shut_down_leaves_all_of_it_and_ends_at_once(history) -> None:
    kernel, file = history
    kernel.run("last = 3")
    began = time.monotonic()
    kernel.manager.shutdown_kernel(now=False)
    assert time.monotonic() - began < 15
    assert lines_in(file)[-1] == "last = 3"


def test_cells_do_not_wait_for_a_slow_disk(history) -> None:
    kernel, _ = history
    kernel.run(SLOW_DISK)
    time.sleep(SLOW_S)  # until what was typed so far is being written
    began = time.monotonic()
    for number in range(CELLS):
        kernel.run(f"cell = {number}")
    took_s = time.monotonic() - began
    assert took_s < SLOW_S * CELLS / 2, f"{CELLS} cells took {took_s:.1f} s"
    deadline = time.monotonic() + 60
    while int(kernel.value("max(written, default=0)")) < 2:  # several are written together
        assert time.monotonic() < deadline
