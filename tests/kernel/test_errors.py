"""Errors behind a cell's own code, and when errors are shown: as ipykernel does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.at_once import sent_at_once
from support.kernel.bare import as_ipykernel, fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

BROKEN = "class Broken:\n    def __repr__(self): raise ValueError('no text')\n"
FIGURE = (
    "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "fig, ax = plt.subplots(); ax.set_xlabel(r'$\\\\tau$');"
)


@as_ipykernel()
@pytest.mark.parametrize(
    ("code", "ename", "status", "of_reply"),
    [
        ("1/0", "ZeroDivisionError", "error", "ZeroDivisionError"),
        ("1 +", "SyntaxError", "error", "SyntaxError"),
        (f"{BROKEN}display(Broken())", "ValueError", "ok", None),
        ("try: 1/0\nexcept: get_ipython().showtraceback()", "ZeroDivisionError", "ok", None),
        ("r = get_ipython().run_cell('1/0')", "ZeroDivisionError", "ok", None),
        ("%no_such_magic", "", "error", "UsageError"),
        ("import sys; sys.exit('text')", "SystemExit", "error", "SystemExit"),
        (f"{BROKEN}f'{{Broken()}}'", "ValueError", "error", "ValueError"),
    ],
)
def test_what_fails_a_cell_and_what_is_shown(
    watch: Watch, code: str, ename: str, status: str, of_reply: str | None
) -> None:
    cell = watch.run(code)
    reply = cell.reply["content"]
    assert (cell.ename, reply["status"], reply.get("ename")) == (ename, status, of_reply)


@as_ipykernel()
def test_a_result_that_cant_be_shown_fails_its_cell(watch: Watch) -> None:
    cell = watch.run(f"{BROKEN}Broken()")
    assert (cell.types, cell.ename) == (["error"], "ValueError")
    assert cell.reply["content"]["status"] == "error"
    assert "no text" in "".join(cell.reply["content"]["traceback"])


@only_ours("bare xpython shows no error here to stop at")
def test_a_result_that_cant_be_shown_stops_run_all(watch: Watch) -> None:
    with sent_at_once(watch):
        requests = [watch.start(f"{BROKEN}Broken()"), watch.start("2")]
    cells = watch.finish(*requests)
    assert [cell.reply["content"]["status"] for cell in cells] == ["error", "aborted"]


@as_ipykernel()
def test_a_figure_that_cant_be_drawn_shows_its_traceback(watch: Watch) -> None:
    cell = watch.run(FIGURE)
    assert cell.ename == "ValueError"
    assert "ParseException" in cell.of("error")[0]["evalue"]
    assert "matplotlib" in "".join(cell.of("error")[0]["traceback"])
    assert cell.reply["content"]["status"] == "ok"


@fails_on_bare_xpython("it publishes an error as it replies, behind what was printed later")
def test_an_error_is_shown_when_it_happens(watch: Watch) -> None:
    cell = watch.run("import sys; print('before'); sys.exit('the text')")
    assert cell.types == ["stream", "error", "stream"]
    assert "To exit" in cell.text("stderr")


@only_ours("bare xpython shows one of them, and fails the cell")
def test_each_error_that_a_cell_shows_is_shown(watch: Watch) -> None:
    show = "try: {}\nexcept Exception: get_ipython().showtraceback()\n"
    cell = watch.run(show.format("1/0") + show.format("int('x')") + "[][1]")
    names = ["ZeroDivisionError", "ValueError", "IndexError"]
    assert [one["ename"] for one in cell.of("error")] == names
    assert cell.reply["content"]["ename"] == "IndexError"


@only_ours("bare xpython publishes a task's error nowhere")
def test_a_task_shows_its_traceback_under_its_cell(watch: Watch) -> None:
    task = "import asyncio\nasync def fail():\n  try: 1/0\n  except Exception: "
    begin = watch.start(f"{task}get_ipython().showtraceback()\nt = asyncio.create_task(fail())")
    cell = watch.finish(begin)[0]
    watch.run("await t")
    assert cell.ename == "ZeroDivisionError"


@only_ours("bare xpython publishes a thread's error nowhere")
@pytest.mark.parametrize(
    "run",
    [
        "from threading import Thread; t = Thread(target=fail); t.start(); t.join()",
        "from concurrent.futures import ThreadPoolExecutor as P; P(1).submit(fail).result()",
    ],
)
def test_a_thread_shows_its_traceback_and_its_cell_goes_on(watch: Watch, run: str) -> None:
    fail = "def fail():\n  try: 1/0\n  except Exception: get_ipython().showtraceback()\n"
    cell = watch.run(fail + run)
    assert (cell.ename, cell.reply["content"]["status"]) == ("ZeroDivisionError", "ok")


@only_ours("bare xpython leaves the name of the error's class as it is written in Python")
def test_an_error_whose_text_cant_be_made_still_ends_its_cell(watch: Watch) -> None:
    odd = "class Odd(Exception):\n    def __str__(self): raise ValueError('no text')\nraise Odd"
    cell = watch.run(odd)
    assert (cell.ename, cell.reply["content"]["status"]) == ("Odd", "error")
    assert watch.run("1 + 1").reply["content"]["status"] == "ok"
