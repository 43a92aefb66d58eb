"""Stop at a debugger's prompt ends the cell, and no debugger outlives its cell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Cell, Watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")

PROMPTS = {
    "set_trace": "import pdb; pdb.set_trace()\nafter = 1",
    "breakpoint": "breakpoint()\nafter = 1",
    "in a function": "def f():\n    breakpoint()\n    return 1\nafter = f()",
}


def asked(watch: Watch, code: str) -> str:
    """Run a cell until it asks; return its request."""
    before = len(watch.asked)
    request = watch.start(code, allow_stdin=True, stop_on_error=False)
    watch.until(lambda: len(watch.asked) > before)
    return request


def stopped(watch: Watch, request: str) -> Cell:
    watch.kernel.interrupt()
    return watch.finish(request)[0]


@pytest.mark.parametrize("code", PROMPTS.values(), ids=PROMPTS)
@only_ours("Stop ends bare xpython")
def test_stop_at_a_breakpoint_ends_the_cell_and_the_next_one_runs(watch: Watch, code: str) -> None:
    request = asked(watch, f"after = 0\n{code}")
    behind = watch.start("3 + 4")
    assert stopped(watch, request).ename == "KeyboardInterrupt"
    assert watch.finish(behind)[0].of("execute_result")[0]["data"]["text/plain"] == "7"
    assert watch.run("after").of("execute_result")[0]["data"]["text/plain"] == "0"


@only_ours("Stop ends bare xpython")
def test_stop_in_post_mortem_debugging_ends_the_cell_as_quit_does(watch: Watch) -> None:
    watch.run("1 / 0")
    cell = stopped(watch, asked(watch, "%debug"))
    assert cell.reply["content"]["status"] == "ok"
    assert watch.run("1").reply["content"]["status"] == "ok"


@only_ours("Stop ends bare xpython")
def test_stop_at_the_prompt_behind_an_error_keeps_the_errors_name(watch: Watch) -> None:
    watch.run("%pdb on")
    cell = stopped(watch, asked(watch, "1 / 0"))
    watch.run("%pdb off")
    assert cell.reply["content"]["ename"] == "ZeroDivisionError"


@only_ours("Stop ends bare xpython")
def test_a_debugger_that_went_on_doesnt_take_the_stops_of_later_cells(watch: Watch) -> None:
    request = asked(watch, "breakpoint()\n1")
    watch.kernel.client.input("c")
    assert watch.finish(request)[0].reply["content"]["status"] == "ok"
    later = watch.start("import time; print('on', flush=True); time.sleep(50)")
    watch.until(lambda: "on" in watch.cell(later).text())
    cell = stopped(watch, later)
    assert cell.ename == "KeyboardInterrupt"
    assert "interrupted" not in cell.text()
