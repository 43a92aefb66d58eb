"""One call of process: everything is checked, then what isn't done yet is done."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel.errors import FileTakenError, ParameterError
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace.processing._inputs import destination_of, tasks_of
from datalab_kernel.workspace.processing._journal import Journal
from datalab_kernel.workspace.processing._result import ProcessResult
from datalab_kernel.workspace.processing._run import Run
from datalab_kernel.workspace.processing._sending import packed
from datalab_kernel.workspace.processing._steps import check_steps, steps_of
from datalab_kernel.workspace.processing._where import tasks_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from datalab_kernel.compute import Tasks
    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._shelf import Shelf
    from datalab_kernel.workspace.processing._file_run import FileTask, Recipe
    from datalab_kernel.workspace.processing._inputs import Destination
    from datalab_kernel.workspace.processing._rows import Row
    from datalab_kernel.workspace.processing._steps import CalcStep, CallStep

    Steps = tuple[CalcStep | CallStep, ...]
    Place = str | os.PathLike[str] | None
    Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How files are processed, where that isn't in the steps; :func:`process` documents it."""

    client: Any = None
    chunk: int | Literal["auto"] = "auto"
    resume: bool = True
    executor: Any = None
    read: Mapping[str, Any] | None = None
    keep_results: bool = False


def process_on(
    shelf: Shelf, files: Files, steps: Any, to: Place, options: Mapping[str, Any]
) -> ProcessResult:
    """Process files, with a workspace's objects as operands; :func:`process` documents it."""
    known = [name for name in Options.__slots__ if name != "keep_results"]
    for name in options:
        if name not in known:
            message = f"process has no option {name!r}; it has {', '.join(known)}."
            raise ParameterError(message, function="process", problems=[message], parameters=known)

    def look_up(operand: Any) -> DataObject:
        from datalab_kernel.objects._coerce import as_object

        found = shelf.get(operand) if isinstance(operand, (str, CalcResult)) else operand
        return as_object(found)[0]

    asked = Options(keep_results=shelf.keep_results, **options)
    session = _checked(files, steps_of(steps, look_up), to, asked, shelf.open_another)
    session.run(asked.chunk)
    return session.result()


def _checked(
    files: Files, steps: Steps, to: Place, options: Options, open_workspace: Callable[[], Any]
) -> _Session:
    """Check everything, before a file is read."""
    _check_chunk(options.chunk)
    open_tasks, is_sent = tasks_maker(options.client, options.executor)
    destination = destination_of(to)
    tasks = tasks_of(files, destination)
    check_steps(steps)
    recipe = _recipe(steps, options)
    if is_sent:
        packed(recipe)
    session = _Session(recipe, tasks, destination, open_tasks, open_workspace)
    if destination is not None:
        session.check_places(destination, resume=options.resume)
        destination.make()
    return session


