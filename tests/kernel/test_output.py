"""What cells show: whole, in order, in the right cell, whoever wrote it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil
import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

from datalab_kernel_spec.startup._large_blocks import LARGE_BYTES

if TYPE_CHECKING:
    from support.kernel.watch import Watch

C_PRINTS = "import ctypes; c = ctypes.CDLL(None); c.puts(b'from C'); c.fflush(None)"
CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"


@fails_on_bare_xpython("each argument and line end is a message of its own")
def test_one_print_is_one_message(watch: Watch) -> None:
    assert watch.run("print('a', 'b')").streams == [("stdout", "a b\n")]


@fails_on_bare_xpython("each argument and line end is a message of its own")
def test_stdout_and_stderr_keep_their_order(watch: Watch) -> None:
    code = "import sys\nfor i in range(3):\n    print('o', i)\n    print('e', i, file=sys.stderr)"
    expected = [(name, f"{name[3]} {i}\n") for i in range(3) for name in ("stdout", "stderr")]
    assert watch.run(code).streams == expected


def test_what_is_displayed_stands_between_what_was_printed_before_and_after(watch: Watch) -> None:
    cell = watch.run("print('a', end='')\ndisplay(1)\nprint('b', end='')\n2")
    assert cell.types == ["stream", "display_data", "stream", "execute_result"]


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("import os; os.system('echo one; echo two')", "stdout", "one\ntwo\n"),
        ("import os; os.system('echo no >&2')", "stderr", "no\n"),
        (CHILD.format("print(5)"), "stdout", "5\n"),
        (CHILD.format("import sys; sys.exit('bad')"), "stderr", "bad\n"),
        ("import os; os.write(1, b'raw')", "stdout", "raw"),
        (C_PRINTS, "stdout", "from C\n"),
    ],
    ids=["system", "system stderr", "subprocess", "subprocess stderr", "descriptor", "C"],
)
@fails_on_bare_xpython("it goes to the terminal where Jupyter was started")
def test_what_others_write_appears_in_the_cell(
    watch: Watch, code: str, name: str, text: str
) -> None:
    assert watch.run(f"{code};").text(name) == text


def test_a_childs_output_reaches_the_cell_that_ran_it_and_not_the_next(watch: Watch) -> None:
    code = "import os; os.system('echo {}');"
    cells = watch.finish(*(watch.start(code.format(number)) for number in range(20)))
    assert [cell.text() for cell in cells] == [f"{number}\n" for number in range(20)]


THREAD = """
import threading, time
def work():
    for i in range(4):
        print('t', i)
        time.sleep(0.1)
