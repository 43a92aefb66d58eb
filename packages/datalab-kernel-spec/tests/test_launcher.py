"""The launcher where xpython isn't what it should be, and its cell runner by itself."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

needs_signals = pytest.mark.skipif(os.name == "nt", reason="SIGINT to the own process")


def launch(before: str, arguments: str = "[]") -> subprocess.CompletedProcess[str]:
    code = f"{before}\nfrom datalab_kernel_spec.launcher import main\nsys.exit(main({arguments}))"
    command = [sys.executable, "-c", f"import sys\n{code}"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_a_missing_xpython_is_a_clear_error_on_the_terminal() -> None:
    hide = "import importlib.util\nimportlib.util.find_spec = lambda name: None"
    ended = launch(hide)
    assert ended.returncode == 1
    assert "xeus-python isn't installed in this environment" in ended.stderr
    assert "pip install xeus-python" in ended.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("shell.XPythonShellApp.initialize = None", "XPythonShellApp.initialize is missing"),
        ("shell.XPythonShell._showtraceback = 1", "XPythonShell._showtraceback is missing"),
        (
            "shell.XPythonShell.run_cell_async = lambda self, code: None",
            "XPythonShell.run_cell_async takes ['self', 'code']",
        ),
    ],
)
def test_another_shape_of_xeus_python_ends_the_start_with_its_version(
    change: str, named: str
) -> None:
    ended = launch(f"import xeus_python_shell.shell as shell\n{change}")
    assert ended.returncode == 1
    assert named in ended.stderr
    assert "xeus-python-shell 0." in ended.stderr


def test_an_unreadable_connection_file_is_named_on_the_terminal() -> None:
    ended = launch("", "['-f', 'none']")
    assert ended.returncode == 1
    assert "connection file none: FileNotFoundError" in ended.stderr


PAGES_ASKED_FOR = """
import atexit, resource
def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        frame = [bytearray(1 << 20) + b"." for _ in range(4)]
        del frame
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
pages()
print(pages())
atexit.register(lambda: (pages(), print(pages())))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc gives large blocks back")
def test_messages_of_4_mb_are_made_in_the_memory_of_those_before() -> None:
    bare, ours = map(int, launch(PAGES_ASKED_FOR, "['-f', 'none']").stdout.split())
    assert bare > 10_000
    assert ours < 1_000


def replies(*cells: str) -> list[str | None]:
    """Run cells in a shell of a process of its own; return the error in each reply."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(Path(__file__).with_name("shell_in_child.py")), *cells],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stderr == ""
    answers: list[str | None] = json.loads(ran.stdout)
    return answers


AWAITING = "asyncio.get_running_loop().call_later(0.05, stop); await asyncio.sleep(20)"


def test_each_reply_carries_its_own_cells_error() -> None:
    cells = ["await asyncio.sleep(0.05); 1 / 0", "1", "1 / 0"]
    assert replies(*cells) == ["ZeroDivisionError", None, "ZeroDivisionError"]


@needs_signals
def test_a_parked_cell_gets_keyboard_interrupt() -> None:
    assert replies(AWAITING, "1") == ["KeyboardInterrupt", None]


@needs_signals
def test_a_busy_cell_gets_keyboard_interrupt() -> None:
    assert replies("stop()\nwhile True: pass", "1") == ["KeyboardInterrupt", None]


@needs_signals
def test_a_stop_before_the_first_statement_ends_the_cell() -> None:
    assert replies("#stop before\nmade = 1", "made") == ["KeyboardInterrupt", "NameError"]


@needs_signals
def test_a_stop_after_the_last_statement_is_forgotten() -> None:
    assert replies("#stop behind\nmade = 1", "made") == [None, None]


@needs_signals
def test_a_stop_that_comes_before_a_sleep_began_ends_it_all_the_same() -> None:
    # Between Python's last look for signals and the system call there is no way to stand:
    # the signal is blocked as the sleep begins, and nothing but the nudge ends it.
    unseen = "sleep_with_a_stop_that_was_noted(20)"
    assert replies(unseen, "1") == ["KeyboardInterrupt", None]


def test_a_cell_that_cancels_all_tasks_costs_no_reply() -> None:
    cancels = "for task in asyncio.all_tasks(): task.cancel()"
    assert replies(cancels, "1", "await asyncio.sleep(0)") == [None, None, None]
