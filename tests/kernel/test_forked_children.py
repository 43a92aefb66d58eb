"""What workers of pools, processes and ``os.fork`` show: in the running cell, whole, errors too."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")

DIES_ON_BARE = "a child that uses xpython's sockets ends: 'Interrupted system call'"
ALONE = "what a second kernel in the child does to bare xpython isn't ours to find out"
FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
TIMES = 20 if FULL else 2
LINES_EACH = 25_000 if FULL else 5_000

POOL = """
import multiprocessing
def square(x):
    print('square', x)
    return x * x
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(pool.map(square, [1, 2, 3]))
"""
EXECUTOR = """
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
def square(x):
    print('square', x)
    return x * x
with ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool:
    print([*pool.map(square, [1, 2, 3])])
"""


@pytest.mark.parametrize("code", [POOL, EXECUTOR], ids=["Pool", "ProcessPoolExecutor"])
@fails_on_bare_xpython(DIES_ON_BARE)
def test_what_the_workers_of_a_pool_print_is_shown_and_their_results_arrive(
    watch: Watch, code: str
) -> None:
    lines = watch.run(code).text().splitlines()
    assert sorted(lines[:-1]) == ["square 1", "square 2", "square 3"]
    assert lines[-1] == "[1, 4, 9]"


PROCESS = """
import multiprocessing
def work():
    {}
process = multiprocessing.get_context('fork').Process(target=work)
process.start()
process.join()
process.exitcode
"""


def in_a_process(code: str) -> str:
    """Return a cell that runs this in a forked process and results in its exit code."""
    return PROCESS.format(code.replace("\n", "\n    "))


@fails_on_bare_xpython("a process that fails says nothing")
def test_the_traceback_of_a_process_is_shown(watch: Watch) -> None:
    cell = watch.run(in_a_process("1 / 0"))
    assert "ZeroDivisionError: division by zero" in cell.text("stderr")
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "1"


SPEAKS = """
import logging, warnings
from tqdm import tqdm
warnings.warn('careful')
logging.getLogger('x').warning('logged')
for _ in tqdm(range(3)):
    pass
display({'shown': 1})"""


@fails_on_bare_xpython(DIES_ON_BARE)
def test_a_child_warns_logs_displays_and_shows_a_progress_bar(watch: Watch) -> None:
    pytest.importorskip("tqdm")
    cell = watch.run(in_a_process(SPEAKS))
    shown = cell.text("stderr")
    assert [word in shown for word in ("UserWarning: careful", "logged", "3/3")] == [True] * 3
    assert cell.text() == "{'shown': 1}\n"


@only_ours(ALONE)
def test_a_question_of_a_child_is_an_error_there(watch: Watch) -> None:
    cell = watch.run(in_a_process("input('name? ')"), allow_stdin=True)
    assert "StdinNotImplementedError: A child process can't ask" in cell.text("stderr")
    assert watch.asked == []


@only_ours(ALONE)
def test_a_widget_of_a_child_is_refused_with_a_word(watch: Watch) -> None:
    pytest.importorskip("ipywidgets")
    cell = watch.run(in_a_process("import ipywidgets\nipywidgets.IntSlider()"))
    assert "A widget of a child process can't be shown" in cell.text("stderr")
    assert "comm_open" not in cell.types


SIGNALS = """
import signal
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.SIGINT in
      signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))"""


@pytest.mark.parametrize("where", ["", "import threading\nt = threading.Thread(target=run)\n"])
@only_ours(ALONE)
def test_stop_means_in_a_child_what_it_means_in_python(watch: Watch, where: str) -> None:
    code = in_a_process(SIGNALS).replace("process.start()", "def run():\n    process.start()")
    begin = "t.start(); t.join()" if where else "run()"
    cell = watch.run(code.replace("process.join()", f"{where}{begin}\nprocess.join()"))
    assert cell.text() == "True False -1\n"


FORK = """
import os, sys
print('before', end='')
pid = os.fork()
if not pid:
    {}
