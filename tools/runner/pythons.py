"""Finds the Python that an environment is made with: the one that runs this, or another on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import NoPythonError, RunnerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ONE_SERIES = re.compile(r"(\d+)\.(\d+)\.\*")


def find_python(limits: Sequence[str]) -> str:
    """Return a Python that keeps an environment's limits.

    Parameters
    ----------
    limits
        What the features of pixi.toml say about ``python``. ``"3.12.*"`` asks for that series;
        anything else is for the environment's solver, and here the Python that runs this does.

    Raises
    ------
    NoPythonError
        The machine has no Python of that series.
    """
    series = {(int(m[1]), int(m[2])) for limit in limits if (m := ONE_SERIES.fullmatch(limit))}
    if series <= {sys.version_info[:2]}:
        return sys.executable
    if len(series) > 1:
        msg = (
            f"no Python is at the same time {' and '.join(limits)}; mend the features in pixi.toml"
        )
        raise RunnerError(msg)
    [wanted] = series
    for candidate in _candidates(*wanted):
        if _series(candidate) == wanted:
            return str(candidate)
    name = f"python{wanted[0]}.{wanted[1]}"
    msg = (
        f"{name} was to be used, but isn't on PATH nor among pyenv's versions; install it "
        f"(Debian, Ubuntu: apt-get install {name} {name}-venv; pyenv: pyenv install {wanted[0]}.{wanted[1]})"
    )
    raise NoPythonError(msg)


def _candidates(major: int, minor: int) -> Iterator[Path]:
    name = f"python{major}.{minor}"
    for folder in os.get_exec_path():
        found = shutil.which(name, path=folder)
        if found:
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{major}.{minor}.*/bin/{name}"), reverse=True)
    launcher = shutil.which("py")
    if launcher:
        code = "import sys; print(sys.executable)"
        done = subprocess.run(
            [launcher, f"-{major}.{minor}", "-c", code], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            yield Path(done.stdout.strip())


def _series(python: Path) -> tuple[int, int] | None:
    """Return a Python's major and minor version; None if it doesn't run (a pyenv shim of none)."""
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    major, minor = done.stdout.split()
    return int(major), int(minor)
