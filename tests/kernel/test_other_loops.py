"""Cells that await on another event loop than asyncio's (``%autoawait trio``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.watch import Cell, Watch

needs_signals = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")


@pytest.fixture
def trio(watch: Watch) -> Iterator[Watch]:
    """Give a kernel whose cells await on trio's loop."""
    assert watch.run("%autoawait trio").reply["content"]["status"] == "ok"
    yield watch
    watch.run("%autoawait asyncio")


def result(cell: Cell) -> str:
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


@fails_on_bare_xpython("it knows no loop but asyncio's")
def test_a_cell_awaits_on_trio_s_loop_and_what_it_made_stays(trio: Watch) -> None:
    cell = trio.run("import trio; await trio.sleep(0.01); made = 3; made")
    assert cell.reply["content"]["status"] == "ok"
    assert result(cell) == "3"
    assert result(trio.run("made + 1")) == "4"


@only_ours("a cell of bare xpython can't await on trio's loop at all")
def test_asyncio_is_back_when_it_is_asked_for(trio: Watch) -> None:
    trio.run("import trio; await trio.sleep(0)")
    trio.run("%autoawait asyncio")
    assert result(trio.run("import asyncio; await asyncio.sleep(0.01); 5")) == "5"


@needs_signals
@only_ours("a cell of bare xpython can't await on trio's loop at all")
def test_stop_ends_a_cell_that_awaits_on_trio_s_loop_by_keyboard_interrupt(trio: Watch) -> None:
    request = trio.start("import trio; kept = 7; print('on', flush=True)\nawait trio.sleep(50)")
    trio.until(lambda: "on" in trio.cell(request).text())
    trio.kernel.interrupt()
    cell = trio.finish(request)[0]
    assert cell.ename == "KeyboardInterrupt"
    assert cell.reply["content"]["ename"] == "KeyboardInterrupt"
    assert result(trio.run("kept")) == "7"


RUNS_TRIO = """
import trio
async def main():
    print('on', flush=True)
    await trio.sleep(50)
trio.run(main)
"""


@needs_signals
@only_ours("Stop ends bare xpython")
def test_stop_ends_trio_s_own_run_in_a_cell_that_warns_of_nothing(watch: Watch) -> None:
    request = watch.start(RUNS_TRIO)
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    cell = watch.finish(request)[0]
    assert cell.ename == "KeyboardInterrupt"
    assert cell.text("stderr") == ""
