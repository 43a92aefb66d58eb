"""Stops at random moments on a busy machine: none costs a reply, a result or an error's name.

Some 2,000 are pressed when ``DATALAB_KERNEL_TEST_FULL`` is ``1``, a seeded sample otherwise.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import only_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.kernel.watch import Cell, Watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")

IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
STOPS = 200 if IS_FULL else 50
SEEDS = range(10) if IS_FULL else [0]
BUSY_LOOPS = 4 if IS_FULL else 2
WITHIN_S = 60.0
SET_UP = """
import asyncio, time, comm
kept, heard = [], []
get_ipython().displayhook.cache_size = 10**6  # IPython says when it is full
def opened(channel, message):
    def work(message):
        until = time.monotonic() + message["content"]["data"]["for_s"]
        while time.monotonic() < until: sum(range(100))
        heard.append(1)
    channel.on_msg(work)
comm.get_comm_manager().register_target("work", opened)
"""
CELLS = {
    "nothing": "{n}",
    "computes": "for i in range(20): sum(range(9_999))\n{n}",
    "sleeps": "time.sleep(0.02)\n{n}",
    "awaits": "await asyncio.sleep(0.02)\n{n}",
    "awaits often": "for i in range(50): await asyncio.sleep(0)\n{n}",
    "awaits several": "await asyncio.gather(*(asyncio.sleep(0.01) for i in range(3)))\n{n}",
    "prints": "for i in range(40): print(i)\n{n}",
    "fails": "1 / 0",
}
LONG = {
    "sleeps on": "time.sleep(50)",
    "computes on": "while True: sum(range(100))",
    "awaits on": "await asyncio.sleep(50)",
    "prints on": "while True: print(1); time.sleep(0.001)",
}


@pytest.fixture(scope="module", autouse=True)
def busy_machine() -> Iterator[None]:
    """Let other processes want the processor all the time."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)
    ]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


