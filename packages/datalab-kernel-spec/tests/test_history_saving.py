"""IPython's history thread sees what was typed a little later, and its end at once."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from datalab_kernel_spec.shell import _history_saving
from datalab_kernel_spec.shell._history_saving import save_history_in_batches


class Saver:
    """Do as IPython's thread: wait, note that something is written, wait again."""

    def __init__(self) -> None:
        self.written = 0
        self._hurried = threading.Event()
        self.thread: Any = threading.Thread(target=self._run, daemon=True)
        self.thread.save_flag, self.thread._stop_now = self._hurried, False
        self.thread.start()
        save_history_in_batches(SimpleNamespace(save_thread=self.thread))

    def _run(self) -> None:
        while True:
            self.thread.save_flag.wait()
            if self.thread._stop_now:
                return
            self.thread.save_flag.clear()
            self.written += 1

    def cell(self) -> None:
        self.thread.save_flag.set()

    def stop(self) -> float:
        """End the thread as IPython does; return how long that took."""
        began = time.monotonic()
        self.thread._stop_now = True
        self.thread.save_flag.set()
        self.thread.join(10)
        assert not self.thread.is_alive()
        return time.monotonic() - began


def until(saver: Saver, written: int) -> None:
    deadline = time.monotonic() + 10
    while saver.written < written:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("looks", [0, 1, 1000], ids=["asleep", "falls asleep", "looks"])
def test_what_is_typed_is_written_whether_the_thread_sleeps_or_not(
    looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_history_saving, "GATHER_S", 0.02)
    monkeypatch.setattr(_history_saving, "LOOKS", looks)
    saver = Saver()
    until(saver, 1)  # of the flag that was there before
    for written in range(2, 5):
        saver.cell()
        until(saver, written)
    saver.stop()


@pytest.mark.parametrize("looks", [0, 1000], ids=["asleep", "looks"])
def test_the_end_is_seen_at_once(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_history_saving, "GATHER_S", 60.0)
    monkeypatch.setattr(_history_saving, "LOOKS", looks)
    saver = Saver()
    until(saver, 1)
    assert saver.stop() < 10


def test_cells_one_after_another_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_history_saving, "GATHER_S", 1.0)
    saver = Saver()
    until(saver, 1)
    for _ in range(50):
        saver.cell()
    assert saver.written == 1
    until(saver, 2)
    saver.stop()
    assert saver.written == 2
