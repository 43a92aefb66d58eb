"""A file that ends its worker each time is told from those that were on their way beside it."""

from typing import Any

from datalab_kernel.compute import Outcome, WorkerLostError
from datalab_kernel.workspace.processing._file_run import FileTask
from datalab_kernel.workspace.processing._rows import Row
from datalab_kernel.workspace.processing._run import Run

DEADLY = "5"
FILES = [FileTask(file=str(number), path=str(number)) for number in range(9)]


class OnePool:
    """Workers that all end when one does, as those of a pool of processes do."""

    workers = 4
    link = ""

    def __init__(self) -> None:
        self.flying: dict[str, list[FileTask]] = {}

    def submit(self, key: str, argument: Any) -> None:
        self.flying[key] = argument

    def finished(self, timeout_s: float) -> list[Outcome]:  # noqa: ARG002 - nobody waits
        flying, self.flying = self.flying, {}
        if any(task.file == DEADLY for part in flying.values() for task in part):
            return [Outcome(key, error=WorkerLostError("its process ended")) for key in flying]
        done = {
            key: [Row(file=one.label, seconds=0.1) for one in part] for key, part in flying.items()
        }
        return [Outcome(key, (rows, None)) for key, rows in done.items()]

    def close(self) -> None:
        pass


def test_only_the_file_that_ends_its_worker_has_failed() -> None:
    told: dict[str, Row] = {}
    run = Run(
        FILES,
        OnePool(),
        chunk=1,
        name="t",
        gathered=lambda task, row: told.update({task.file: row}),
    )
    run.finish()
    assert [name for name, row in told.items() if row.failure is not None] == [DEADLY]
    assert sorted(told) == [task.file for task in FILES]
