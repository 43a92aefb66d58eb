"""The commit that a release is made from."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its repository, its name and when it was made (seconds since 1970)."""

    root: Path
    name: str
    time: int

    @classmethod
    def head(cls, root: Path) -> Commit:
        """Return the commit that a repository is at."""
        name, time = _git(root, "log", "-1", "--format=%H %ct").decode().split()
        return cls(root=root, name=name, time=int(time))

    def archive(self, prefix: str) -> bytes:
        """Return its files as a tar archive, in which each path starts with a prefix."""
        return _git(self.root, "archive", "--format=tar", f"--prefix={prefix}", self.name)

    def export(self, folder: Path) -> Path:
        """Write its files into a new folder, and return that."""
        with tarfile.open(fileobj=io.BytesIO(self.archive(""))) as archive:
            archive.extractall(folder, filter="data")
        return folder


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, stdout=subprocess.PIPE, check=True).stdout