class Storm:
    """Send cells and Stops, and check what came of them."""

    def __init__(self, watch: Watch, seed: int) -> None:
        self.watch = watch
        self.random = random.Random(seed)
        self.number = self.stops = 0
        self.outcomes: dict[str, int] = {}
        self.comm = "c" * 32
        watch.run(SET_UP)
        opened = {"comm_id": self.comm, "target_name": "work", "data": {}}
        watch.handled(watch.send("comm_open", opened))

    def stop(self) -> None:
        """Press Stop, now and then twice."""
        self.stops += 1
        self.watch.kernel.interrupt()
        if self.random.random() < 0.3:
            time.sleep(self.random.choice([0, 0.002, 0.02, 0.2]))
            self.stops += 1
            self.watch.kernel.interrupt()

    def pause(self, at_most_s: float = 0.05) -> None:
        """Wait for a random while."""
        time.sleep(self.random.random() ** 2 * at_most_s)

    def start(self, code: str, **options: bool) -> tuple[str, str]:
        """Send a cell; return its request and what it results in."""
        self.number += 1
        keeps = f"kept.append({self.number})\n"
        request = self.watch.start(keeps + code.format(n=self.number), **options)
        return request, str(self.number)

    def check(self, request: str, result: str, *, behind: str = "") -> str:
        """Wait for a cell's end; return how it ended: with its result, or for a good reason."""
        cell = self.watch.finish(request, within_s=WITHIN_S)[0]
        content = cell.reply["content"]
        states = [state for state in cell.states if state != "starting"]
        assert states == ["busy", "idle"], described(cell)
        outcome = str(content["ename"] if content["status"] == "error" else content["status"])
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        if outcome == "aborted":
            assert behind not in {"", "ok"}, described(cell)
        elif outcome == "ok":
            assert [shown["data"]["text/plain"] for shown in cell.of("execute_result")] == [result]
            assert cell.of("error") == [], described(cell)
        else:
            assert outcome in {"KeyboardInterrupt", "ZeroDivisionError"}, described(cell)
            assert [error["ename"] for error in cell.of("error")] == [outcome], described(cell)
        # IPython's note where a second Stop cut the display of a traceback short.
        assert cell.text("stderr").strip() in {"", "KeyboardInterrupt"}, described(cell)
        return outcome

    # -- the moments ----------------------------------------------------------------------

    def while_idle(self) -> None:
        """A Stop while nothing runs."""
        self.stop()
        self.pause(0.01)

    def in_a_cell(self) -> None:
        """A Stop around a short cell."""
        cell = self.start(self.random.choice([*CELLS.values()]))
        self.pause()
        self.stop()
        self.check(*cell)

    def between_cells(self) -> None:
        """A Stop while short cells are queued."""
        cells = [self.start(self.random.choice([*CELLS.values()])) for _ in range(3)]
        self.pause()
        self.stop()
        outcome = ""
        for cell in cells:
            outcome = self.check(*cell, behind=outcome)

    def in_a_long_cell(self) -> None:
        """A Stop in a cell that would go on; it must end it."""
        code = self.random.choice([*LONG.values()])
        request, _ = self.start(f"print('on', flush=True)\n{code}")
        self.watch.until(lambda: "on" in self.watch.cell(request).text(), WITHIN_S)
        self.pause()
        self.stop()
        assert self.check(request, "") == "KeyboardInterrupt"

    def at_a_question(self) -> None:
        """A Stop around a question, which is answered if it is still there."""
        asked = len(self.watch.asked)
        request, number = self.start("answer = input('? ')\n{n}", allow_stdin=True)
        self.pause()
        self.stop()
        cell = self.watch.cell(request)
        self.watch.until(lambda: bool(cell.reply) or len(self.watch.asked) > asked, WITHIN_S)
        self.watch.settle(0.02)
        if not cell.reply:
            self.watch.kernel.client.input("an answer")
        self.check(request, number)

    def in_a_callback(self) -> None:
        """A Stop around a comm's callback."""
        content = {"comm_id": self.comm, "data": {"for_s": 0.02}}
        message = self.watch.send("comm_msg", content)
        self.pause()
        self.stop()
        cell = self.watch.handled(message, within_s=WITHIN_S)
        assert cell.states == ["busy", "idle"], described(cell)
        shown = cell.text("stderr")
        assert shown == "" or shown.rstrip().endswith("KeyboardInterrupt"), described(cell)

    def in_a_callback_beside_a_cell(self) -> None:
        """A Stop while a comm's callback runs and a cell awaits."""
        request, number = self.start(CELLS["awaits"])
        content = {"comm_id": self.comm, "data": {"for_s": 0.01}}
        message = self.watch.send("comm_msg", content)
        self.pause()
        self.stop()
        self.check(request, number)
        self.watch.handled(message, within_s=WITHIN_S)


def described(cell: Cell) -> str:
    return f"{cell.reply.get('content')}\n{[(m['msg_type'], m['content']) for m in cell.published]}"


def moments(storm: Storm) -> list[Callable[[], None]]:
    return [
        storm.while_idle,
        *[storm.in_a_cell] * 3,
        *[storm.between_cells] * 2,
        *[storm.in_a_long_cell] * 2,
        storm.at_a_question,
        storm.in_a_callback,
        storm.in_a_callback_beside_a_cell,
    ]


@pytest.mark.parametrize("seed", SEEDS)
@only_ours("the first one ends bare xpython")
def test_no_stop_at_whatever_moment_costs_a_reply_a_result_or_the_errors_name(
    watch: Watch, seed: int
) -> None:
    storm = Storm(watch, seed)
    choices = moments(storm)
    while storm.stops < STOPS:
        storm.random.choice(choices)()
    watch.settle(0.3)
    last, number = storm.start("{n}")
    assert storm.check(last, number) == "ok"
    kept = watch.run("kept == sorted(set(kept)), kept[-1]").of("execute_result")
    assert kept[0]["data"]["text/plain"] == f"(True, {number})"
    assert not watch.is_unanswered
    print(f"{storm.stops} Stops, {storm.number} cells: {storm.outcomes}")