thread = threading.Thread(target=work)
thread.start()
"""


@fails_on_bare_xpython("what a thread prints names no cell at all")
def test_a_thread_prints_to_its_own_cell_also_after_that_has_ended(watch: Watch) -> None:
    own = watch.start(THREAD)
    other = watch.start("print('other'); thread.join(); print('joined')")
    own_cell, other_cell = watch.finish(own, other)
    assert own_cell.text() == "t 0\nt 1\nt 2\nt 3\n"
    assert other_cell.text() == "other\njoined\n"


@fails_on_bare_xpython("what a thread displays names no cell at all")
def test_a_thread_displays_in_its_own_cell(watch: Watch) -> None:
    code = (
        "import threading; t = threading.Thread(target=display, args=({!r},)); t.start(); t.join()"
    )
    cell = watch.run(code.format("from a thread"))
    assert [one["data"]["text/plain"] for one in cell.of("display_data")] == ["'from a thread'"]


def test_a_pool_of_threads_loses_no_line(watch: Watch) -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    list(pool.map(lambda i: print(f'{i}\\n', end=''), range(2000)))"
    )
    shown = watch.run(code).text().split()
    assert sorted(map(int, shown)) == list(range(2000))


def test_a_task_prints_to_the_cell_that_made_it(watch: Watch) -> None:
    code = (
        "import asyncio\nasync def late():\n    await asyncio.sleep(0.3)\n    print('late')\n"
        "task = asyncio.create_task(late())"
    )
    own, other = watch.finish(watch.start(code), watch.start("await asyncio.sleep(0.6)"))
    assert own.text() == "late\n"
    assert other.text() == ""


@fails_on_bare_xpython("it drops lines in a flood, and each line counts twice")
def test_a_flood_of_lines_arrives_whole(watch: Watch) -> None:
    cell = watch.run("for i in range(20_000): print(i)", within_s=watch.soon_s)
    assert cell.text() == "".join(f"{i}\n" for i in range(20_000))


SIZE = 50_000_000
KEPT_MB = SIZE / 1e6 + 2 * 2 * LARGE_BYTES / 1e6 + 10
"""The relay keeps the last message, and both it and the kernel memory for the next."""
IN_ONE = f"print('x' * {SIZE - 1})"
IN_LINES = f"line = 'y' * 999\nfor _ in range({SIZE // 1000}): print(line)"
BY_A_CHILD = f"import os; os.system('head -c {SIZE} /dev/zero | tr \"\\\\0\" z');"


def memory_mb(watch: Watch) -> float:
    """Return what the kernel and its relay hold, in MB."""
    kernel = psutil.Process(watch.kernel.manager.provisioner.pid)
    return sum(one.memory_info().rss for one in (kernel, *kernel.children())) / 1e6


@pytest.mark.parametrize("code", [IN_ONE, IN_LINES, BY_A_CHILD], ids=["one", "lines", "child"])
@only_ours("bare xpython shows the first too, loses lines of the second, knows no third")
def test_50_mb_of_output_arrive_whole_and_leave_no_memory_behind(watch: Watch, code: str) -> None:
    watch.run("import sigima; print('warm')")  # what is imported in the background has come
    before = memory_mb(watch)
    assert len(watch.run(code, within_s=60).text()) == SIZE
    watch.run("print('after')")
    deadline = time.monotonic() + 5
    while (now := memory_mb(watch)) > before + KEPT_MB and time.monotonic() < deadline:
        watch.settle(0.2)
    assert now < before + KEPT_MB


@fails_on_bare_xpython("it is called <class 'ZeroDivisionError'>")
def test_an_error_has_its_bare_name_in_reply_and_message(watch: Watch) -> None:
    cell = watch.run("1/0")
    assert cell.ename == "ZeroDivisionError"
    assert cell.reply["content"]["ename"] == "ZeroDivisionError"
    assert cell.reply["content"]["evalue"] == "division by zero"


def test_a_traceback_is_ipythons_own(watch: Watch) -> None:
    watch.run("def inner():\n    return {}['key']")
    cell = watch.run("inner()")
    shown = "\n".join(cell.of("error")[0]["traceback"])
    assert "Traceback (most recent call last)" in shown
    assert "return" in shown
    assert "Cell" in shown
    assert "datalab_kernel" not in shown


def test_a_display_is_updated_in_place_also_by_later_cells(watch: Watch) -> None:
    shown = watch.run("handle = display('first', display_id='d1')").of("display_data")
    assert shown[0]["transient"] == {"display_id": "d1"}
    updates = watch.run("handle.update('second')").of("update_display_data")
    assert updates[0]["data"]["text/plain"] == "'second'"
    assert updates[0]["transient"] == {"display_id": "d1"}


def test_clear_output_stands_where_it_was_called(watch: Watch) -> None:
    code = (
        "from IPython.display import clear_output\nprint('gone', end='')\n"
        "clear_output(wait=True)\nprint('stays')"
    )
    cell = watch.run(code)
    assert cell.types == ["stream", "clear_output", "stream"]
    assert cell.of("clear_output") == [{"wait": True}]


PROGRESS = """
import sys, time
for i in range(4):
    print(f'\\r{i * 25} %', end='')
    time.sleep(0.2)
print('\\r100 %')
"""


def test_progress_on_one_line_is_shown_while_the_cell_runs(watch: Watch) -> None:
    request = watch.start(PROGRESS)
    watch.until(lambda: "50 %" in watch.cell(request).text())
    assert watch.cell(request).reply == {}
    assert watch.finish(request)[0].text() == "\r0 %\r25 %\r50 %\r75 %\r100 %\n"


def test_a_part_of_a_line_is_shown_soon_also_while_a_loop_is_busy(watch: Watch) -> None:
    request = watch.start("print('part', end='')\nwhile True: pass")
    watch.until(lambda: watch.cell(request).text() == "part")
    watch.kernel.interrupt()
    cell = watch.finish(request)[0]
    assert (cell.text(), cell.ename) == ("part", "KeyboardInterrupt")


def test_tqdms_text_bar_comes_as_it_draws_it(watch: Watch) -> None:
    pytest.importorskip("tqdm")
    code = (
        "import time\nfrom tqdm import tqdm\n"
        "for _ in tqdm(range(5), mininterval=0): time.sleep(0.05)"
    )
    shown = watch.run(code).text("stderr")
    assert shown.count("\r") >= 5
    assert "5/5" in shown


def test_richs_progress_bar_ends_at_a_hundred_percent(watch: Watch) -> None:
    pytest.importorskip("rich")
    code = "from rich.progress import track\nfor _ in track(range(3), 'working'): pass"
    cell = watch.run(code)
    assert cell.reply["content"]["status"] == "ok"
    assert "100%" in str(cell.published)
