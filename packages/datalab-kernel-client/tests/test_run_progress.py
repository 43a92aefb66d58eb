"""A run's output while it fills: it is saved soon, and no cell waits for the disk."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from datalab_kernel_client.kernels import Message
from datalab_kernel_client.runs import _progress
from datalab_kernel_client.runs._document import replace_file
from datalab_kernel_client.runs._log import RunLog
from datalab_kernel_client.runs._progress import Progress
from datalab_kernel_client.runs._record import CellStatus, RunRecord, RunState

PARENT = {"msg_type": "execute_request", "msg_id": "request"}


class Disk:
    """Write files when it is let, as the disk that it stands for; the first `faults` times not at all."""

    def __init__(self, faults: int = 0) -> None:
        self.began, self.may_write, self.wrote = (threading.Event() for _ in range(3))
        self._faults = faults

    def write(self, text: str, path: Path) -> None:
        self.began.set()
        assert self.may_write.wait(60)
        if self._faults:
            self._faults -= 1
            raise OSError(28, "No space left on device")
        replace_file(text, path)
        self.wrote.set()


@pytest.fixture
def progress(tmp_path: Path) -> Any:
    output = tmp_path / "a.out.ipynb"
    record = RunRecord(id="r", state=RunState.RUNNING, kernel_name="python3", started="s")
    with RunLog(output) as log:
        notebook = new_notebook(cells=[new_code_cell("print('x')")])
        progress = Progress(notebook, output, log, record, save_every_s=0.01)
        progress.sent(progress.cells[0], "request", after="")
        yield progress


def show(progress: Progress, text: str) -> None:
    content = {"name": "stdout", "text": text}
    header = {"msg_type": "stream", "msg_id": "m"}
    progress.show(Message(channel="iopub", header=header, parent_header=PARENT, content=content))


def text_in(path: Path) -> str:
    return "".join(output.text for output in nbformat.read(path, 4).cells[0].outputs)


async def heard(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 60)


def test_messages_are_taken_while_the_disk_writes(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    monkeypatch.setattr(_progress, "replace_file", disk.write)

    async def run() -> None:
        show(progress, "first ")
        await heard(disk.began)  # in another thread: this one is free
        show(progress, "second")
        progress.end(progress.cells[0], CellStatus.OK)
        progress.record.state = RunState.OK
        disk.may_write.set()
        progress.finish()

    asyncio.run(run())
    assert text_in(progress.output) == "first second"
    assert [path.name for path in progress.output.parent.iterdir()] == ["a.out.ipynb"]


def test_a_full_disk_is_told_and_tried_again(
    progress: Progress, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk(faults=1)
    disk.may_write.set()
    monkeypatch.setattr(_progress, "replace_file", disk.write)

    async def run() -> None:
        show(progress, "kept")
        await heard(disk.wrote)

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    assert "couldn't be saved; the run goes on" in caplog.text
    assert text_in(progress.output) == "kept"
