"""Tests marked ``alone`` run while no other test of this checkout does, in whatever process that is.

They measure time, or give something a limit that a busy machine doesn't keep; ``tools/run.py`` runs
several tasks at once. Every test takes its turn at the gate and then enters the room: one that is
marked has the room for itself, and holds the gate until the room is empty. Marked tests that follow each
other stay in the room: it is emptied for them once. While somebody in it takes long, as fixtures that build
something do, the gate is opened again now and then.
"""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import settings

LOCKS = Path(__file__).parent / ".run"
IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
FEW_EXAMPLES = 30
"""Of tests of properties, where they aren't run whole and don't say a number."""
if "DATALAB_KERNEL_COVERAGE" in os.environ:  # the tasks unit-…
    pytest_plugins = ["support.coverage"]
settings.register_profile(
    "beside others",
    settings.default,
    deadline=None,  # time is for `alone`
    max_examples=settings.default.max_examples if IS_FULL else FEW_EXAMPLES,
)
settings.load_profile("beside others")


PLACE = pytest.StashKey[ExitStack]()
"""What is held where a marked test follows a marked one: the place in the room."""


@pytest.hookimpl(wrapper=True, tryfirst=True)  # waiting here doesn't count for pytest-timeout
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Run a test, its fixtures included, when it is its turn."""
    place = item.config.stash.get(PLACE, None)
    if place is None:
        place = item.config.stash[PLACE] = ExitStack()
        place.enter_context(_room(is_alone=_is_alone(item)))
    try:
        return (yield)
    finally:
        if nextitem is None or not (_is_alone(item) and _is_alone(nextitem)):
            del item.config.stash[PLACE]
            place.close()


def _is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


if os.name == "posix":
    import fcntl

    HOLD_S, OPEN_S, TRIES = 15.0, 10.0, 20
    """How long a marked test holds the gate and lets others in, and how often before it only waits."""

    @contextmanager
    def _room(*, is_alone: bool) -> Iterator[None]:
        LOCKS.mkdir(exist_ok=True)
        with (LOCKS / "room.lock").open("w") as room, (LOCKS / "gate.lock").open("w") as gate:
            for _ in range(TRIES if is_alone else 0):
                fcntl.flock(gate, fcntl.LOCK_EX)
                if _is_emptied(room, HOLD_S):
                    break
                fcntl.flock(gate, fcntl.LOCK_UN)
                time.sleep(OPEN_S)
            else:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
            fcntl.flock(gate, fcntl.LOCK_UN)
            yield

    def _is_emptied(room: TextIO, within_s: float) -> bool:
        """Take the room for one test alone, once nobody is in it."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            with suppress(BlockingIOError):
                fcntl.flock(room, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(0.02)
        return False

else:

    @contextmanager
    def _room(*, is_alone: bool) -> Iterator[None]:
        """Let everybody in: there is no such lock, and nobody runs these tests side by side there."""
        del is_alone
        yield
