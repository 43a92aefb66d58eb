"""Run All: each error in its own cell, and what was queued behind it isn't run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.at_once import sent_at_once
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Cell, Watch

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
FAILS = {
    "at once": "1/0",
    "after a sleep": "import time; time.sleep(0.4); 1/0",
    "awaiting": "import asyncio; await asyncio.sleep(0.4); 1/0",
    "in a task that it awaits": (
        "import asyncio\nasync def bad():\n    await asyncio.sleep(0.3)\n    1/0\n"
        "await asyncio.gather(bad(), asyncio.sleep(0.4))"
    ),
    "by a syntax error": "time.sleep(0.4) 1/0",
    "in a magic": "%run nowhere.py",
    "by SystemExit": "raise SystemExit(3)",
}
LOST = "the error is lost, or shown elsewhere, and queued cells run on"


def run_all(watch: Watch, *codes: str, **options: bool) -> list[Cell]:
    """Send cells as Run All does; the kernel finds all of them, however slow this process is."""
    with sent_at_once(watch):
        requests = [watch.start(code, **options) for code in codes]
    return watch.finish(*requests)


def statuses(cells: list[Cell]) -> list[str]:
    return [cell.reply["content"]["status"] for cell in cells]


@pytest.mark.parametrize("code", FAILS.values(), ids=FAILS)
@fails_on_bare_xpython(LOST)
def test_an_error_is_shown_in_its_own_cell_and_what_was_queued_is_aborted(
    watch: Watch, code: str
) -> None:
    cells = run_all(watch, "ran = []", code, "ran.append(1); print('no')", "ran.append(2); 5")
    assert statuses(cells) == ["ok", "error", "aborted", "aborted"]
    assert [kind for kind in cells[1].types if kind != "stream"] == ["error"]
    for aborted in cells[2:]:
        assert aborted.types == []
        assert aborted.states == ["busy", "idle"]
    assert watch.run("ran").of("execute_result")[0]["data"]["text/plain"] == "[]"


@only_ours("on bare xpython an error is lost before that")
def test_more_cells_than_the_kernel_is_given_at_once_are_aborted_too(watch: Watch) -> None:
    cells = run_all(watch, "ran = []", "1/0", *["ran.append(1)"] * 250)
    assert statuses(cells) == ["ok", "error", *["aborted"] * 250]
    assert [cell for cell in cells[2:] if cell.types or cell.states != ["busy", "idle"]] == []
    assert watch.run("ran").of("execute_result")[0]["data"]["text/plain"] == "[]"


@fails_on_bare_xpython(LOST)
def test_cells_sent_after_the_error_was_seen_run(watch: Watch) -> None:
    for _ in range(5):
        cells = run_all(watch, "1/0", "2")
        assert statuses(cells) == ["error", "aborted"]
        assert statuses(run_all(watch, "3", "4")) == ["ok", "ok"]


@fails_on_bare_xpython(LOST)
def test_stop_on_error_false_runs_on_and_keeps_errors_apart(watch: Watch) -> None:
    codes = ["await __import__('asyncio').sleep(0.2); 1/0", "2", "[][5]", "4"]
    cells = run_all(watch, *codes, stop_on_error=False)
    assert statuses(cells) == ["error", "ok", "error", "ok"]
    assert [cell.ename for cell in cells] == ["ZeroDivisionError", "", "IndexError", ""]


@fails_on_bare_xpython(LOST)
def test_the_failed_cells_own_request_decides_whether_others_are_aborted(watch: Watch) -> None:
    with sent_at_once(watch):
        requests = [
            watch.start("1/0", stop_on_error=False),
            watch.start("2", stop_on_error=True),
            watch.start("1/0", stop_on_error=True),
            watch.start("4", stop_on_error=False),
        ]
    assert statuses(watch.finish(*requests)) == ["error", "ok", "error", "aborted"]


@fails_on_bare_xpython("queued cells use up numbers although they were never run")
def test_prompts_count_only_what_ran(watch: Watch) -> None:
    before = watch.run("1").reply["content"]["execution_count"]
    run_all(watch, "1/0", "2", "3", "4")
    cell = watch.run("get_ipython().execution_count")
    count = cell.reply["content"]["execution_count"]
    assert count == before + 2
    assert cell.of("execute_input")[0]["execution_count"] == count
    assert cell.of("execute_result")[0]["execution_count"] == count


@only_ours("Interrupt ends bare xpython")
@pytest.mark.parametrize("wait", ["__import__('time').sleep(30)", "await asyncio.sleep(30)"])
def test_stop_aborts_what_is_queued(watch: Watch, wait: str) -> None:
    codes = [f"import asyncio; print('on', flush=True); {wait}", "2", "3"]
    with sent_at_once(watch):
        requests = [watch.start(code) for code in codes]
    watch.until(lambda: "on" in watch.cell(requests[0]).text())
    watch.kernel.interrupt()
    cells = watch.finish(*requests)
    assert statuses(cells) == ["error", "aborted", "aborted"]
    assert cells[0].ename == "KeyboardInterrupt"
    assert statuses([watch.run("4")]) == ["ok"]


def test_a_background_task_that_fails_later_doesnt_abort_anything(watch: Watch) -> None:
    task = (
        "import asyncio\nasync def bad():\n    await asyncio.sleep(0.2)\n    1/0\n"
        "task = asyncio.create_task(bad()); print('made')"
    )
    cells = run_all(watch, task, "await asyncio.sleep(0.5); print('second')", "3")
    assert statuses(cells) == ["ok", "ok", "ok"]
    assert [cell.ename for cell in cells] == ["", "", ""]
    retrieved = watch.run("type(task.exception()).__name__").of("execute_result")
    assert retrieved[0]["data"]["text/plain"] == "'ZeroDivisionError'"


def test_awaiting_cells_run_one_after_another(watch: Watch) -> None:
    codes = ["import asyncio; order = []"]
    codes += [f"await asyncio.sleep({0.3 - i / 10}); order.append({i})" for i in range(3)]
    cells = run_all(watch, *codes, "order")
    assert cells[-1].of("execute_result")[0]["data"]["text/plain"] == "[0, 1, 2]"


@only_ours("bare xpython stops reading its queue now and then, until another message comes")
def test_300_cells_at_once_all_run_in_order(watch: Watch) -> None:
    for _ in range(10 if FULL else 2):
        requests = [watch.start(f"{number}") for number in range(300)]
        cells = watch.finish(*requests)
        results = [cell.of("execute_result")[0]["data"]["text/plain"] for cell in cells]
        assert results == [f"{number}" for number in range(300)]
        assert all(cell.states == ["busy", "idle"] for cell in cells)


def test_a_silent_cell_that_fails_shows_nothing(watch: Watch) -> None:
    cell = watch.run("1/0", silent=True)
    assert cell.reply["content"]["status"] == "error"
    assert "execute_result" not in cell.types


def test_user_expressions_are_evaluated_each_for_itself(watch: Watch) -> None:
    wanted = {"good": "1 + 1", "bad": "1/0"}
    shown = watch.run("x = 5", user_expressions=wanted).reply["content"]["user_expressions"]
    assert shown["good"]["data"]["text/plain"] == "2"
    assert shown["bad"]["status"] == "error"
