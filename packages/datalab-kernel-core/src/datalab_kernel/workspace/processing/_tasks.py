"""Running tasks on one machine: in threads, in processes, or where neither can start in place."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute import Finished, Outcome, WorkerLostError, number_of_cores
from datalab_kernel.workspace.processing._sending import packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Event


class InPlaceTasks:
    """One task after the other, in the thread that waits for them."""

    workers = 1
    link = ""

    def __init__(self, call: Callable[..., Any], shared: Any) -> None:
        self._call = call
        self._shared = shared
        self._waiting: deque[tuple[str, Any]] = deque()

    def submit(self, key: str, argument: Any) -> None:
        """Keep a task until somebody waits for it."""
        self._waiting.append((key, argument))

    def finished(self, timeout_s: float) -> list[Outcome]:  # noqa: ARG002 - it takes what it takes
        """Run the first task."""
        key, argument = self._waiting.popleft()
        return [Outcome(key, self._call(self._shared, argument, bool))]

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()


class _PooledTasks:
    """Tasks in a pool of the standard library's, on all cores."""

    link = ""
    _pool: Executor
    _stopped: threading.Event | Event

    def __init__(self) -> None:
        self.workers = number_of_cores()
        self._finished = Finished()

    def finished(self, timeout_s: float) -> list[Outcome]:
        """Return what is done; a process that died takes all tasks with it."""
        return [_outcome(key, future) for key, future in self._finished.take(timeout_s)]

    def close(self) -> None:
        """Forget the rest; what a worker is at is dropped when its step is over."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


class ThreadTasks(_PooledTasks):
    """Tasks in threads of this process; Sigima's heavy functions let others run."""

    def __init__(self, call: Callable[..., Any], shared: Any) -> None:
        super().__init__()
        self.workers += 1  # now and then each waits until a file is on the disk
        self._call = call
        self._shared = shared
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="datalab-kernel-process")
        self._stopped = threading.Event()

    def submit(self, key: str, argument: Any) -> None:
        """Begin a task when a thread is free."""
        future = self._pool.submit(self._call, self._shared, argument, self._stopped.is_set)
        self._finished.watch(key, future)


class ProcessTasks(_PooledTasks):
    """Tasks in processes of their own, for what holds the interpreter.

    Each ignores Stop, which is for the notebook, and has Sigima imported before its first task. When
    one dies, all are started anew.
    """

    _stopped: Event

    def __init__(self, call: Callable[..., Any], shared: Any) -> None:
        super().__init__()
        self._call = call
        self._shared = packed(shared)
        self._context = multiprocessing.get_context("spawn")
        self._stopped = self._context.Event()
        self._pool = self._open()

    def _open(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers,
            mp_context=self._context,
            initializer=_prepare,
            initargs=(self._stopped, self._shared),
        )

    def submit(self, key: str, argument: Any) -> None:
        """Begin a task when a process is free."""
        try:
            future = self._pool.submit(_in_process, self._call, argument)
        except BrokenProcessPool:
            self._pool = self._open()
            future = self._pool.submit(_in_process, self._call, argument)
        self._finished.watch(key, future)


def _outcome(key: str, future: Future[Any]) -> Outcome:
    if future.cancelled():
        return Outcome(key, error=WorkerLostError("it was cancelled"))
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return Outcome(key, error=WorkerLostError("its process ended"))
    return Outcome(key, error=error) if error is not None else Outcome(key, future.result())


class _ThisProcess:
    """What a process that runs tasks knows of the one that started it."""

    stopped: Event
    packed: bytes
    """What its tasks share: sent once, and not with each."""


def _prepare(stopped: Event, packed: bytes) -> None:
    """Begin a process: in a session of its own, where no Stop reaches it, and with Sigima."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.setsid()
    _ThisProcess.stopped, _ThisProcess.packed = stopped, packed
    import_module("sigima.proc")  # what the first task would wait for
    import_module("datalab_kernel.workspace.processing._file_run")


def _in_process(call: Callable[..., Any], argument: Any) -> Any:
    shared = pickle.loads(_ThisProcess.packed)  # noqa: S301 - its own
    return call(shared, argument, _ThisProcess.stopped.is_set)
