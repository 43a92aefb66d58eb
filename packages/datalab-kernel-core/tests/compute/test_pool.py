"""Many computations: in order, on several threads, all or none."""

import threading
import time
from functools import partial

import pytest

from datalab_kernel.compute._pool import in_threads, number_of_cores


def slow(value):
    time.sleep(0.02)
    return value


def test_results_come_in_the_order_of_the_calls():
    calls = [partial(slow, number) for number in range(20)]
    assert [*in_threads(calls, cores=4)] == list(range(20))


def test_slow_calls_run_on_several_threads():
    calls = [partial(lambda _: slow(threading.get_ident()), number) for number in range(20)]
    assert len(set(in_threads(calls, cores=4))) > 2


def test_quick_calls_stay_in_one_thread():
    assert set(in_threads([threading.get_ident] * 20, cores=4)) == {threading.get_ident()}


def test_the_first_error_in_their_order_is_raised():
    def fail(number):
        time.sleep(0.05 - number / 1000)
        raise ValueError(number)

    with pytest.raises(ValueError, match="^3$"):
        [*in_threads([*[partial(slow, 0)] * 3, partial(fail, 3), partial(fail, 4)], cores=4)]


def test_after_an_interrupt_nothing_more_begins_and_nothing_runs_on():
    done = []

    def work(number):
        if number == 2:
            raise KeyboardInterrupt
        slow(number)
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        [*in_threads([partial(work, number) for number in range(100)], cores=2)]
    finished = len(done)
    assert finished < 20
    time.sleep(0.1)
    assert len(done) == finished


def test_there_is_a_core():
    assert number_of_cores() >= 1
    assert [*in_threads([])] == []


def test_closing_ends_it_as_an_interrupt_does():
    done = []

    def work(number):
        slow(number)
        done.append(number)

    results = in_threads([partial(work, number) for number in range(100)], cores=2)
    next(results)
    next(results)
    results.close()
    finished = len(done)
    assert finished < 20
    time.sleep(0.1)
    assert len(done) == finished
