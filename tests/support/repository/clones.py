"""Repositories to try things in: this work tree as one commit, and clones of that."""

import os
import shutil
import subprocess
from pathlib import Path

GIT = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **GIT}, capture_output=True, check=True
    )
    return done.stdout.decode()


def copy_of(root: Path, folder: Path) -> Path:
    """Make a repository whose one commit holds a work tree, with what isn't committed yet."""
    folder.mkdir(exist_ok=True)
    names = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, names.split("\0")):
        if (root / name).is_file():  # and not deleted here
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


def clone_of(repository: Path, folder: Path) -> Path:
    git(repository, "clone", "--quiet", str(repository), str(folder))
    return folder
