"""Decides when each task runs: as soon as what it depends on has ended and its environment is ready, in some lanes."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.process import stop_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from runner.tasks import Task

LANES = (os.cpu_count() or 1) + 1
"""How many tasks run at once: tests wait for kernels and for DataLab, and leave a third of two processors idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task ended: ``ok``, ``FAILED``, ``skipped`` (something before failed) or ``left out``."""

    task: str
    state: str
    seconds: float
    why: str = ""


def side_by_side(
    tasks: Sequence[Task],
    environments: Iterable[str],
    prepare: Callable[[str], None],
    run: Callable[[Task, RunnerError | None], Outcome],
    note: Callable[[Task, Outcome], None],
) -> None:
    """Run tasks, dependencies before what depends on them, in the given order where they may.

    Parameters
    ----------
    tasks
        What to run.
    environments
        Where they run; these are made one after another, while tasks run in those that are ready.
    prepare
        Makes an environment, or raises a RunnerError.
    run
        Runs a task, or says why it can't be run; called with what went wrong with its environment.
    note
        Is told how each task ended, in this thread, before what depends on it is run.
    """
    waiting, ended = list(tasks), set[str]()
    running: dict[Future[Outcome], Task] = {}
    with ThreadPoolExecutor(LANES) as lanes, ThreadPoolExecutor(1) as maker:
        made = {name: maker.submit(_failure, prepare, name) for name in environments}
        try:
            while waiting or running:
                free = LANES - len(running)
                for task in [task for task in waiting if _is_ready(task, ended, made)][:free]:
                    waiting.remove(task)
                    failure = made[task.environment].result() if task.command else None
                    running[lanes.submit(run, task, failure)] = task
                unfinished: list[Future[Any]] = [*running]
                unfinished += [future for future in made.values() if not future.done()]
                wait(unfinished, return_when=FIRST_COMPLETED)
                for future in [future for future in running if future.done()]:
                    task = running.pop(future)
                    note(task, future.result())
                    ended.add(task.name)
        except BaseException:
            maker.shutdown(wait=False, cancel_futures=True)
            stop_all()  # or the pools would wait for every child to end by itself
            raise


def _is_ready(task: Task, ended: set[str], made: dict[str, Future[RunnerError | None]]) -> bool:
    has_environment = not task.command or made[task.environment].done()
    return has_environment and ended.issuperset(task.depends_on)


def _failure(prepare: Callable[[str], None], name: str) -> RunnerError | None:
    try:
        prepare(name)
    except RunnerError as error:
        return error
    return None
