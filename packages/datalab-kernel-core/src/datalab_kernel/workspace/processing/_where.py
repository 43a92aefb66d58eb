"""Where tasks run: in threads or processes here, or on what another package knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import NoExecutorError, ParameterError
from datalab_kernel.platform import here

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.compute import Tasks

THREADS, PROCESSES = "threads", "processes"


def tasks_maker(client: Any, executor: Any) -> tuple[Callable[[Any, Any], Tasks], bool]:
    """Return what makes tasks of a call and what they share, and whether in processes of ours.

    Raises
    ------
    NoExecutorError
        If no installed package knows the client, or has an executor of that name.
    ParameterError
        If both are given, or what is given runs no tasks.
    """
    from datalab_kernel.compute import RunsTasks, executor_of_client, make_executor
    from datalab_kernel.workspace.processing import _tasks

    if client is not None:
        if executor is not None:
            message = (
                "Give client or executor, not both: the client says where files are processed."
            )
            raise ParameterError(
                message, function="process", problems=[message], parameters=["client", "executor"]
            )
        return executor_of_client(client).tasks, False
    if executor in (None, THREADS):
        return (_tasks.ThreadTasks if here().has_threads else _tasks.InPlaceTasks), False
    if executor == PROCESSES:
        if not here().has_processes:
            message = "There are no processes in a browser. Leave executor= out."
            raise NoExecutorError(message, name=PROCESSES, installed=[THREADS])
        return _tasks.ProcessTasks, True
    found = make_executor(executor) if isinstance(executor, str) else executor
    if not isinstance(found, RunsTasks):
        message = f"executor must be 'threads', 'processes' or what has a method tasks, not {executor!r:.80}."
        raise ParameterError(
            message, function="process", problems=[message], parameters=["executor"]
        )
    return found.tasks, False
