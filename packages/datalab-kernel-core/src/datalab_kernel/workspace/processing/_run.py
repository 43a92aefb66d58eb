"""Handing out files in chunks, and gathering what became of each."""

from __future__ import annotations

import time
from collections import Counter, deque
from contextlib import closing
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Literal

from datalab_kernel.compute import WorkerLostError
from datalab_kernel.display._progress import ProgressLine
from datalab_kernel.workspace.processing._rows import Failure, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.compute import Tasks
    from datalab_kernel.workspace.processing._file_run import FileTask

_LEAST_TASK_S = 0.5
"""A task takes about that long: handing one out takes up to 10 ms, elsewhere, and a kill loses it."""
_MOST_DEATHS = 3
_WAIT_S = 0.1
Gathered = "Callable[[FileTask, Row], None]"


class _ChunkSize:
    """How many files a task has: as many as take long enough, by those that were done."""

    def __init__(self, asked: int | Literal["auto"]) -> None:
        self._asked = asked
        self._files = 0
        self._seconds = 0.0

    def measure(self, rows: Sequence[Row]) -> None:
        self._files += len(rows)
        self._seconds += sum(row.seconds for row in rows)

    def now(self, waiting: int, workers: int) -> int:
        if self._asked != "auto":
            return self._asked
        if not self._files:
            return 1
        each_s = max(self._seconds / self._files, 1e-5)
        fair = ceil(waiting / (2 * workers))  # so that nobody waits for one at the end
        return max(1, min(ceil(_LEAST_TASK_S / each_s), fair))


class Run:
    """Files on their way through tasks.

    Parameters
    ----------
    files
        What is to be done.
    tasks
        What does it.
    chunk
        How many files a task has.
    gathered
        Is called with each file and what became of it, in the order in which they are done.
    name
        What the keys of its tasks begin with.
    """

    def __init__(
        self,
        files: Sequence[FileTask],
        tasks: Tasks,
        *,
        chunk: int | Literal["auto"],
        gathered: Callable[[FileTask, Row], None],
        name: str,
    ) -> None:
        self._waiting = deque(files)
        self._again: deque[list[FileTask]] = deque()
        self._number = len(files)
        self._tasks = tasks
        self._size = _ChunkSize(chunk)
        self._gathered = gathered
        self._keys = (f"{name}-{place}" for place in count())
        self._flying: dict[str, list[FileTask]] = {}
        self._deaths: Counter[str] = Counter()
        self._done = 0

    def finish(self) -> None:
        """Have everything done.

        Raises
        ------
        OSError
            If results can't be written; what was written is told before.
        KeyboardInterrupt
            If it is stopped. What was done was told; nothing begins any more.
        """
        line = ProgressLine("Processing files:", self._number)
        begun_s = time.monotonic()
        try:
            with closing(self._tasks):
                while self._waiting or self._again or self._flying:
                    self._hand_out()
                    for outcome in self._tasks.finished(_WAIT_S):
                        self._gather(self._flying.pop(outcome.key), outcome.value, outcome.error)
                    seconds = time.monotonic() - begun_s
                    pace = _pace(self._done, self._number, seconds, self._tasks.workers)
                    line.show(self._done, pace, self._tasks.link)
        finally:
            line.end()

    def _hand_out(self) -> None:
        """Keep each worker busy and one task more for each waiting; no other beside a suspect."""
        workers = max(1, self._tasks.workers)
        while len(self._flying) < 2 * workers and (self._again or self._waiting):
            is_alone = bool(self._again) and self._is_suspect(self._again[0])
            if self._flying and (is_alone or any(map(self._is_suspect, self._flying.values()))):
                return
            if self._again:
                part = self._again.popleft()
            else:
                size = self._size.now(len(self._waiting), workers)
                part = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            key = next(self._keys)
            self._flying[key] = part
            self._tasks.submit(key, part)

    def _is_suspect(self, part: list[FileTask]) -> bool:
        """Say whether one more death will tell that it was this file, and none beside it."""
        return len(part) == 1 and self._deaths[part[0].label] >= _MOST_DEATHS - 1

    def _gather(
        self,
        part: list[FileTask],
        done: tuple[list[Row], OSError | None],
        error: BaseException | None,
    ) -> None:
        if isinstance(error, WorkerLostError):
            self._lose(part, error)
            return
        if error is not None:
            raise error
        rows, full = done
        for task, row in zip(part, rows, strict=False):  # those before the disk was full
            self._gathered(task, row)
        self._done += len(rows)
        self._size.measure(rows)
        if full is not None:
            raise full

    def _lose(self, part: list[FileTask], error: WorkerLostError) -> None:
        """Have files done again, each by itself; one that ends its worker each time has failed."""
        for task in part:
            self._deaths[task.label] += 1
            if self._deaths[task.label] < _MOST_DEATHS or len(part) > 1:
                self._again.append([task])
                continue
            message = f"{error} each of the {_MOST_DEATHS} times that this file was processed"
            failure = Failure(kind="WorkerLostError", message=message)
            self._gathered(task, Row(file=task.label, seconds=0.0, failure=failure))
            self._done += 1


def _pace(done: int, number: int, seconds: float, workers: int) -> str:
    """Say how many files are done in which time, and how long the rest takes.

    Examples
    --------
    >>> _pace(30, 300, 10.0, workers=2)
    '3.0 files/s, 1 min 30 s left'
    >>> _pace(30, 300, 10.0, workers=0)
    'waiting for a worker: there is none'
    """
    if not workers:
        return "waiting for a worker: there is none"
    if not done or seconds <= 0:
        return ""
    rate = done / seconds
    left_s = round((number - done) / rate)
    minutes, left = divmod(left_s, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s"
    shown = f"{rate:.1f} files/s" if rate >= 1 else f"{1 / rate:.1f} s a file"
    return f"{shown}, {text if left_s >= 60 else f'{left} s'} left"  # noqa: PLR2004 - a minute
