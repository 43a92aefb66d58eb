"""Prefixes: made, upgraded and emptied by rattler's solver and installer, as conda would."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rattler import Channel, Gateway, VirtualPackage, install, solve

from conda._errors import CondaToolError
from conda._platform import SUBDIR
from conda._rattler import wait_for
from conda._say import timed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rattler.repo_data.record import RepoDataRecord

__all__ = ["Prefix", "solved"]

KEPT_VARIABLES = ("LANG", "LC_ALL", "TMPDIR", "RATTLER_CACHE_DIR")


def solved(specs: Sequence[str], channels: Sequence[str]) -> list[RepoDataRecord]:
    """Return what conda would install for some specs."""
    return wait_for(
        solve(
            [Channel(channel) for channel in channels],
            list(specs),
            gateway=Gateway(),
            platforms=[SUBDIR, "noarch"],
            virtual_packages=VirtualPackage.detect(),
        )
    )


@dataclass(frozen=True, slots=True)
class Prefix:
    """A folder that holds an environment."""

    folder: Path

    def become(self, specs: Sequence[str], channels: Sequence[str]) -> None:
        """Make it hold just what the specs need: install, upgrade and remove as that takes.

        Parameters
        ----------
        specs
            As one types them after ``conda install``.
        channels
            URLs, the most important first.
        """
        with timed(f"{self.folder.name}: {', '.join(specs[-2:])}"):
            records = solved(specs, channels)
            wait_for(install(records, target_prefix=self.folder, show_progress=False))

    def packages(self) -> dict[str, str]:
        """Return the installed packages and their versions, from ``conda-meta``."""
        documents = [
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((self.folder / "conda-meta").glob("*.json"))
        ]
        return {document["name"]: document["version"] for document in documents}

    def files(self) -> set[str]:
        """Return every file in it, except the installer's own notes."""
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if (path.is_symlink() or not path.is_dir())
            and path.relative_to(self.folder).parts[0] != "conda-meta"
        }

    def run(self, *command: str, cwd: Path, **variables: str) -> str:
        """Run a command as in a fresh shell after ``conda activate``; return what it printed.

        Its home is the folder that it runs in, so that no settings of a person matter.
        """
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        environment = {
            "LANG": "C.UTF-8",
            **kept,
            "HOME": str(cwd),
            "CONDA_PREFIX": str(self.folder),
            "PATH": os.pathsep.join([str(self.folder / "bin"), "/usr/bin", "/bin"]),
            **variables,
        }
        ended = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=cwd, env=environment
        )
        if ended.returncode:
            message = f"{' '.join(command)} in {self.folder}:\n{ended.stdout}{ended.stderr}"
            raise CondaToolError(message)
        return ended.stdout
