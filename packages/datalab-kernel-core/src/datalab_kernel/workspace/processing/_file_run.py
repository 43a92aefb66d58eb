"""One file through all steps: read, computed as ``workspace.calc`` does, and written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.backends import Placement
from datalab_kernel.compute import run
from datalab_kernel.display._progress import untracked
from datalab_kernel.errors import OperandError
from datalab_kernel.formats import Room, readers
from datalab_kernel.notes import distinct, notes_of
from datalab_kernel.objects import KINDS, _names
from datalab_kernel.workspace._choosing import choose
from datalab_kernel.workspace._file_contents import contents_of, items_of, read_one
from datalab_kernel.workspace._runner import Runner
from datalab_kernel.workspace._shelf import Shelf
from datalab_kernel.workspace.processing._file_backend import FileBackend
from datalab_kernel.workspace.processing._fingerprint import fingerprint
from datalab_kernel.workspace.processing._rows import Failure, Found, Row, stamp_of
from datalab_kernel.workspace.processing._steps import CalcStep, CallStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from datalab_kernel.compute import Job, Output
    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import Kind
    from datalab_kernel.workspace._calc_result import CalcResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is done to each file, whichever it is."""

    steps: tuple[CalcStep | CallStep, ...]
    options: ReadOptions
    keep_results: bool = False
    versions: Mapping[str, str]

    def __str__(self) -> str:
        return ", ".join(map(str, self.steps))

    @property
    def key(self) -> str:
        """A text that is the same where results would be."""
        steps = [step.key for step in self.steps]
        return fingerprint([steps, self.options, self.keep_results, dict(self.versions)])


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTask:
    """A file, and where its results go; ``output`` is empty if they aren't kept.

    ``name`` is that of the one object that is taken of a workspace's file; empty: all.
    """

    file: str
    path: str
    name: str = ""
    output: str = ""

    @property
    def label(self) -> str:
        """What the file is called in tables."""
        return f"{self.file}::{self.name}" if self.name else self.file


class StoppedError(Exception):
    """Nobody wants the results any more."""


_asked = cache(readers)  # of one process: what is installed later isn't looked for


def run_tasks(
    recipe: Recipe, tasks: Sequence[FileTask], stopped: Callable[[], bool]
) -> tuple[list[Row], OSError | None]:
    """Process files one after the other; none is held longer than its own turn.

    Parameters
    ----------
    recipe, tasks
        What is done to which files.
    stopped
        Says whether nobody wants the results any more.

    Returns
    -------
    list of Row, OSError or None
        What became of each, up to the first whose results couldn't be written: others couldn't
        be, either.

    Raises
    ------
    StoppedError
        If nobody wants them.
    """
    rows: list[Row] = []
    room = Room()
    with untracked():
        for task in tasks:
            try:
                rows.append(_run_one(recipe, task, room, stopped))
            except OSError as error:  # those of reading are in the row
                return rows, error
    return rows, None


def _run_one(recipe: Recipe, task: FileTask, room: Room, stopped: Callable[[], bool]) -> Row:
    begun_s = time.perf_counter()
    stamp = stamp_of(task.path)
    file = _OpenFile(recipe, task, room, stopped)
    try:
        found, notes = file.compute()
    except StoppedError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: the row has its traceback
        seconds = time.perf_counter() - begun_s
        return Row(
            file=task.label,
            seconds=seconds,
            stamp=stamp,
            failure=Failure.of(error, file.step),
            versions=recipe.versions,
        )
    groups = file.save()
    return Row(
        file=task.label,
        seconds=time.perf_counter() - begun_s,
        stamp=stamp,
        output=task.output,
        groups=groups,
        found=tuple(found),
        notes=tuple(map(str, notes)),
        versions=recipe.versions,
    )


class _InTurn:
    """The executor of a file's objects: the files are what runs side by side."""

    def map(self, jobs: Sequence[Job]) -> Iterator[Output]:
        return map(run, jobs)


