"""Running many computations in threads: on all cores, in order, and to be interrupted.

Threads, because Sigima's heavy functions release the interpreter and arrays needn't travel.
Results and their order are the same on any number of cores.
"""

from __future__ import annotations

import os
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from datalab_kernel.compute._jobs import run
from datalab_kernel.platform import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datalab_kernel.compute._jobs import Job, Output

T = TypeVar("T")
_WORTHWHILE_S = 0.05
"""What is sooner done than this is done in one thread: others would cost more than they gain."""


def number_of_cores() -> int:
    """Return the number of cores that this process may use; 1 where threads can't start."""
    if not here().has_threads:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Threads:
    """The executor that is always there: all cores of this process."""

    def map(self, jobs: Sequence[Job]) -> Iterator[Output]:
        """Run jobs, and yield what each gave, in their order."""
        return in_threads([partial(run, job) for job in jobs])


def in_threads(calls: Sequence[Callable[[], T]], cores: int | None = None) -> Iterator[T]:
    """Call functions, and yield what they return in their order.

    When one raises, which the first in their order does, or this is closed, those that
    hadn't begun aren't called and those that had are waited for.

    Parameters
    ----------
    calls
        Independent of each other.
    cores
        How many at a time at most; None: as many as this process may use.

    Examples
    --------
    >>> [*in_threads([lambda: 1, lambda: 2])]
    [1, 2]
    """
    if not calls:
        return
    begun_s = time.perf_counter()
    first = calls[0]()
    rest = calls[1:]
    expected_s = (time.perf_counter() - begun_s) * len(rest)
    workers = min(number_of_cores() if cores is None else cores, len(rest))
    yield first
    if workers < 2 or expected_s < _WORTHWHILE_S:  # noqa: PLR2004 - one thread is no pool
        for call in rest:
            yield call()
        return
    # Functions that change the filters of warnings for a while restore them in any order
    with warnings.catch_warnings():
        pool = ThreadPoolExecutor(workers, thread_name_prefix="datalab-kernel-calc")
        try:
            for future in [pool.submit(call) for call in rest]:
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
