"""What children write keeps its place among what the cell prints and displays."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the relay is a fork")

TO_TERMINAL = "what programs write goes to the terminal where Jupyter was started"
TIMES = 100 if os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1" else 8
"""Each is a race that was lost once in some ten times."""

IMPORTS = "import ctypes, multiprocessing, os, subprocess, sys"
CHILDREN = {
    "run": "subprocess.run('echo child', shell=True)",
    "run a list": "subprocess.run(['echo', 'child'], check=True)",
    "without closed descriptors": "subprocess.run(['/bin/echo', 'child'], close_fds=False)",
    "system": "os.system('echo child')",
    "posix_spawn": "os.waitpid(os.posix_spawn('/bin/echo', ['echo', 'child'], {}), 0)",
    "process": (
        "p = multiprocessing.get_context('fork').Process(target=print, args=('child',))\n"
        "p.start(); p.join()"
    ),
    "pool": (
        "with multiprocessing.get_context('fork').Pool(1) as pool: pool.map(print, ['child'])"
    ),
}


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
@fails_on_bare_xpython(TO_TERMINAL)
def test_what_a_child_writes_stands_between_what_was_printed_before_and_after(
    watch: Watch, child: str
) -> None:
    watch.run(IMPORTS)
    code = f"print('before')\n{child}\nprint('after')"
    cells = watch.finish(*(watch.start(code) for _ in range(TIMES)))
    assert [cell.text() for cell in cells] == ["before\nchild\nafter\n"] * TIMES


@fails_on_bare_xpython(TO_TERMINAL)
def test_what_a_child_writes_stands_between_displays_and_before_the_result(watch: Watch) -> None:
    watch.run(IMPORTS)
    code = "display(1)\nos.system('echo child')\ndisplay(2)\nos.system('echo child')"
    cells = watch.finish(*(watch.start(code) for _ in range(TIMES)))
    types = ["display_data", "stream", "display_data", "stream", "execute_result"]
    assert [cell.types for cell in cells] == [types] * TIMES


@fails_on_bare_xpython(TO_TERMINAL)
def test_a_child_says_why_it_fails_before_the_cells_error(watch: Watch) -> None:
    watch.run(IMPORTS)
    code = "subprocess.run('echo why >&2; exit 3', shell=True, check=True)"
    cells = [watch.run(code) for _ in range(TIMES)]
    assert [cell.types for cell in cells] == [["stream", "error"]] * TIMES


@fails_on_bare_xpython(TO_TERMINAL)
def test_what_a_child_writes_comes_after_the_cells_input_and_before_its_end(watch: Watch) -> None:
    watch.run(IMPORTS)
    cells = watch.finish(*(watch.start("os.system('echo child');") for _ in range(TIMES)))
    shown = [[one["msg_type"] for one in cell.published] for cell in cells]
    assert shown == [["status", "execute_input", "stream", "status"]] * TIMES


@only_ours("bare xpython shows nothing of it")
def test_a_silent_cells_children_are_shown_at_once(watch: Watch) -> None:
    watch.run(IMPORTS)
    code = (
        "subprocess.run(['echo', 'child']); import time; time.sleep(50)"  # system() ignores a Stop
    )
    request = watch.start(code, silent=True, store_history=False)
    watch.until(lambda: watch.cell(request).text() == "child\n")
    watch.kernel.interrupt()
    watch.finish(request)


CHATTY = """
import multiprocessing, time
def chat():
    while True:
        print('chat', flush=True)
        time.sleep(0.0005)
chatter = multiprocessing.get_context('fork').Process(target=chat, daemon=True)
chatter.start()
"""


@only_ours("bare xpython shows nothing of it")
def test_a_child_that_writes_all_the_time_holds_up_nobody(watch: Watch) -> None:
    watch.run(CHATTY)
    cell = watch.run("for i in range(500): print('cell', i, flush=True)\nchatter.kill()")
    own = [line for line in cell.text().splitlines() if line.startswith("cell")]
    assert own == [f"cell {i}" for i in range(500)]
    assert "chat" in cell.text()


EXECUTOR = """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
use = lambda function, what: pool.submit(function, what).result()
"""
THREAD_POOL = """
from multiprocessing.pool import ThreadPool
pool = ThreadPool(1)
use = lambda function, what: pool.map(function, [what])
"""


@pytest.mark.parametrize("pool", [EXECUTOR, THREAD_POOL], ids=["executor", "ThreadPool"])
@fails_on_bare_xpython("what a thread prints names no cell at all")
def test_a_pool_of_threads_shows_things_under_the_cell_that_uses_it(
    watch: Watch, pool: str
) -> None:
    made = watch.run(f"{pool}\nuse(print, 'one');")
    used = watch.run("use(print, 'two'); use(display, 3);")
    assert (made.text(), used.text()) == ("one\n", "two\n")
    assert [one["data"]["text/plain"] for one in used.of("display_data")] == ["3"]


PROCESSES = """
import multiprocessing
pool = multiprocessing.get_context('fork').Pool(1)
pool.map(print, ['one'])
"""


@fails_on_bare_xpython(TO_TERMINAL)
def test_a_pool_of_processes_prints_under_the_cell_that_uses_it(watch: Watch) -> None:
    made, used = watch.run(PROCESSES), watch.run("pool.map(print, ['two']); pool.terminate()")
    assert (made.text(), used.text()) == ("one\n", "two\n")


@only_ours("bare xpython shows nothing of it")
def test_a_child_that_goes_on_prints_under_the_cell_that_ran_last(watch: Watch) -> None:
    watch.run("import subprocess")
    cell = watch.run("late = subprocess.Popen('sleep 0.5; echo late', shell=True)")
    watch.until(lambda: cell.text() == "late\n")
