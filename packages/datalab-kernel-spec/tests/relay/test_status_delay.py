"""Statuses that wait a little, and never for long."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from datalab_kernel_spec.relay.cells import _status_delay
from datalab_kernel_spec.relay.cells._status_delay import LONGEST_S, QUIET_MS, HeldStatuses


class Clock:
    """A clock that the test sets."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_status_delay, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def test_where_nothing_waits_it_is_never_time(clock: Clock) -> None:
    held = HeldStatuses()
    assert not held.is_time
    clock.now += 3600
    assert not held.is_time
    assert held.take() == []


def test_a_status_waits_until_it_has_been_quiet_for_a_while(clock: Clock) -> None:
    held = HeldStatuses()
    held.add([b"busy"])
    assert not held.is_time
    clock.now += QUIET_MS / 1000 * 0.9
    assert not held.is_time
    clock.now += QUIET_MS / 1000 * 0.2
    assert held.is_time


def test_a_further_status_prolongs_the_wait(clock: Clock) -> None:
    held = HeldStatuses()
    held.add([b"busy"])
    clock.now += QUIET_MS / 1000 * 0.9
    held.add([b"idle"])
    clock.now += QUIET_MS / 1000 * 0.9
    assert not held.is_time


def test_a_stream_of_statuses_doesnt_prolong_it_for_ever(clock: Clock) -> None:
    held = HeldStatuses()
    began = clock.now
    while not held.is_time:
        held.add([b"busy"])
        clock.now += QUIET_MS / 1000 / 2
        assert clock.now - began < 2 * LONGEST_S
    assert clock.now - began > LONGEST_S


def test_what_waited_is_handed_out_once_and_in_order(clock: Clock) -> None:
    held = HeldStatuses()
    held.add([b"busy"])
    held.add([b"idle"])
    clock.now += 1
    assert held.take() == [[b"busy"], [b"idle"]]
    assert held.take() == []
    assert not held.is_time


def test_the_longest_wait_is_counted_anew_after_a_hand_out(clock: Clock) -> None:
    held = HeldStatuses()
    held.add([b"busy"])
    clock.now += LONGEST_S
    held.take()
    held.add([b"busy"])
    clock.now += QUIET_MS / 1000 / 2
    assert not held.is_time
