"""A server that hangs is told from one that works, and what is begun behind a call isn't lost."""

import math
import threading
import time
from typing import Any

import pytest

from datalab_kernel.errors import DataLabBusyError, DataLabRefusedError
from datalab_kernel_live.doors.xmlrpc import _watchdog
from datalab_kernel_live.doors.xmlrpc._deferred import DeferredAction
from datalab_kernel_live.doors.xmlrpc._futures import submit
from datalab_kernel_live.doors.xmlrpc._watchdog import HungError, watched_call

PLENTY_S = 30.0


class Window:
    """DataLab's window, as the Web API shows it: at work until a moment, then at rest."""

    def __init__(self, works_s: float = 0.0) -> None:
        self.rests_at_s = time.monotonic() + works_s
        self.signalled = threading.Event()
        self.heals = True
        self.answers_in_s = 0.0
        self.has_asked = False

    def info(self, _name: str, *, timeout_s: float) -> None:
        time.sleep(self.answers_in_s)
        if time.monotonic() < self.rests_at_s:
            time.sleep(0.05)
            message = "busy"
            raise DataLabBusyError(message, url="", detail=f"{timeout_s}", was_sent=True)

    def calc(self, name: str, *, timeout_s: float) -> list[str]:
        assert timeout_s > 0
        self.has_asked = True
        if self.heals:
            self.signalled.set()
        raise DataLabRefusedError(name, url="", detail="unknown", status=404, was_sent=True)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HANG_S", "_PROBE_S", "_GRACE_S"):
        monkeypatch.setattr(_watchdog, name, 0.1)


def test_a_quick_answer_is_handed_on() -> None:
    assert watched_call(lambda: "answer", Window(PLENTY_S), PLENTY_S) == "answer"  # type: ignore[arg-type]


def test_a_long_piece_of_work_is_waited_for() -> None:
    window = Window(works_s=0.6)

    def work() -> str:
        time.sleep(0.6)
        return "done"

    assert watched_call(work, window, PLENTY_S) == "done"  # type: ignore[arg-type]
    assert not window.signalled.is_set()


def test_work_that_lets_the_window_answer_now_and_then_is_waited_for() -> None:
    window = Window()
    window.heals = False
    window.answers_in_s = 0.06

    def paint() -> str:
        time.sleep(1.5)
        return "painted"

    assert watched_call(paint, window, PLENTY_S) == "painted"  # type: ignore[arg-type]
    assert not window.has_asked


def test_a_call_that_hangs_is_healed_and_told() -> None:
    window = Window()
    with pytest.raises(HungError) as caught:
        watched_call(lambda: window.signalled.wait(PLENTY_S), window, PLENTY_S)  # type: ignore[arg-type]
    assert caught.value.is_healed


def test_a_question_that_hangs_has_its_value_all_the_same() -> None:
    window = Window()

    def ask() -> str:
        window.signalled.wait(PLENTY_S)
        return "signal"

    assert watched_call(ask, window, PLENTY_S, is_question=True) == "signal"  # type: ignore[arg-type]
    assert window.signalled.is_set()


def test_without_a_limit_a_dialog_box_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_watchdog, "_PROBES", 1)
    window = Window()
    window.heals = False

    def fill_in() -> str:
        time.sleep(1.5)
        return "done"

    assert watched_call(fill_in, window, math.inf, is_question=True) == "done"  # type: ignore[arg-type]
    assert window.has_asked


def test_one_that_stays_hung_is_given_up_at_once() -> None:
    window, end = Window(), threading.Event()
    window.heals = False
    started = time.monotonic()
    with pytest.raises(HungError) as caught:
        watched_call(lambda: end.wait(PLENTY_S), window, PLENTY_S)  # type: ignore[arg-type]
    assert time.monotonic() - started < 2.0
    assert not caught.value.is_healed
    end.set()


def test_what_goes_wrong_meanwhile_is_raised_where_it_is_waited_for() -> None:
    future = submit(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        future.result()


def test_the_next_one_waits_for_what_is_begun_behind_a_call() -> None:
    deferred, order, may_end = DeferredAction(), [], threading.Event()

    def first() -> None:
        may_end.wait(PLENTY_S)
        deferred.wait()  # its own calls don't wait for itself
        order.append("first")

    deferred.start(first)
    threading.Timer(0.1, may_end.set).start()
    deferred.wait()
    order.append("second")
    assert order == ["first", "second"]


def test_a_failure_behind_a_call_is_logged_and_kept_until_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    deferred = DeferredAction()

    def fails() -> None:
        message = "DataLab is gone"
        raise ConnectionError(message)

    deferred.start(fails)
    deferred.wait()
    assert deferred.failure == "DataLab is gone"
    assert "couldn't be finished" in caplog.text
    deferred.start(lambda: None)
    deferred.wait()
    assert deferred.failure == ""


def test_without_threads_everything_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_self: Any) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Thread, "start", none_left)
    deferred, done = DeferredAction(), []
    deferred.start(lambda: done.append(1))
    assert done == [1]
    assert submit(lambda: 2).result() == 2
