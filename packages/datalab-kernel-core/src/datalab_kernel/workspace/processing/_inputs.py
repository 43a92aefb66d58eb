"""Which files are processed, and where the results of each go; nothing is read for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.errors import ExportError, FileTakenError, MissingFileError
from datalab_kernel.objects import _names
from datalab_kernel.platform import here
from datalab_kernel.workspace import _paths
from datalab_kernel.workspace._exporting import safe_file_name
from datalab_kernel.workspace.processing._file_run import FileTask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

JOURNAL = "process.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where results go.

    ``folder`` has a file for each input; ``file`` is the one file that they are gathered in, then
    ``folder`` is a temporary one beside it. ``journal`` is kept at both.
    """

    folder: Path
    journal: Path
    file: Path | None = None

    def make(self) -> None:
        """Make the folder, if it isn't there."""
        self.folder.mkdir(exist_ok=True)


def destination_of(to: str | os.PathLike[str] | None) -> Destination | None:
    """Say where results go; None: nowhere.

    Raises
    ------
    MissingFileError
        If the folder that it is in isn't there.
    FileTakenError
        If something else is in its place.
    """
    if to is None:
        return None
    path = _paths.expanded(to)
    if path.suffix.lower() in _paths.SUFFIXES and not path.is_dir():
        file = _paths.real(_paths.destination(path))
        parts = file.with_name(f"{file.name}.parts")
        return Destination(
            folder=parts, journal=file.with_name(f"{file.name}.{JOURNAL}"), file=file
        )
    path = _paths.real(path)
    if not path.parent.is_dir():
        message = (
            f"Can't process files to {str(path)!r}: the folder {str(path.parent)!r} doesn't exist. "
            "Make it first, or choose another."
        )
        raise MissingFileError(message, path=str(path))
    if path.exists() and not path.is_dir():
        message = (
            f"Can't process files to {str(path)!r}: a file is there. Give a folder, or one file "
            "that ends in .h5."
        )
        raise FileTakenError(message, path=str(path))
    return Destination(folder=path, journal=path / JOURNAL)


def tasks_of(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], to: Destination | None
) -> list[FileTask]:
    """Return the files that are to be processed, each with where its results go.

    Parameters
    ----------
    files
        A file, a pattern, or several of these; of one workspace's file, each object by itself.
    to
        Where results go.

    Raises
    ------
    MissingFileError
        If there are none.
    FileTakenError
        If results would go to one of them.
    ExportError
        If the results of two would go to the same file.
    """
    tasks = _inputs(files)
    if to is None:
        return tasks
    placed = [replace(task, output=str(_output(task, to))) for task in tasks]
    _check_inputs_stay(placed, to)
    _check_distinct(placed)
    return placed


def _inputs(files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[FileTask]:
    from datalab_kernel.storage import is_workspace_file

    if isinstance(files, (str, os.PathLike)):
        paths = _paths.sources(files)
        is_one = len(paths) == 1 and not _names.has_wildcard(os.fspath(files))
        if is_one and is_workspace_file(paths[0]):
            return _objects_in(paths[0])
    else:
        paths = [path for one in files for path in _paths.sources(one)]
    if not paths:
        message = "There are no files to process in an empty list. Give files, or a pattern."
        raise MissingFileError(message, path="")
    by_real = {str(_paths.real(path)): str(path) for path in reversed(paths)}
    return [FileTask(file=file, path=path) for path, file in reversed(by_real.items())]


def _objects_in(path: Path) -> list[FileTask]:
    from datalab_kernel.storage import describe_file

    names = [info.name for info in describe_file(path)]
    if not names:
        message = f"Can't process {str(path)!r}: there are no objects in it."
        raise MissingFileError(message, path=str(path))
    real = str(_paths.real(path))
    return [FileTask(file=str(path), path=real, name=name) for name in names]


def _output(task: FileTask, to: Destination) -> Path:
    suffix = ".h5" if here().has_hdf5 else ".npz"
    if to.file is not None:  # any name: nobody looks at it
        return to.folder / f"{sha256(task.label.encode()).hexdigest()[:24]}{suffix}"
    name = safe_file_name(task.name) if task.name else Path(task.path).stem
    return to.folder / f"{name}{suffix}"


def _check_inputs_stay(tasks: Sequence[FileTask], to: Destination) -> None:
    inputs = {task.path for task in tasks}
    outputs = [str(to.file)] if to.file is not None else [task.output for task in tasks]
    for output in outputs:
        if os.path.realpath(output) in inputs:
            message = (
                f"Can't process files to {str(to.file or to.folder)!r}: the results would replace "
                f"{output!r}, which is one of the files that they are made of. Choose another folder."
            )
            raise FileTakenError(message, path=output)


def _check_distinct(tasks: Sequence[FileTask]) -> None:
    seen: dict[str, FileTask] = {}
    for task in tasks:
        other = seen.setdefault(task.output.casefold(), task)
        if other is not task:
            message = (
                f"The results of {other.label!r} and {task.label!r} would both go to "
                f"{task.output!r}. Process them to different folders."
            )
            raise ExportError(message, path=task.output, name=task.label)
