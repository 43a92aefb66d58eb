"""What a release is refused for, and its notes."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ReleaseError(Exception):
    """A release can't be made; the message says what was found and what to do next."""


def refuse_changes(root: Path) -> None:
    """Refuse a work tree with changes or new files: a release is what a commit says.

    Raises
    ------
    ReleaseError
        There are some, or the folder is no git repository.
    """
    command = ["git", "status", "--porcelain"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"{root} must be a git repository with a commit, but git says: {done.stderr.strip()}"
        raise ReleaseError(msg)
    if done.stdout:
        msg = (
            f"{root} has changes that no commit has; commit them or take them back:\n{done.stdout}"
        )
        raise ReleaseError(msg)


def refuse_fragments(tree: Path) -> None:
    """Refuse a commit whose CHANGELOG.md doesn't have what lies in ``changes`` yet.

    Raises
    ------
    ReleaseError
        A file is left there.
    """
    left = [path.name for path in sorted(tree.glob("changes/*")) if path.name != "README.md"]
    if left:
        msg = (
            f"changes holds what CHANGELOG.md doesn't say yet: {', '.join(left)}; "
            "run tools/run.py changelog-write, read what it wrote, and commit"
        )
        raise ReleaseError(msg)


def notes_of(version: str, changelog: str) -> str:
    r"""Return the release notes: the changelog's section about a version.

    Raises
    ------
    ReleaseError
        It has none, or an empty one.

    Examples
    --------
    >>> print(notes_of("1.1.0", "# Changelog\n\n## 1.1.0 (2026-12-01)\n\n- Plots maps.\n"), end="")
    # DataLab-Kernel 1.1.0 (2026-12-01)
    <BLANKLINE>
    - Plots maps.
    """
    heading = rf"^## ({re.escape(version)}(?: \([^\n]*\))?)\n(.*?)(?=^## |\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[2].strip():
        msg = f"CHANGELOG.md says nothing about {version}, which VERSION names; write what people can do now"
        raise ReleaseError(msg)
    return f"# DataLab-Kernel {found[1]}\n\n{found[2].strip()}\n"
