"""What a short cell publishes waits for its reply, replies for others, and no longer than a moment."""

from __future__ import annotations

import pytest

from datalab_kernel_spec.relay.cells import _gathering
from datalab_kernel_spec.relay.cells._gathering import GATHER_MS, REPLIES_MS, Gathering


class Socket:
    """A socket that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def look_away(self) -> None:
        self.asked.append("look away")

    def look(self) -> None:
        self.asked.append("look")

    def read(self) -> None:
        self.asked.append("read")


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_gathering, "time", clock)
    return clock


def test_what_a_short_cell_published_is_read_once_when_its_reply_has_come(clock: Clock) -> None:
    published = Socket()
    gathering = Gathering(published, Socket(), lambda: 0)
    gathering.begin()
    clock.now_s += 0.5 * GATHER_MS / 1000
    gathering.look_after()
    assert published.asked == ["look away"]
    gathering.note_reply()
    gathering.look_after()
    gathering.look_after()
    assert published.asked == ["look away", "look", "read"]
    assert not gathering.is_on


def test_a_cell_that_lasts_is_shown_as_it_publishes(clock: Clock) -> None:
    published = Socket()
    gathering = Gathering(published, Socket(), lambda: 1)
    gathering.begin()
    clock.now_s += 1.1 * GATHER_MS / 1000
    gathering.look_after()
    assert published.asked == ["look away", "look", "read"]
    assert not gathering.is_on


def test_requests_that_keep_coming_put_nothing_off(clock: Clock) -> None:
    published = Socket()
    gathering = Gathering(published, Socket(), lambda: 1)
    for _ in range(4):
        gathering.begin()
        clock.now_s += 0.3 * GATHER_MS / 1000
        gathering.look_after()
    assert published.asked == ["look away", "look", "read"]


def test_the_messages_of_queued_cells_are_read_with_each_reply(clock: Clock) -> None:
    published = Socket()
    gathering = Gathering(published, Socket(), lambda: 1)
    gathering.begin()
    for _ in range(3):
        clock.now_s += 0.8 * GATHER_MS / 1000
        gathering.note_reply()
        gathering.look_after()
    assert published.asked == ["look away", "read", "read", "read"]
    assert gathering.is_on


def test_a_question_ends_the_wait_at_once(clock: Clock) -> None:
    published = Socket()
    gathering = Gathering(published, Socket(), lambda: 1)
    gathering.end()
    assert published.asked == []
    gathering.begin()
    gathering.end()
    assert published.asked == ["look away", "look", "read"]
    assert clock.now_s == 100.0


def test_replies_are_read_together_while_several_cells_wait(clock: Clock) -> None:
    replies, waiting = Socket(), 3
    gathering = Gathering(Socket(), replies, lambda: waiting)
    gathering.begin()
    for _ in range(4):
        clock.now_s += 0.6 * REPLIES_MS / 1000
        gathering.note_reply()
        gathering.look_after()
    assert replies.asked == ["look away", "read", "read"]
    assert gathering.patience_ms == REPLIES_MS
    waiting = 1  # the last one's reply is looked for
    gathering.look_after()
    assert replies.asked == ["look away", "read", "read", "look"]
    assert gathering.patience_ms == GATHER_MS


def test_the_reply_of_a_cell_that_lasts_is_taken_as_it_comes_and_those_behind_it_together(
    clock: Clock,
) -> None:
    replies = Socket()
    gathering = Gathering(Socket(), replies, lambda: 3)
    gathering.begin()
    clock.now_s += 1.1 * GATHER_MS / 1000
    gathering.look_after()
    assert replies.asked == ["look away", "read", "look"]
    gathering.note_reply()
    assert replies.asked[3:] == ["look away"]


def test_a_single_cells_reply_is_always_looked_for(clock: Clock) -> None:
    replies = Socket()
    gathering = Gathering(Socket(), replies, lambda: 1)
    gathering.begin()
    gathering.note_reply()
    gathering.look_after()
    assert replies.asked == []
    assert clock.now_s == 100.0
