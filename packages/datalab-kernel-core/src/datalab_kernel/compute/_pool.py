"""Running computations in threads: on all cores, in order, and left at a Stop.

Threads, because Sigima's heavy functions release the interpreter and arrays needn't travel.
Results and their order are the same on any number of cores. ``_crew`` has the threads.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from datalab_kernel.compute._crew import Crew
from datalab_kernel.compute._jobs import ahead, run
from datalab_kernel.compute._source import InTurn
from datalab_kernel.objects._fields import MAIN_ARRAY, value_of
from datalab_kernel.platform import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datalab_kernel.compute._jobs import Job, Output

T = TypeVar("T")
_WORTHWHILE_S = 0.05
"""What is sooner done than this is done in one thread: others would cost more than they gain."""
_SMALL_SAMPLES = 1 << 14
_SHORT_S = 0.01
"""On fewer samples than these, what is sooner done than this is mostly done by Python, which runs in one
thread at a time: a second thread makes 1,000 signals of 1,000 samples take half as long again."""
_AT_A_TIME = 32
"""Of so many small objects what takes long is done before the rest of them."""
_LONG_S = 0.1
_LONG_SAMPLES = 1 << 16
"""From here on a function that hasn't run yet is taken for one that takes long."""
_seconds_a_sample: dict[str, float] = {}
"""How quick each function was the last time; a thread of its own costs a quick one up to a quarter."""


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
        calls: list[Callable[[], Output]] = [partial(run, job) for job in jobs]
        if not calls:
            return iter(())
        samples = _samples_of(jobs[0])
        calls[0] = partial(_timed, jobs[0], samples)
        is_long = _may_take_long(jobs[0].function.name, samples)
        is_small = samples < _SMALL_SAMPLES
        in_turn = partial(_in_turn, jobs) if is_small and jobs[0].function.ahead else None
        return in_threads(calls, is_long=is_long, is_small=is_small, in_turn=in_turn)


def _in_turn(jobs: Sequence[Job], count: int) -> Iterator[Output]:
    """Run the last jobs in this thread, of some at a time what takes long ahead."""
    for start in range(len(jobs) - count, len(jobs), _AT_A_TIME):
        some = jobs[start : start + _AT_A_TIME]
        yield from map(run, some, ahead(some))


def _timed(job: Job, samples: int) -> Output:
    begun_s = time.perf_counter()
    output = run(job)
    took_s = time.perf_counter() - begun_s
    _seconds_a_sample[job.function.name] = took_s / max(1, samples)
    return output


def _may_take_long(function: str, samples: int) -> bool:
    known_s = _seconds_a_sample.get(function)
    return samples > _LONG_SAMPLES if known_s is None else known_s * samples > _LONG_S


def _samples_of(job: Job) -> int:
    """Count the samples that a job computes of, as far as they are here."""
    slot = MAIN_ARRAY[job.function.kind]
    samples = 0
    for obj in job.objects or ():
        if not isinstance(obj, InTurn):
            samples += value_of(obj, slot).size
    return samples


def in_threads(
    calls: Sequence[Callable[[], T]],
    cores: int | None = None,
    *,
    is_long: bool = False,
    is_small: bool = False,
    in_turn: Callable[[int], Iterator[T]] | None = None,
) -> Iterator[T]:
    """Call functions, and yield what they return in their order.

    When one raises, which the first in their order does, those that hadn't begun aren't called
    and those that had are waited for. At a Stop, or when this is closed, what runs in other
    threads is left: its result is dropped, and it ends as soon as its C code returns.

    Parameters
    ----------
    calls
        Independent of each other.
    cores
        How many at a time at most; None: as many as this process may use.
    is_long
        Whether one call may take long. Then also the first runs in another thread, where it
        can be left.
    is_small
        Whether they are on few samples. Then those that are short stay in this thread.
    in_turn
        Calls the last of them in this thread, so many, where that is better than one by one.

    Examples
    --------
    >>> [*in_threads([lambda: 1, lambda: 2])]
    [1, 2]
    """
    if not calls:
        return
    first, took_s = _taken(calls[0], is_long=is_long)
    yield first
    rest = calls[1:]
    if is_small and took_s > _SHORT_S and rest:  # the first of all may have imported something
        second, took_s = _taken(rest[0], is_long=is_long)
        yield second
        rest = rest[1:]
    workers = min(number_of_cores() if cores is None else cores, len(rest))
    is_quick = took_s * len(rest) < _WORTHWHILE_S or (is_small and took_s <= _SHORT_S)
    if workers < 2 or is_quick:  # noqa: PLR2004 - one thread is no pool
        if in_turn is not None and not is_long:
            yield from in_turn(len(rest))
            return
        for call in rest:
            yield _left_at_stop(call) if is_long else call()
        return
    # Functions that change the filters of warnings for a while restore them in any order
    with warnings.catch_warnings():
        yield from Crew(rest, workers).results()


def _taken(call: Callable[[], T], *, is_long: bool) -> tuple[T, float]:
    """Call a function; return what it returns, and how long it took."""
    begun_s = time.perf_counter()
    result = _left_at_stop(call) if is_long else call()
    return result, time.perf_counter() - begun_s


def _left_at_stop(call: Callable[[], T]) -> T:
    """Call a function in another thread, if this is the one that a Stop comes to."""
    if not here().has_threads or threading.current_thread() is not threading.main_thread():
        return call()
    with warnings.catch_warnings():
        (result,) = Crew([call], 1).results()
    return result
