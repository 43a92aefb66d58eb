"""Running many computations: on all cores, in order, all or none, and to be interrupted.

Threads, because Sigima's heavy functions release the interpreter and arrays needn't travel.
Results and their order are the same on any number of cores.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from datalab_kernel.display._progress import tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_WORTHWHILE_S = 0.05
"""What is sooner done than this is done in one thread: others would cost more than they gain."""


def number_of_cores() -> int:
    """Return the number of cores that this process may use; 1 where threads can't start."""
    if sys.platform == "emscripten":
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(calls: Sequence[Callable[[], T]], doing: str, cores: int | None = None) -> list[T]:
    """Call functions, and return what they return in their order.

    Parameters
    ----------
    calls
        Independent of each other.
    doing
        What is done, for the line that shows how far it is.
    cores
        How many at a time at most; None: as many as this process may use.

    Raises
    ------
    Exception
        What the first of them, in their order, raised. The others that hadn't begun
        aren't called; those that had are waited for. Likewise when interrupted.

    Examples
    --------
    >>> run_all([lambda: 1, lambda: 2], "Counting")
    [1, 2]
    """
    if not calls:
        return []
    begun_s = time.perf_counter()
    first = calls[0]()
    rest = calls[1:]
    expected_s = (time.perf_counter() - begun_s) * len(rest)
    workers = min(number_of_cores() if cores is None else cores, len(rest))
    if workers < 2 or expected_s < _WORTHWHILE_S:  # noqa: PLR2004 - one thread is no pool
        with tracking(rest, doing) as tracked:
            return [first, *(call() for call in tracked)]
    return [first, *_in_threads(rest, doing, workers)]


def _in_threads(calls: Sequence[Callable[[], T]], doing: str, workers: int) -> list[T]:
    # Functions that change the filters of warnings for a while restore them in any order
    with warnings.catch_warnings():
        pool = ThreadPoolExecutor(workers, thread_name_prefix="datalab-kernel-calc")
        try:
            futures = [pool.submit(call) for call in calls]
            with tracking(futures, doing) as tracked:
                return [future.result() for future in tracked]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
