"""The launcher where xpython isn't what it should be, and its cell runner by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_spec._interrupt import CellRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

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


class Shell:
    """The part of IPython's shell that the runner uses."""

    def __init__(self) -> None:
        self.last_error: str | None = None
        self.replies: list[str | None] = []

    def showtraceback(self) -> None:
        self.last_error = sys.exc_info()[0].__name__  # type: ignore[union-attr]

    def reply(self) -> None:
        self.replies.append(self.last_error)


@pytest.fixture
def run() -> Iterator[Callable[..., Shell]]:
    before = signal.getsignal(signal.SIGINT)

    def run_cells(*cells: Callable[[Shell], Coroutine[Any, Any, Any]]) -> Shell:
        async def session() -> Shell:
            shell, runner = Shell(), CellRunner()
            runner.attach(shell)
            done = asyncio.Event()
            for cell in cells:
                runner(cell(shell), lambda _result: None, shell.reply)
            runner(succeeds(shell), lambda _result: None, done.set)
            await asyncio.wait_for(done.wait(), 20)
            return shell

        return asyncio.run(session())

    yield run_cells
    signal.signal(signal.SIGINT, before)
    signal.set_wakeup_fd(-1)  # else the next test's runner leaves it to this one's


async def fails(shell: Shell) -> int:
    await asyncio.sleep(0.05)
    shell.last_error = "ZeroDivisionError"
    return 1


async def succeeds(_shell: Shell) -> int:
    return 1


async def stopped_while_awaiting(shell: Shell) -> int:
    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
    try:
        await asyncio.sleep(20)
    except KeyboardInterrupt:
        shell.last_error = "stopped"
    return 1


async def stopped_and_unguarded(_shell: Shell) -> int:
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass


def test_each_reply_carries_its_own_cells_error(run: Callable[..., Shell]) -> None:
    assert run(fails, succeeds, fails).replies == ["ZeroDivisionError", None, "ZeroDivisionError"]


@needs_signals
def test_a_parked_cell_gets_keyboard_interrupt(run: Callable[..., Shell]) -> None:
    assert run(stopped_while_awaiting, succeeds).replies == ["stopped", None]


@needs_signals
def test_an_interrupt_that_nothing_catches_still_ends_in_a_reply(run: Callable[..., Shell]) -> None:
    assert run(stopped_and_unguarded, succeeds).replies == ["KeyboardInterrupt", None]
