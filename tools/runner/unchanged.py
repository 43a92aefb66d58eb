"""Skips a task whose inputs, outputs, command and environment are as they were when it last succeeded.

As pixi does: a task is remembered only if each of `inputs` and `outputs` that it has matched a file.
Unlike pixi, patterns don't exclude: a path, a folder (everything in it), ``*``, ``?`` and ``**``.
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
        if task.inputs is None and task.outputs is None:
            return False
        path = self._file(task)
        now = self._state(task, environment)
        return path.is_file() and now is not None and path.read_text(encoding="utf-8") == now

    def remember(self, task: Task, environment: str) -> None:
        """Take note of a task that succeeded just now."""
        path = self._file(task)
        path.unlink(missing_ok=True)
        if task.inputs is None and task.outputs is None:
            return
        state = self._state(task, environment)
        if state is not None:
            self.home.mkdir(parents=True, exist_ok=True)
            path.write_text(state, encoding="utf-8")

    def _file(self, task: Task) -> Path:
        facts = json.dumps([task.command, task.inputs, task.outputs])
        return self.home / f"{task.name}-{hashlib.sha256(facts.encode()).hexdigest()[:12]}.json"

    def _state(self, task: Task, environment: str) -> str | None:
        """Return what decides whether a task is run again; None if a pattern list matches nothing."""
        found = []
        for patterns in (task.inputs, task.outputs):
            files = None if patterns is None else self._files(patterns)
            if files == {}:
                return None
            found.append(files)
        state = [task.command, dict(task.env), task.cwd, environment, *found]
        return json.dumps(state, indent=1, sort_keys=True)

    def _files(self, patterns: tuple[str, ...]) -> dict[str, str]:
        """Return the hash of each file that a pattern matches, by its path in the repository."""
        paths = {path for pattern in patterns for path in self._matches(pattern)}
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(paths)
        }

    def _matches(self, pattern: str) -> list[Path]:
        whole = self.root / pattern
        matches = whole.rglob("*") if whole.is_dir() else self.root.glob(pattern)
        return [path for path in matches if path.is_file()]
