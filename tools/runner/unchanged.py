"""Skips a task whose inputs, outputs, command and environment are as they were when it last succeeded.

As pixi does: a task is remembered only if each of `inputs` and `outputs` that it has matched a file.
Unlike pixi, patterns don't exclude: a path, a folder (everything in it), ``*``, ``?`` and ``**``.
uv doesn't do this for wheels: a folder that `uv pip install` or `uv build` is given, it builds each time.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from runner.tasks import Task


class Remembered:
    """What tasks did last, in one small file each.

    Parameters
    ----------
    root
        The repository, which patterns are relative to.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / ".run" / "tasks"

    def is_unchanged(self, task: Task, environment: str) -> bool:
        """Tell whether running a task again would find what it found, and make what it made."""
        path, state = self._file(task), self._state(task, environment)
        return state is not None and path.is_file() and path.read_text(encoding="utf-8") == state

    def remember(self, task: Task, environment: str) -> None:
        """Take note of a task that succeeded just now."""
        path, state = self._file(task), self._state(task, environment)
        if state is None:
            path.unlink(missing_ok=True)
        else:
            self.home.mkdir(parents=True, exist_ok=True)
            path.write_text(state, encoding="utf-8")

    def _file(self, task: Task) -> Path:
        facts = json.dumps([task.command, task.inputs, task.outputs])
        return self.home / f"{task.name}-{hashlib.sha256(facts.encode()).hexdigest()[:12]}.json"

    def _state(self, task: Task, environment: str) -> str | None:
        """Return what decides whether a task is run again; None for one that is run each time."""
        lists = [patterns for patterns in (task.inputs, task.outputs) if patterns is not None]
        found = [self._digests(patterns) for patterns in lists]
        if not found or not all(found):
            return None
        return json.dumps([task.command, dict(task.env), task.cwd, environment, *found], indent=1)

    def _digests(self, patterns: tuple[str, ...]) -> dict[str, str]:
        """Return the hash of each file that a pattern matches, by its path in the repository."""
        paths = {path for pattern in patterns for path in self._matches(pattern) if path.is_file()}
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(paths)
        }

    def _matches(self, pattern: str) -> list[Path]:
        whole = self.root / pattern
        return list(whole.rglob("*") if whole.is_dir() else self.root.glob(pattern))
