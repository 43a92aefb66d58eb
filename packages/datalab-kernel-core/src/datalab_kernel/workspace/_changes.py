"""Telling people and programs what changed in a workspace."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from datalab_kernel.objects import _names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)

ChangeKind = Literal["added", "changed", "removed", "renamed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a workspace.

    ``names`` are the objects that were added, changed or removed; for ``renamed``
    the old name and the new one.
    """

    kind: ChangeKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What :meth:`Workspace.clear` removed, and what it left because a person made it."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]

    def __repr__(self) -> str:
        """Say it in a sentence."""
        text = f"{_names.count_objects(len(self.removed))} removed"
        if self.kept:
            text += (
                f"; {_names.count_objects(len(self.kept))} made in DataLab kept "
                f"({_names.enumerate_names(self.kept)}): clear(everything=True) removes these too"
            )
        return text


class Subscription:
    """A callback that is told of changes until :meth:`cancel` is called."""

    def __init__(self, feed: ChangeFeed, callback: Callable[[Change], object]) -> None:
        self._feed = feed
        self._callback = callback

    def __call__(self, change: Change) -> None:
        """Tell the callback; its exception is logged and ends nothing."""
        try:
            self._callback(change)
        except Exception:
            logger.exception("A callback of workspace.on_change failed for %r", change)

    def cancel(self) -> None:
        """Stop telling the callback; calling it again does nothing."""
        self._feed.unsubscribe(self)


class ChangeFeed:
    """Hands each change to every subscription, and wakes those who wait."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._changed = threading.Condition()
        self._told = 0
        self._waiting = 0
        self.on_ours: Callable[[Change], object] = lambda _: None

    def subscribe(self, callback: Callable[[Change], object]) -> Subscription:
        """Tell a callback of every change from now on."""
        if not callable(callback):
            message = f"on_change needs a function of one argument, not {type(callback).__name__}."
            raise TypeError(message)
        subscription = Subscription(self, callback)
        with self._changed:
            self._subscriptions = [*self._subscriptions, subscription]
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        with self._changed:
            self._subscriptions = [s for s in self._subscriptions if s is not subscription]

    def publish(self, change: Change) -> None:
        """Tell everybody of a change, by ourselves or by others; not of an empty one."""
        if not change.names:
            return
        with self._changed:
            self._told += 1
            self._changed.notify_all()
            subscriptions = self._subscriptions
        for subscription in subscriptions:
            subscription(change)

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until a condition holds, looking again after each change.

        Returns
        -------
        bool
            Whether it held before ``timeout_s`` seconds had passed.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            told = self._told
            if condition():  # outside of our lock: it may take others
                return True
            with self._changed:
                while self._told == told:
                    if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                        return False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Be somebody who listens, without a callback."""
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    def wait_while_listened(self, for_s: float) -> bool:
        """Let some time pass; say whether anybody still listens or waits."""
        deadline = time.monotonic() + for_s
        while self._subscriptions or self._waiting:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return True
            time.sleep(min(left_s, 0.1))
        return False
