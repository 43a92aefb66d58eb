"""``workspace.process`` in a real kernel: its progress, and Stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from support.kernel.driver import Kernel

FILES = 60
PREPARE = """
import os, signal, threading, time
from pathlib import Path

folder = Path({folder!r})
for n in range({files}):
    np.save(folder / f"run_{{n:02}}.npy", np.full((500, 500), float(n)))

def stop_once_some_are_done():
    journal = folder / "out" / "process.jsonl"
    while not (journal.exists() and journal.read_text().count("output_stamp") >= 2):
        time.sleep(0.01)
    pressed.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

pressed, ended = [], []
steps = [("gaussian_filter", {{"sigma": 20}}), "stats"]
threading.Thread(target=stop_once_some_are_done).start()
"""
STOPPED = """
try:
    workspace.process(folder / "*.npy", steps, to=folder / "out", chunk=1)
finally:
    ended.append(time.monotonic())
"""
AGAIN = "done = workspace.process(folder / '*.npy', steps, to=folder / 'out')"


def test_stop_ends_it_and_the_same_cell_goes_on_from_there(kernel: Kernel, tmp_path: Path) -> None:
    kernel.value(PREPARE.format(folder=str(tmp_path), files=FILES))
    shown = kernel.run(STOPPED)
    assert shown.error is not None
    assert shown.error[0] == "KeyboardInterrupt"
    assert f"of {FILES} files are done; the same call goes on from there" in shown.error[2]
    assert float(kernel.value("ended[0] - pressed[0]")) < 10  # a second, where nothing else runs
    shown = kernel.run(AGAIN)
    assert shown.error is None
    (line,) = (data["text/plain"] for data in shown.displays)
    assert re.match(r"Processing files: \d+ of \d+ …", line)
    assert kernel.value(f"2 <= done.kept < len(done) == {FILES}") == "True"
    assert kernel.value("done.failures") == "{}"
    assert kernel.value("list(done.table['stats.mean'].round(6)) == list(range(60))") == "True"
