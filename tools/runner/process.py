"""Starts child processes, and ends them with everything they started when the runner is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from runner.errors import RunnerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STARTED = time.monotonic()
GRACE_S = 10.0
_lock = threading.Lock()
_children: set[subprocess.Popen[str]] = set()
_stopping = threading.Event()


def say(text: str) -> None:
    """Print a progress line with the seconds since the runner started."""
    with _lock:
        print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def run(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a command whose output the person sees as it comes; return its exit code."""
    child = _start(command, env, cwd, output=None)
    return _wait(child)[0]


def run_quietly(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, what: str
) -> str:
    """Run a command and return its output.

    Raises
    ------
    RunnerError
        It failed; the message holds its whole output.
    """
    child = _start(command, env, cwd, output=subprocess.PIPE)
    code, output = _wait(child)
    if code:
        line = " ".join(map(str, command))
        msg = f"{what} failed with exit code {code}: {line}\n{output}"
        raise RunnerError(msg)
    return output


def stop_all() -> None:
    """Interrupt every running child and its own children, wait a little, then kill what is left."""
    _stopping.set()
    with _lock:
        children = list(_children)
    for child in children:
        _signal(child, signal.SIGINT)
    deadline = time.monotonic() + GRACE_S
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(child, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)


def _start(
    command: Sequence[str | Path], env: Mapping[str, str], cwd: Path, output: int | None
) -> subprocess.Popen[str]:
    if _stopping.is_set():
        msg = "not started, because the runner is being stopped"
        raise RunnerError(msg)
    try:
        child = subprocess.Popen(
            [str(word) for word in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            text=True,
            errors="replace",
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        msg = f"{command[0]} was to be started in {cwd}, but: {error}"
        raise RunnerError(msg) from error
    with _lock:
        _children.add(child)
    return child


def _wait(child: subprocess.Popen[str]) -> tuple[int, str]:
    try:
        output, _ = child.communicate()
    finally:
        if child.poll() is not None:
            with _lock:
                _children.discard(child)
    return child.returncode, output or ""


def _signal(child: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a child that has a session of its own, and to all in it."""
    try:
        if os.name == "posix":
            os.killpg(child.pid, number)
        else:
            child.terminate()
    except ProcessLookupError:
        return
