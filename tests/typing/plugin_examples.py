"""What a package of one's own brings, as mypy sees it; nothing here is run."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import assert_type

from datalab_kernel import DataObject, Workspace, create_signal
from datalab_kernel.compute import Executor, Job, Output, run
from datalab_kernel.formats import Reader, ReadOptions
from datalab_kernel.markers import MarkerFile, claimed
from datalab_kernel.testing import ReaderContract, SampleFile

# -- a format ---------------------------------------------------------------------------------


def recognises(head: bytes, _path: Path) -> bool:
    """Say so by the first bytes."""
    return head.startswith(b"ACME ")


def read(path: Path, _options: ReadOptions) -> list[DataObject]:
    """Read all of a file."""
    values = [float(word) for word in path.read_text().split()[1:]]
    return [create_signal(path.stem, range(len(values)), values)]


READER = Reader(name="Acme logger", suffixes=(".acme",), recognises=recognises, read=read)
Reader(name="no path", suffixes=(), recognises=bytes.isascii, read=read)  # type: ignore[arg-type]


class TestAcme(ReaderContract):
    """The reader proves itself."""

    reader = READER

    def samples(self) -> list[SampleFile]:
        """Give one file."""
        return [SampleFile(name="a.acme", content=b"ACME 1 2", arrays=([[0, 1], [1, 2]],))]


# -- an executor ------------------------------------------------------------------------------


class Processes:
    """Runs jobs in other processes; it needn't subclass anything."""

    def map(self, jobs: Sequence[Job]) -> Iterator[Output]:
        """Run each."""
        with ProcessPoolExecutor() as pool:
            yield from pool.map(run, jobs)


class Lists:
    """Gives all at once, which can't be stopped."""

    def map(self, jobs: Sequence[Job]) -> list[Output]:
        """Run each."""
        return [run(job) for job in jobs]


def choosing(workspace: Workspace) -> None:
    """An executor is chosen by its name, or given."""
    workspace.executor = "threads"
    workspace.executor = Processes()
    workspace.executor = Lists()  # type: ignore[assignment]
    assert_type(workspace.executor, str | Executor)


# -- what outlives a crash ----------------------------------------------------------------------


def after_a_crash(path: Path) -> str | None:
    """Read what a process had marked that has ended; None if it runs."""
    with claimed(path) as stream:
        return None if stream is None else stream.read()


def marking(path: Path) -> None:
    """Mark what this process does."""
    marker = MarkerFile(path, "measuring")
    assert_type(marker.path, Path)
    marker.remove()
