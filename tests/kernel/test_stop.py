"""Stop ends the cell, within a second, and keeps the kernel and all that it holds."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jupyter_client import KernelManager
from support.kernel.bare import fails_on_bare_xpython, only_ours
from support.kernel.driver import Kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.kernel.watch import Cell, Watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")

ENDS = "SIGINT ends the process, and everything with it"
ON = "import asyncio, time\nkept = 5\nprint('on', flush=True)\n"
CELLS = {
    "sleeping": "time.sleep(50)",
    "busy": "while True: pass",
    "awaiting": "await asyncio.sleep(50)",
    "awaiting several": "await asyncio.gather(*(asyncio.sleep(50 + i) for i in range(5)))",
    "awaiting tasks": (
        "tasks = [asyncio.create_task(asyncio.sleep(50)) for _ in range(5)]\nawait asyncio.wait(tasks)"
    ),
    "task group": (
        "async with asyncio.TaskGroup() as group:\n"
        "    for _ in range(3): group.create_task(asyncio.sleep(50))"
    ),
    "busy coroutine": "async def spin():\n    while True: await asyncio.sleep(0)\nawait spin()",
    "awaiting a thread": "await asyncio.to_thread(time.sleep, 2)",
    "joining a thread": (
        "import threading\nt = threading.Thread(target=time.sleep, args=(2,)); t.start(); t.join()"
    ),
    "waiting for a lock": "import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()",
    "a child process": "import subprocess; subprocess.run(['sleep', '50'])",
    "numpy": "a = np.random.default_rng(1).random(2_000_000)\nwhile True: np.sort(a)",
    "linear algebra": "a = np.ones((99, 99))\nwhile True: np.linalg.inv(a + np.eye(99))",
    "select": "import select; select.select([], [], [], 50)",
    "printing": "while True: print('x' * 100); time.sleep(0.001)",
}


def interrupted(watch: Watch, code: str, stop: Callable[[], None] | None = None) -> Cell:
    """Run a cell until it prints, press Stop, and see that it ends soon."""
    request = watch.start(code)
    watch.until(lambda: "on" in watch.cell(request).text())
    time.sleep(0.1)
    (stop or watch.kernel.interrupt)()
    return watch.finish(request, within_s=watch.soon_s)[0]


def result(cell: Cell) -> str:
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS)
@only_ours("each of them ends bare xpython; one is enough, below")
def test_stop_ends_the_cell_and_the_next_one_works(watch: Watch, code: str) -> None:
    cell = interrupted(watch, ON + code)
    assert cell.ename == "KeyboardInterrupt"
    assert cell.reply["content"]["ename"] == "KeyboardInterrupt"
    assert result(watch.run("kept, workspace.mode.name")) == "(5, 'STANDALONE')"


@pytest.mark.alone
@pytest.mark.parametrize("name", ["sleeping", "busy", "awaiting"])
@only_ours("each of them ends bare xpython")
def test_stop_ends_a_cell_within_a_second(watch: Watch, name: str) -> None:
    took_s = []
    while not took_s or (min(took_s) >= 1 and len(took_s) < 10):  # of a busy machine's, the best
        request = watch.start(ON + CELLS[name])
        watch.until(lambda: "on" in watch.cell(request).text())  # noqa: B023
        began = time.monotonic()
        watch.kernel.interrupt()
        watch.finish(request)
        took_s.append(time.monotonic() - began)
    assert min(took_s) < 1


@pytest.mark.parametrize("code", [CELLS["sleeping"], CELLS["awaiting"]], ids=["sleep", "await"])
@fails_on_bare_xpython(ENDS)
def test_what_a_cell_made_is_there_after_stop(watch: Watch, code: str) -> None:
    assert interrupted(watch, ON + code).ename == "KeyboardInterrupt"
    assert result(watch.run("kept")) == "5"


@only_ours("a long call that holds the interpreter ends with the process on bare xpython")
def test_one_long_numpy_call_ends_as_soon_as_it_returns(watch: Watch) -> None:
    code = "a = np.random.default_rng(1).random(6_000_000)\nprint('on', flush=True)\nnp.sort(a)\nlate = 1"
    watch.run("late = 0")
    request = watch.start(code)
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    cell = watch.finish(request)[0]
    assert cell.ename == "KeyboardInterrupt"
    assert result(watch.run("late")) == "0"


@only_ours("it ends bare xpython, as above")
def test_the_traceback_shows_the_users_code_and_none_of_ours(watch: Watch) -> None:
    cell = interrupted(watch, ON + "time.sleep(50)")
    shown = "\n".join(cell.of("error")[0]["traceback"])
    assert "sleep" in shown
    assert "datalab_kernel" not in shown


@pytest.mark.parametrize("ask", ["input('name? ')", "__import__('getpass').getpass('secret? ')"])
@only_ours("it ends bare xpython, as above")
def test_stop_ends_a_question(watch: Watch, ask: str) -> None:
    request = watch.start(f"kept = 5; answer = {ask}", allow_stdin=True)
    watch.until(lambda: bool(watch.asked))
    watch.kernel.interrupt()
    cell = watch.finish(request)[0]
    assert cell.ename == "KeyboardInterrupt"
    assert result(watch.run("kept")) == "5"
    again = watch.start("input('again? ')", allow_stdin=True)
    watch.until(lambda: len(watch.asked) == 2)
    watch.kernel.client.input("yes")
    assert result(watch.finish(again)[0]) == "'yes'"


CATCHES = """
{before}
try:
    print('on', flush=True)
    {wait}