class _Session:
    """One call of process: what is done already, and what becomes of the rest."""

    def __init__(
        self,
        recipe: Recipe,
        tasks: Sequence[FileTask],
        destination: Destination | None,
        open_tasks: Callable[[Any, Any], Tasks],
        open_workspace: Callable[[], Any],
    ) -> None:
        self._recipe = recipe
        self._open_tasks = open_tasks
        self._open_workspace = open_workspace
        self._tasks = tasks
        self._destination = destination
        self._key = recipe.key
        self._journal = Journal(destination.journal if destination else None)
        self._rows: dict[FileTask, Row] = {}
        for task in tasks if destination else ():
            if (row := self._journal.kept(task, self._key)) is not None:
                self._rows[task] = row
        self._kept = len(self._rows)
        self._left = [task for task in tasks if task not in self._rows]

    def check_places(self, destination: Destination, *, resume: bool) -> None:
        """Check that what is in the way of results are results.

        Raises
        ------
        FileTakenError
            If something else is; or anything is and ``resume`` is false.
        """
        place = str(destination.file or destination.folder)
        if not resume:
            there = [path for path in (*self._outputs(), place) if Path(path).is_file()]
            if there or not self._journal.is_empty:
                message = (
                    f"There are results in {place!r} already ({len(there):,} files). Go on from "
                    "them with resume=True, or choose another place."
                )
                raise FileTakenError(message, path=place)
        outputs = [task.output for task in self._left]
        if destination.file is not None:
            outputs.append(str(destination.file))
        taken = self._journal.not_ours(outputs)
        if taken is not None:
            message = (
                f"Can't process files to {place!r}: {taken!r} is there, and wasn't written by an "
                "earlier call or was changed since. Choose another place, or move it away."
            )
            raise FileTakenError(message, path=taken)

    def run(self, chunk: int | Literal["auto"]) -> None:
        """Do what isn't done yet, and gather the results where they go into one file."""
        file = self._destination.file if self._destination else None
        if not self._left and (file is None or self._journal.is_gathered(self._outputs(), file)):
            return
        with self._journal.writing(self._left):
            try:
                self._run(self._left, chunk)
                if file is not None:
                    self._run_missing_parts(file, chunk)
                    self._gather_in(file)
            except KeyboardInterrupt as stop:
                stop.add_note(self._how_far())
                stop.result = self.result()  # type: ignore[attr-defined]
                raise
            except OSError as error:
                error.add_note(self._how_far())
                raise

    def _run(self, tasks: Sequence[FileTask], chunk: int | Literal["auto"]) -> None:
        from datalab_kernel.workspace.processing._file_run import run_tasks

        if tasks:
            Run(
                tasks,
                self._open_tasks(run_tasks, self._recipe),
                chunk=chunk,
                gathered=self._gather,
                name=f"datalab-{self._key[:12]}-{os.urandom(4).hex()}",
            ).finish()

    def _run_missing_parts(self, file: Path, chunk: int | Literal["auto"]) -> None:
        """Do again what is only in the file, if that is to be written anew."""
        if self._journal.is_gathered(self._outputs(), file):
            return
        missing = [
            task
            for task, row in self._rows.items()
            if row.output and not Path(task.output).exists()
        ]
        self._journal.claim([task.output for task in missing])
        self._run(missing, chunk)

    def _gather_in(self, file: Path) -> None:
        from datalab_kernel.workspace.processing._gathering import gather, remove_parts

        outputs = self._outputs()
        rows = [row for row in self.result().rows if row.output]
        if outputs and not self._journal.is_gathered(outputs, file):
            self._journal.claim([str(file)])
            gather(rows, file)
            self._journal.note_gathered(outputs, file)
        if self._destination is not None:
            remove_parts(rows, self._destination.folder)

    def _outputs(self) -> list[str]:
        return [row.output for row in self.result().rows if row.output]

    def _gather(self, task: FileTask, row: Row) -> None:
        self._journal.write(task, self._key, row)
        self._rows[task] = row

    def _how_far(self) -> str:
        kept = (
            "the same call goes on from there" if self._destination else "to=None keeps no results"
        )
        return f"{len(self._rows):,} of {len(self._tasks):,} files are done; {kept}."

    def result(self) -> ProcessResult:
        """Return what became of the files, as far as that is known."""
        to = self._destination
        return ProcessResult(
            rows=tuple(self._rows[task] for task in self._tasks if task in self._rows),
            steps=tuple(map(str, self._recipe.steps)),
            to=None if to is None else to.file or to.folder,
            kept=self._kept,
            open_workspace=self._open_workspace,
        )


def _check_chunk(chunk: Any) -> None:
    is_number = isinstance(chunk, int) and not isinstance(chunk, bool) and chunk >= 1
    if chunk != "auto" and not is_number:
        message = f"chunk must be 'auto' or a number of files from 1 on, not {chunk!r}."
        raise ParameterError(message, function="process", problems=[message], parameters=["chunk"])


def _recipe(steps: Steps, options: Options) -> Recipe:
    from datalab_kernel.compute._records import versions
    from datalab_kernel.formats import read_options
    from datalab_kernel.workspace.processing._file_run import Recipe

    return Recipe(
        steps=steps,
        options=read_options(options.read),
        keep_results=options.keep_results,
        versions=versions(),
    )
