"""Numbers of prompts, and in which order cells appear: as people know it from ipykernel."""

from __future__ import annotations

import os
import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.kernel.at_once import sent_at_once
from support.kernel.bare import fails_on_bare_xpython
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from support.kernel.driver import Kernel

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
CODES = ["1", "", "  ", "1/0", "a b", "print(5)", "%no_such_magic", "get_ipython().execution_count"]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"store_history": False},
    {"silent": True},
    {"silent": True, "store_history": True},
]


def numbers(watch: Watch, cells: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Send all cells at once; return each one's status and all numbers that it shows."""
    with sent_at_once(watch):
        requests = [watch.start(code, **options) for code, options in cells]
    found = []
    for cell in watch.finish(*requests):
        content = cell.reply["content"]
        shown = [one["execution_count"] for one in cell.of("execute_input")]
        results = [one["execution_count"] for one in cell.of("execute_result")]
        found.append((content["status"], content.get("execution_count"), shown, results))
    return found


@pytest.mark.parametrize("seed", range(20 if FULL else 1))
def test_prompts_are_numbered_as_in_ipykernel(
    started: Callable[..., AbstractContextManager[Kernel]], seed: int
) -> None:
    chance = random.Random(seed)
    bursts = [
        [(chance.choice(CODES), chance.choice(OPTIONS)) for _ in range(chance.randint(1, 5))]
        for _ in range(12 if FULL else 6)
    ]
    found = {}
    for name in ("datalab", "python3"):
        with started(name, DATALAB_KERNEL_WARMUP="off") as kernel:
            watch = Watch(kernel)
            found[name] = [numbers(watch, burst) for burst in bursts]
    assert found["datalab"] == found["python3"], bursts


@fails_on_bare_xpython("it counts what isn't kept too")
def test_what_isnt_kept_in_the_history_uses_no_number(watch: Watch) -> None:
    first = watch.run("1").reply["content"]["execution_count"]
    watch.run("2", store_history=False)
    watch.run("3", silent=True)
    cell = watch.run("4")
    assert [one["execution_count"] for one in cell.of("execute_input")] == [first + 1]
    assert cell.reply["content"]["execution_count"] == first + 1
    assert cell.of("execute_result")[0]["execution_count"] == first + 1


@fails_on_bare_xpython("what waits shows its input at once, and runs")
def test_cells_that_are_aborted_show_no_input(watch: Watch) -> None:
    watch.run("1")
    with sent_at_once(watch):
        failing = watch.start("1/0")
        waiting = [watch.start(str(number)) for number in range(3)]
    for cell in watch.finish(failing, *waiting)[1:]:
        assert cell.reply["content"]["status"] == "aborted"
        assert [one["msg_type"] for one in cell.published] == ["status", "status"]
        assert cell.states == ["busy", "idle"]


@fails_on_bare_xpython("what waits looks as if it ran")
def test_a_cell_that_waits_appears_when_the_one_before_is_idle(watch: Watch) -> None:
    with sent_at_once(watch):
        requests = [watch.start("5") for _ in range(3)]
    watch.finish(*requests)
    order = [one["parent_header"]["msg_id"] for one in watch.published]
    assert [one for one in order if one in requests] == [
        request for request in requests for _ in range(4)
    ]


@fails_on_bare_xpython("it doesn't say so")
def test_a_reply_says_when_its_cell_began(watch: Watch) -> None:
    with sent_at_once(watch):
        requests = [watch.start("import time; time.sleep(0.4)"), watch.start("1")]
    slow, quick = watch.finish(*requests)
    began, following = (
        datetime.fromisoformat(cell.reply["metadata"]["started"]) for cell in (slow, quick)
    )
    assert (following - began).total_seconds() >= 0.4