except KeyboardInterrupt:
    print('caught', flush=True)
{wait}
"""


@pytest.mark.parametrize("wait", ["time.sleep(50)", "await asyncio.sleep(50)"])
@only_ours("it ends bare xpython, as above")
def test_a_cell_may_catch_the_first_stop_and_the_second_ends_it(watch: Watch, wait: str) -> None:
    request = watch.start(CATCHES.format(before="import time, asyncio", wait=wait))
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    watch.until(lambda: "caught" in watch.cell(request).text())
    watch.kernel.interrupt()
    assert watch.finish(request)[0].ename == "KeyboardInterrupt"


@pytest.mark.parametrize("wait", ["time.sleep(50)", "await asyncio.sleep(50)", "while True: pass"])
@pytest.mark.parametrize("pause", [0.0, 0.002, 0.02, 0.2])
@only_ours("the first one ends bare xpython")
def test_two_quick_stops_end_one_cell_and_not_the_kernel(
    watch: Watch, wait: str, pause: float
) -> None:
    def twice() -> None:
        watch.kernel.interrupt()
        time.sleep(pause)
        watch.kernel.interrupt()

    assert interrupted(watch, ON + wait, twice).ename == "KeyboardInterrupt"
    assert result(watch.run("kept")) == "5"


@only_ours("most of the time it ends bare xpython, which may also survive it")
def test_stop_while_idle_changes_nothing(watch: Watch) -> None:
    watch.run("kept = 7")
    for _ in range(20):
        watch.kernel.interrupt()
    watch.settle(0.3)
    assert watch.run("1").reply["content"]["status"] == "ok"
    assert result(watch.run("kept")) == "7"


@only_ours("the first one ends bare xpython")
def test_a_storm_of_stops_between_messages_never_ends_the_kernel(watch: Watch) -> None:
    watch.run("kept = 8")
    for _ in range(20):
        for _ in range(50):
            watch.kernel.interrupt()
        watch.ask("complete_request", {"code": "kep", "cursor_pos": 3})
        watch.run("kept")  # a late stop may end it
    assert result(watch.run("kept")) == "8"


@only_ours("the first one ends bare xpython")
def test_many_stops_around_short_cells_never_harm_the_kernel(watch: Watch) -> None:
    watch.run("kept = 9")
    for number in range(60):
        request = watch.start(f"sum(range({number * 1000}))")
        time.sleep(number / 20_000)
        watch.kernel.interrupt()
        assert watch.finish(request)[0].ename in {"", "KeyboardInterrupt"}
    assert result(watch.run("kept")) == "9"


def stop_by_message(watch: Watch) -> None:
    answer = watch.send("interrupt_request", {}, channel="control")
    watch.until(lambda: bool(watch.cell(answer).reply), within_s=watch.soon_s)
    assert watch.cell(answer).reply["msg_type"] == "interrupt_reply"
    assert watch.cell(answer).reply["content"]["status"] == "ok"


@fails_on_bare_xpython("it answers, and stops nothing: a cell blocks its control channel too")
def test_message_mode_stops_a_cell_that_awaits_too(watch: Watch) -> None:
    cell = interrupted(watch, ON + CELLS["awaiting"], lambda: stop_by_message(watch))
    assert cell.ename == "KeyboardInterrupt"


@only_ours("as above; it would compute until it is ended")
def test_message_mode_stops_a_busy_cell_too(watch: Watch) -> None:
    cell = interrupted(watch, ON + CELLS["busy"], lambda: stop_by_message(watch))
    assert cell.ename == "KeyboardInterrupt"


@only_ours("it ends bare xpython, as above")
def test_a_task_that_goes_on_in_the_background_survives_stop(watch: Watch) -> None:
    code = (
        "import asyncio, time\nticks = []\nasync def tick():\n    while True:\n"
        "        ticks.append(1); await asyncio.sleep(0.02)\n"
        "task = asyncio.create_task(tick())\nprint('on', flush=True)\nawait asyncio.sleep(50)"
    )
    assert interrupted(watch, code).ename == "KeyboardInterrupt"
    shown = watch.run("seen = len(ticks); await asyncio.sleep(0.2); len(ticks) > seen, task.done()")
    assert result(shown) == "(True, False)"
    watch.run("task.cancel()")


@only_ours("it ends bare xpython, as above")
def test_a_users_own_signal_handler_is_called(watch: Watch) -> None:
    code = (
        "import signal, time\nseen = []\n"
        "before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('on', flush=True)\n"
        "until = time.monotonic() + 0.6\nwhile time.monotonic() < until: pass\n"
        "signal.signal(signal.SIGINT, before)"
    )
    assert interrupted(watch, code).reply["content"]["status"] == "ok"
    assert result(watch.run("seen")) == "[1]"
    assert interrupted(watch, ON + CELLS["sleeping"]).ename == "KeyboardInterrupt"


def blocks_sigint(pid: int) -> bool:
    """Say whether the launcher's own code has begun: it puts SIGINT off before all else."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.3, 0.6])
def test_stop_during_the_start_is_forgotten(after_s: float) -> None:
    manager = KernelManager(kernel_name="datalab")
    manager.start_kernel()
    pid = manager.provisioner.pid
    deadline = time.monotonic() + 60
    while not blocks_sigint(pid) and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(after_s)
    os.kill(pid, signal.SIGINT)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        kernel = Kernel(manager, client)
        assert kernel.value("1 + 1") == "2"
        shown = kernel.run(f"{ON}time.sleep(50)", meanwhile=kernel.interrupt)
        assert shown.error is not None
        assert shown.error[0] == "KeyboardInterrupt"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
