"""Code that a cell runs through IPython: ``run_cell``, ``%%capture``, ``%run``, ``%rerun``, macros."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from pathlib import Path

    from support.kernel.watch import Watch

BARE = "run_cell raises TypeError there, as it calls xpython's own form of run_cell_async"
AWAITS = "import asyncio; await asyncio.sleep(0.01)"


@fails_on_bare_xpython(BARE)
def test_a_cell_runs_another(watch: Watch) -> None:
    cell = watch.run("got = get_ipython().run_cell('print(5); 6'); print(got.result)")
    assert cell.text() == "5\n6\n"
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "6"
    assert cell.reply["content"]["status"] == "ok"


@fails_on_bare_xpython(BARE)
def test_capture_keeps_what_its_cell_shows(watch: Watch) -> None:
    code = "%%capture cap\nprint('x')\ndisplay(7)\n8"
    assert watch.run(code).types == []
    cell = watch.run("print(repr(cap.stdout), [o.data['text/plain'] for o in cap.outputs])")
    assert cell.text() == "'x\\n' ['7', '8']\n"


@fails_on_bare_xpython(BARE)
def test_macros_and_rerun_run_earlier_cells(watch: Watch) -> None:
    watch.run("%reset -f in\nimport builtins\nbuiltins.runs = getattr(builtins, 'runs', 0) + 1")
    count = watch.run("print('once')", store_history=True).reply["content"]["execution_count"]
    watch.run(f"%macro -q again {count}")
    assert watch.run("again").text() == "once\n"
    assert watch.run(f"%rerun {count}").text().endswith("once\n")


@fails_on_bare_xpython(BARE)
def test_run_takes_a_notebook(watch: Watch, tmp_path: Path) -> None:
    cells = ["from_notebook = 41", "from_notebook += 1\nprint(from_notebook)"]
    book = {
        "cells": [
            {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}
            for source in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    file = tmp_path / "some.ipynb"
    file.write_text(json.dumps(book))
    cell = watch.run(f"%run {file}\nfrom_notebook")
    assert cell.text() == "42\n"
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "42"


@fails_on_bare_xpython(BARE)
def test_a_helper_times_code(watch: Watch) -> None:
    cell = watch.run("def f(): get_ipython().run_cell('%%time\\nx_timed = 1+1')\nf()\nx_timed")
    assert "Wall time" in cell.text()
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "2"


@pytest.mark.parametrize(
    "code",
    [
        f"get_ipython().run_cell('{AWAITS}; print(5)')",
        f"%%capture cap\n{AWAITS}; print(5)",
        f"{AWAITS}\nget_ipython().run_cell('{AWAITS}; print(5)')",
        f"get_ipython().run_cell('get_ipython().run_cell(\"{AWAITS}; print(5)\")')",
        f"await get_ipython().run_cell_async('x', transformed_cell='{AWAITS}; print(5)')",
    ],
)
@only_ours("ipykernel and bare xpython refuse it: their loop is already running")
def test_code_within_a_cell_may_await(watch: Watch, code: str) -> None:
    cell = watch.run(f"cap = None\n{code}" if not code.startswith("%%") else code)
    shown = watch.run("print(cap.stdout if cap else '', end='')").text() + cell.text()
    assert shown == "5\n"
    assert cell.ename == ""


@only_ours("bare xpython ends at Stop")
def test_stop_ends_code_that_awaits_within_a_cell(watch: Watch) -> None:
    inner = "import asyncio; print('on'); await asyncio.sleep(50)"
    request = watch.start(f"r = get_ipython().run_cell({inner!r}); repr(r.error_in_exec)")
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    cell = watch.finish(request)[0]
    assert cell.ename == "KeyboardInterrupt"
    assert watch.run("1+1").of("execute_result")[0]["data"]["text/plain"] == "2"


@only_ours("bare xpython runs no code within a cell")
def test_tasks_and_queued_cells_go_on_around_code_within(watch: Watch) -> None:
    ticks = "import asyncio\nasync def tick():\n  for n in range(200): await asyncio.sleep(0)\n"
    begin = f"{ticks}  print('ticked')\ntasks = [asyncio.create_task(tick()) for _ in range(20)]"
    inside = f"for _ in range(20): get_ipython().run_cell('{AWAITS}')"
    requests = [watch.start(begin), *(watch.start(inside) for _ in range(3))]
    last = watch.start("await asyncio.gather(*tasks); 'end'")
    cells = watch.finish(*requests, last)
    assert cells[-1].of("execute_result")[0]["data"]["text/plain"] == "'end'"
    assert sum(one.text().count("ticked") for one in cells) == 20
