"""Many computations: in order, on several threads, all or none."""

import signal
import threading
import time
from _thread import interrupt_main
from contextvars import ContextVar
from functools import partial

import pytest

from datalab_kernel.compute._crew import Crew
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


def test_short_calls_on_few_samples_stay_in_one_thread_and_long_ones_dont():
    def waiting(seconds):
        time.sleep(seconds)
        return threading.get_ident()

    own = threading.get_ident()
    short = [partial(waiting, seconds) for seconds in (0.05, *[0.002] * 40)]  # the first imports
    assert set(in_threads(short, cores=4, is_small=True)) == {own}
    assert len(set(in_threads(short[1:], cores=4))) > 2
    long = [partial(waiting, 0.02)] * 20
    assert len(set(in_threads(long, cores=4, is_small=True))) > 2


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


def as_to_a_process():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


@pytest.mark.parametrize("interrupt", [as_to_a_process, interrupt_main])  # which ends no wait
def test_a_stop_leaves_a_call_that_is_long_and_drops_its_result(interrupt):
    went_on, may_end = threading.Event(), threading.Event()

    def stop():
        went_on.wait(20)
        time.sleep(0.1)  # it is waited for by then
        interrupt()

    def work():
        went_on.set()
        may_end.wait(20)
        done.append("end")

    done = []
    threading.Thread(target=stop).start()
    with pytest.raises(KeyboardInterrupt):
        [*in_threads([work], is_long=True)]
    assert not may_end.is_set()
    left = [one for one in threading.enumerate() if one.name.startswith("datalab-kernel-calc")]
    assert all(one.daemon for one in left)  # the end of the process doesn't wait for it
    may_end.set()
    for one in left:
        one.join(20)
        assert not one.is_alive()
    assert done == []


def test_what_is_long_gives_what_it_gives_otherwise():
    def fail():
        raise ValueError("no")

    assert [*in_threads([threading.get_ident], is_long=True)] != [threading.get_ident()]
    assert [*in_threads([lambda: 1, lambda: 2], is_long=True)] == [1, 2]
    with pytest.raises(ValueError, match="no"):
        [*in_threads([fail], is_long=True)]


def test_context_variables_are_those_of_the_caller():
    variable = ContextVar("variable", default="none")
    variable.set("ours")
    assert [*in_threads([variable.get], is_long=True)] == ["ours"]


def test_who_has_the_last_result_leaves_no_thread():
    def last():
        crew._taking.acquire()  # so that its thread can't end before it is waited for
        threading.Timer(0.2, crew._taking.release).start()
        return 2

    crew = Crew([lambda: 1, last], 1)
    found = crew.results()
    assert [next(found), next(found)] == [1, 2]
    assert not any(thread.is_alive() for thread in crew._threads)
    found.close()