class _OpenFile:
    """A file's objects while they go through the steps; ``step`` is the one that they are at."""

    def __init__(
        self, recipe: Recipe, task: FileTask, room: Room, stopped: Callable[[], bool]
    ) -> None:
        self.step = ""
        self._recipe = recipe
        self._task = task
        self._room = room
        self._stopped = stopped
        self._backend = FileBackend()
        self._shelf = Shelf(FileBackend, self._backend)
        self._runner = Runner(self._shelf)
        self._runner.executor = _InTurn()
        self._shelf.keep_results = recipe.keep_results
        self._notes: list[Note] = []

    def compute(self) -> tuple[list[Found], tuple[Note, ...]]:
        """Read the file and do all steps; return what analyses found, and what was noted."""
        names = self._read()
        found: list[Found] = []
        for step in self._recipe.steps:
            self._check_wanted()
            self.step = str(step)
            names, results = self._do(step, names)
            found += results
        self.step = ""
        if self._task.output:
            self._backend.describe_origin(f"{Path(self._task.path).name}: {self._recipe}")
        return found, distinct(self._notes)

    def save(self) -> tuple[tuple[Kind, str, tuple[str, ...]], ...]:
        """Write what is there, if it is kept; return the groups."""
        from datalab_kernel.storage import write_workspace

        if not self._task.output:
            return ()
        self._check_wanted()
        contents = contents_of(self._shelf.backend)
        write_workspace(Path(self._task.output), contents)
        return tuple(
            (kind, group.title, tuple(obj.title for obj in group.objects))
            for kind, groups in zip(KINDS, (contents.signals, contents.images), strict=True)
            for group in groups
        )

    def _check_wanted(self) -> None:
        if self._stopped():
            raise StoppedError

    def _read(self) -> list[str]:
        path = Path(self._task.path)
        if self._task.name:  # of a workspace's file: nothing else of it is read
            items = choose([path], self._recipe.options, self._task.name, Placement.NEW).items
        else:
            self._room.check([path])
            items = items_of([read_one(path, self._recipe.options, _asked)], Placement.NEW)
        if not items:
            message = f"{self._task.file!r} holds nothing to process."
            raise OperandError(message, function=None, names=[])
        self._shelf.put(items)
        self._notes += [note for item in items for note in notes_of(item.obj)]
        return [item.name for item in items]

    def _do(self, step: CalcStep | CallStep, names: list[str]) -> tuple[list[str], list[Found]]:
        if isinstance(step, CallStep):
            return self._call(step, names)
        result = self._runner.compute(
            step.function, step.param, on=names, operand=step.loose_operand, **step.keywords
        )
        self._notes += result.notes
        if result.is_analysis:
            results = [*result.tables.items(), *result.geometry.items()]
            return names, [Found.of(name, one) for name, one in results]
        return self._renamed(names, result), []

    def _renamed(self, names: list[str], result: CalcResult) -> list[str]:
        """Let go of what a step was computed of; its result has that name, where it is one of one."""
        left = [name for name in names if name not in result.names]
        self._shelf.remove(left)
        if len(names) != len(result.names):
            return [*result.names]
        for old, new in zip(result.names, names, strict=True):
            if old != new:
                self._shelf.rename(old, new)
        return names

    def _call(self, step: CallStep, names: list[str]) -> tuple[list[str], list[Found]]:
        """Call somebody's function with a copy of each object."""
        from datalab_kernel.objects._results import results_of
        from datalab_kernel.workspace._tables import attach
        from datalab_kernel.workspace.processing._returned import objects_in

        found: list[Found] = []
        left: list[str] = []
        for name in names:
            value = step.call(self._shelf.get(name))
            objects = objects_in(value, step.name)
            if objects is None:
                attach(self._shelf, name, step.name, value)
                results = results_of(self._shelf.view(name))
                found += [Found.of(name, one) for one in results if one.func_name == step.name]
                left.append(name)
                continue
            group = self._shelf.described()[name].group
            self._shelf.remove([name])
            for obj in objects:
                own = name if len(objects) == 1 else _names.make_valid(obj.title, name)
                own = _names.make_unique(own, self._shelf.names())
                self._shelf.add(own, obj, overwrite=False, group=group)
                left.append(own)
        return left, found
