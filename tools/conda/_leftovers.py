"""Folders for one run only, and those of runs that were killed."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["folder_for_one_run"]

PREFIX = "run-"
LONGEST_RUN_S = 6 * 3600


@contextmanager
def folder_for_one_run(home: Path, what: str) -> Iterator[Path]:
    """Give an empty folder, and remove it afterwards with all that is still in it.

    Those of runs that were killed are removed first: they hold gigabytes.
    """
    home.mkdir(parents=True, exist_ok=True)
    for old in home.glob(f"{PREFIX}*"):
        if time.time() - old.stat().st_mtime > LONGEST_RUN_S:
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{what}-", dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
