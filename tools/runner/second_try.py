"""Runs a task's few failed tests once more, on CI: what fails twice is broken, what fails once is named.

The tests drive real kernels, servers, windows and browsers on a machine that others load too. A test
that fails in one of a thousand runs for that is mended when it is seen, but it doesn't refuse a change.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.tasks import Task

MOST = 3
"""Tests of one task that may be run again: when more have failed at once, it wasn't chance."""
TESTS_FAILED = 1
"""pytest's exit code for this; others mean that it couldn't run them."""


class SecondTry:
    """What pytest noted of a task's failed tests, in a folder of the task's own."""

    def __init__(self, root: Path, task: Task) -> None:
        self.folder = Path(".run", "second-try", task.name)
        self._noted = root / task.cwd / self.folder / "v" / "cache" / "lastfailed"
        shutil.rmtree(root / task.cwd / self.folder, ignore_errors=True)
        self.noting = replace(task, command=(*task.command, "-o", f"cache_dir={self.folder}"))

    def failed(self, code: int) -> list[str]:
        """Return the names of the tests to run again; none where the task failed otherwise.

        Parameters
        ----------
        code
            pytest's exit code.
        """
        if code != TESTS_FAILED or not self._noted.is_file():
            return []
        names = list(json.loads(self._noted.read_text(encoding="utf-8")))
        return names if len(names) <= MOST else []

    @property
    def task(self) -> Task:
        """The same command for nothing but the failed tests; what they cover isn't measured again."""
        words = ("--last-failed", "--last-failed-no-failures=none")
        env = {key: text for key, text in self.noting.env.items() if "COVERAGE" not in key}
        return replace(self.noting, command=(*self.noting.command, *words), env=env)