print(' parent', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize(
    ("child", "shown"),
    [
        ("print(' child'); os._exit(3)", "before child\n parent 3\n"),
        ("sys.exit(4)", "before parent 4\n"),
        ("1 / 0", "before parent 1\n"),
    ],
    ids=["_exit", "exit", "error"],
)
@only_ours(ALONE)
def test_a_child_forked_by_hand_shows_its_own_output_once_and_ends(
    watch: Watch, child: str, shown: str
) -> None:
    assert watch.run(FORK.format(child)).text() == shown
    assert watch.run("'kernel'").of("execute_result")[0]["data"]["text/plain"] == "'kernel'"


@pytest.mark.parametrize(
    ("end", "text", "code"),
    [("pass", "to the end", 0), ("await asyncio.sleep(0)", "has ended where it awaits", 1)],
    ids=["runs on", "awaits"],
)
@only_ours(ALONE)
def test_a_child_that_runs_on_to_the_end_of_the_cell_is_no_second_kernel(
    watch: Watch, end: str, text: str, code: int
) -> None:
    watch.run("import asyncio, os, sys")
    cell = watch.run(f"pid = os.fork()\nif not pid:\n    print('to the end')\n    {end}")
    end_code = "os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
    ended = watch.run(end_code).of("execute_result")[0]["data"]["text/plain"]
    assert ended == str(code)
    watch.until(lambda: text in "".join(str(one["content"]) for one in watch.published))
    assert len(cell.of("status")) == 2


LINES = """
import multiprocessing
def work(number):
    for i in range({lines}):
        print(number, i, 'x' * 60)
ps = [multiprocessing.get_context('fork').Process(target=work, args=(n,)) for n in range(4)]
for p in ps: p.start()
for p in ps: p.join()
"""


@only_ours(ALONE)
def test_the_lines_of_four_children_arrive_whole(watch: Watch) -> None:
    lines = watch.run(LINES.replace("{lines}", str(LINES_EACH))).text().splitlines()
    for number in range(4):
        own = [line for line in lines if line.startswith(f"{number} ")]
        assert own == [f"{number} {i} {'x' * 60}" for i in range(LINES_EACH)]
    assert len(lines) == 4 * LINES_EACH


AMID_THREADS = """
import multiprocessing, subprocess, threading
is_over = threading.Event()
def chat():
    while not is_over.wait(0.0005):
        print('thread\\n', end='', flush=True)
def work(number):
    print('worker', number)
    return subprocess.run(['echo', 'child of', str(number)]).returncode
threads = [threading.Thread(target=chat) for _ in range(3)]
for thread in threads: thread.start()
codes = []
for _ in range({times}):
    with multiprocessing.get_context('fork').Pool(2) as pool:
        codes += pool.map(work, range(4))
is_over.set()
for thread in threads: thread.join()
sum(codes)
"""


@only_ours(ALONE)
def test_workers_and_their_children_are_started_amid_threads_that_print(watch: Watch) -> None:
    cell = watch.run(AMID_THREADS.replace("{times}", str(TIMES)))
    lines = cell.text().splitlines()
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "0"
    assert sorted(set(lines) - {"thread"}) == sorted(
        f"{who} {number}" for who in ("worker", "child of") for number in range(4)
    )
    assert [lines.count(f"child of {number}") for number in range(4)] == [TIMES] * 4


REDIRECTED = """
import contextlib, os
with open({path!r}, 'w') as file:
    with contextlib.redirect_stdout(file):
        print('by name')
    file.flush()
    os.dup2(file.fileno(), 1)
    print('by descriptor')"""


@only_ours(ALONE)
def test_a_child_may_redirect_its_output(watch: Watch, tmp_path: object) -> None:
    path = f"{tmp_path}/log.txt"
    watch.run(in_a_process(REDIRECTED.format(path=path)))
    assert watch.run(f"print(open({path!r}).read())").text() == "by name\nby descriptor\n\n"


@only_ours(ALONE)
def test_a_child_that_is_killed_or_outlives_its_cell_leaves_the_kernel_as_it_is(
    watch: Watch,
) -> None:
    code = in_a_process("import time; print('on'); time.sleep(50)")
    killed = watch.run(code.replace("process.join()", "process.kill(); process.join()"))
    assert killed.of("execute_result")[0]["data"]["text/plain"] == "-9"
    code = in_a_process("import time; time.sleep(0.5); print('late')")
    watch.run(code.replace("process.join()\nprocess.exitcode", ""))
    assert watch.run("process.join(); print('joined')").text() == "late\njoined\n"


SPAWNED = """
import multiprocessing
with multiprocessing.get_context({!r}).Pool(1) as pool:
    pool.map(print, ['from a worker'])
    pool.close()  # a worker that `with` ends by force keeps what it hasn't written to its pipe
    pool.join()
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@fails_on_bare_xpython("it goes to the terminal where Jupyter was started")
def test_other_ways_to_start_a_worker_show_its_output_too(watch: Watch, method: str) -> None:
    assert "from a worker\n" in watch.run(SPAWNED.format(method)).text()
