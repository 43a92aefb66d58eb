"""The numbers of calls: which are unanswered, and what an answer to another one is refused for."""

from __future__ import annotations

from typing import Generic, TypeVar

from datalab_kernel_channel.protocol._table import LIMITS, Refused

__all__ = ["CallNumbers", "CallsMade", "CallsTaken"]

T = TypeVar("T")


class CallNumbers:
    """Numbers for the calls of one caller, over all links."""

    def __init__(self) -> None:
        self.last = 0
        self.unanswered: set[int] = set()

    def take(self) -> int:
        """Return the next number."""
        self.last += 1
        self.unanswered.add(self.last)
        return self.last


class CallsMade(Generic[T]):
    """The unanswered calls that we made over one link."""

    def __init__(self, numbers: CallNumbers) -> None:
        self._numbers = numbers
        self._calls: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: T) -> int:
        """Take a call and return its number."""
        number = self._numbers.take()
        self._calls[number] = call
        return number

    def find(self, number: int) -> T:
        """Return an unanswered call.

        Raises
        ------
        Refused
            Why an answer to it can't be followed.
        """
        if number in self._calls:
            return self._calls[number]
        if number > self._numbers.last:
            raise Refused("unknown_call", f"{number}")
        if number in self._numbers.unanswered:
            raise Refused("foreign_answer", f"{number}")
        raise Refused("doubled_answer", f"{number}")

    def end(self, number: int) -> T:
        """Return an unanswered call whose answer came."""
        call = self.find(number)
        self.forget(number)
        return call

    def forget(self, number: int) -> None:
        """Drop a call that was never sent."""
        del self._calls[number]
        self._numbers.unanswered.discard(number)

    def pending(self) -> list[T]:
        """Return all unanswered calls."""
        return list(self._calls.values())

    def end_all(self) -> list[T]:
        """Return all unanswered calls; none will be answered."""
        calls, self._calls = self._calls, {}
        self._numbers.unanswered -= calls.keys()
        return list(calls.values())


class CallsTaken(Generic[T]):
    """The calls that the other side made and we haven't answered."""

    def __init__(self) -> None:
        self._last = 0
        self._running: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._running)

    def check(self, number: int) -> None:
        """Refuse a call that came before, or one too many."""
        if number <= self._last:
            raise Refused("doubled_call", f"{number}")
        self._last = number
        if len(self._running) >= LIMITS["unanswered_calls"]:
            raise Refused("too_many_calls", f"{len(self._running)} are unanswered")

    def begin(self, number: int, call: T) -> None:
        """Note that a call runs."""
        self._running[number] = call

    def running(self, number: int) -> T | None:
        """Return a call that runs; None if it has ended."""
        return self._running.get(number)

    def end(self, number: int) -> None:
        """Note that a call has its answer."""
        del self._running[number]

    def end_all(self) -> list[T]:
        """Return what runs; nobody waits for it any more."""
        calls, self._running = self._running, {}
        return list(calls.values())
