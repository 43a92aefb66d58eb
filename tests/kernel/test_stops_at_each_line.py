"""A Stop at each line that the kernel itself runs around a cell: one error for one that failed, else none.

Which lines those are is found by tracing; so nothing here depends on time. Those that once went wrong take
their turn, and a seeded sample of the others, a larger one when ``DATALAB_KERNEL_TEST_FULL`` is ``1``.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import only_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.watch import Cell, Watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")

Line = tuple[str, int]
"""A function, and the how manieth of its lines that are run."""

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
SAMPLE = 400 if FULL else 12
NEVER = ("", 0)
BEHIND_A_CELL = ("trigger", "post_execute", "_inside", "_on_post_execute")
SHOWS_ERRORS = ("show", "showtraceback", "show_unless_stopped")
PRESSER = """
import ctypes, sys, types
press = ctypes.pythonapi.PyErr_SetInterrupt  # as if a signal had come: Python has not looked yet
press.argtypes, press.restype = [ctypes.py_object], None

class Button:
    pressed = property(press)  # no call of Python's, behind which it would look

button, names, counts, at = Button(), [], {}, ()
where = (
    "datalab_kernel_spec", "IPython/core/interactiveshell", "IPython/core/events", "asyncio",
    "IPython/core/displayhook", "IPython/core/displaypub", "xeus_python_shell", "contextlib")

def trace(frame, event, arg):
    code = frame.f_code
    if code is arm.__code__ or not any(one in code.co_filename for one in where):
        return None
    name = code.co_name
    names.append(name)
    number = counts[name] = counts.get(name, 0) + 1
    if (name, number) == at[-1]:
        sys.settrace(None)
    if (name, number) in at:
        button.pressed
    return trace

def arm(*points):
    global at
    found, at = " ".join(names), points
    names.clear()
    counts.clear()
    sys.settrace(trace)
    return found
"""
SET_UP = f"""
import types
presser = types.ModuleType("datalab_kernel_spec.presser")  # what the kernel takes for its own
exec(compile({PRESSER!r}, "<presser>", "exec"), vars(presser))
"""


def arm(watch: Watch, *points: Line) -> str:
    """Press Stop at these lines from now on; the cell results in the functions run since."""
    return watch.start(f"presser.arm(*{list(points)!r})")


def lines_around(watch: Watch, code: str) -> list[Line]:
    """Return each line that the kernel runs around a cell."""
    for _ in range(2):  # the first time something may be imported
        arm(watch, NEVER)
        watch.run(code)
    shown: str = watch.finish(arm(watch, NEVER))[0].of("execute_result")[0]["data"]["text/plain"]
    counts: Counter[str] = Counter()
    lines = []
    for name in shown.strip("'").split():
        counts[name] += 1
        lines.append((name, counts[name]))
    return lines


def check(cell: Cell) -> None:
    """Hold that a cell has one error if it failed, else none."""
    content = cell.reply["content"]
    failed = [content["ename"]] if content["status"] == "error" else []
    assert [error["ename"] for error in cell.of("error")] == failed, cell.published
    assert {*failed} <= {"ZeroDivisionError", "KeyboardInterrupt"}
    assert cell.states == ["busy", "idle"]
    assert "callback" not in cell.text(), cell.published


def stops(lines: list[Line]) -> Iterator[list[Line]]:
    """Give the lines at which Stop is pressed: one each time, and several around a traceback."""
    chance = random.Random(5)
    yield from ([line] for line in lines if line[0] in BEHIND_A_CELL)
    yield from ([chance.choice(lines)] for _ in range(SAMPLE))
    shows = [number for number, line in enumerate(lines) if line[0] == "showtraceback"]
    if shows:
        first, *begun = lines[shows[0] : shows[-1] + 40]
        yield from ([first, line] for line in begun if line[0] in SHOWS_ERRORS)
        for _ in range(SAMPLE):
            second, third = sorted(chance.sample(range(len(begun)), 2))
            yield [first, begun[second], begun[third]]


@pytest.mark.parametrize("code", ["1 / 0", *(["5"] if FULL else [])])
@only_ours("the first one ends bare xpython")
def test_a_stop_at_any_line_around_a_cell_shows_no_error_twice_and_none_of_a_cell_that_is_over(
    watch: Watch, code: str
) -> None:
    watch.run("%config InteractiveShell.cache_size = 10000")
    watch.run(SET_UP)
    for lines in stops(lines_around(watch, code)):
        cells = arm(watch, *lines), watch.start(code)
        for cell in watch.finish(*cells):
            check(cell)
    watch.finish(arm(watch, NEVER))
