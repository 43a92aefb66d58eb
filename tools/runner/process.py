"""Starts child processes, and ends them with everything they started when the runner is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, TextIO

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


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, log: Path | None
) -> int:
    """Run a command and return its exit code.

    Its output goes into a log, or without one to where the person sees it as it comes.
    """
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") if log else nullcontext() as stream:
        return _run(command, env, cwd, stream)[0]


def run_quietly(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, what: str
) -> str:
    """Run a command and return its output.

    Raises
    ------
    RunnerError
        It failed; the message holds its whole output.
    """
    code, output = _run(command, env, cwd, subprocess.PIPE)
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


def _run(
    command: Sequence[str | Path], env: Mapping[str, str], cwd: Path, output: int | TextIO | None
) -> tuple[int, str]:
    """Run a child that `stop_all` can end; return its exit code and, from a pipe, what it wrote."""
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
            stderr=None if output is None else subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        msg = f"{command[0]} was to be started in {cwd}, but: {error}"
        raise RunnerError(msg) from error
    with _lock:
        _children.add(child)
    written, _ = child.communicate()
    with _lock:
        _children.discard(child)
    return child.returncode, written or ""


def _signal(child: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a child that has a session of its own, and to all in it."""
    try:
        if os.name == "posix":
            os.killpg(child.pid, number)
        else:
            child.terminate()
    except ProcessLookupError:
        return
