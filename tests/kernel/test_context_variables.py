"""What a cell sets by context variables holds for the cells after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

BARE = "each cell is a task with a copy of the context, which ends with it"
VAR = "from contextvars import ContextVar\nvar = ContextVar('var', default='unset')\n"


def shown(watch: Watch, code: str) -> str:
    cell = watch.run(code)
    assert cell.ename == "", cell.of("error")
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


@fails_on_bare_xpython(BARE)
@pytest.mark.parametrize(
    ("change", "look", "wanted", "undo"),
    [
        (
            "import numpy as np; np.set_printoptions(precision=2)",
            "np.array([1.23456789])",
            "array([1.23])",
            "np.set_printoptions(precision=8)",
        ),
        (
            "import numpy as np; before = np.seterr(divide='raise')",
            "np.geterr()['divide']",
            "'raise'",
            "np.seterr(**before)",
        ),
        (
            "import decimal; decimal.getcontext().prec = 3; decimal.setcontext(decimal.getcontext())",
            "decimal.Decimal(1) / 3",
            "Decimal('0.333')",
            "decimal.getcontext().prec = 28",
        ),
        (f"{VAR}token = var.set('set')", "var.get()", "'set'", "var.reset(token)"),
        (f"import asyncio; await asyncio.sleep(0)\n{VAR}var.set(7)", "var.get()", "7", "1"),
    ],
)
def test_what_a_cell_sets_holds_in_the_next(
    watch: Watch, change: str, look: str, wanted: str, undo: str
) -> None:
    watch.run(change)
    got = shown(watch, look)
    assert watch.run(undo).ename == ""
    assert got == wanted


@only_ours("bare xpython keeps no variable of an earlier cell")
def test_a_task_keeps_the_variables_of_its_start(watch: Watch) -> None:
    task = "import asyncio\nasync def look():\n  await asyncio.sleep(0.05); return var.get()\n"
    watch.run(f"{VAR}{task}var.set('early'); task = asyncio.create_task(look())")
    watch.run("var.set('late')")
    assert shown(watch, "await task, var.get()") == "('early', 'late')"


@only_ours("bare xpython runs no code within a cell")
def test_code_within_a_cell_that_awaits_sets_them_too(watch: Watch) -> None:
    watch.run(f"{VAR}import asyncio")
    watch.run("get_ipython().run_cell('await asyncio.sleep(0); var.set(8)')")
    assert shown(watch, "var.get()") == "8"


@only_ours("bare xpython keeps no variable of an earlier cell")
def test_each_cell_still_shows_what_is_its_own(watch: Watch) -> None:
    later = "import asyncio\nasync def say():\n  await asyncio.sleep(0.2); print('first')\n"
    first = watch.start(f"{later}task = asyncio.create_task(say())")
    second = watch.start("print('second'); await task; display('shown')")
    one, two = watch.finish(first, second)
    assert (one.text(), two.text()) == ("first\n", "second\n")
    assert two.types[-1] == "display_data"
