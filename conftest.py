"""Tests marked ``alone`` run while no other test of this checkout does, in whatever process that is.

They measure time, or give something a limit that a busy machine doesn't keep; ``tools/run.py`` runs
several tasks at once. Every test takes its turn at the gate and then enters the room: one that is
marked has the room for itself, and holds the gate until the room is empty.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

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


@pytest.hookimpl(wrapper=True, tryfirst=True)  # waiting here doesn't count for pytest-timeout
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test, its fixtures included, when it is its turn."""
    with _room(is_alone=item.get_closest_marker("alone") is not None):
        return (yield)


if os.name == "posix":
    import fcntl

    @contextmanager
    def _room(*, is_alone: bool) -> Iterator[None]:
        LOCKS.mkdir(exist_ok=True)
        with (LOCKS / "room.lock").open("w") as room:
            with (LOCKS / "gate.lock").open("w") as gate:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
            yield

else:

    @contextmanager
    def _room(*, is_alone: bool) -> Iterator[None]:
        """Let everybody in: there is no such lock, and nobody runs these tests side by side there."""
        del is_alone
        yield
