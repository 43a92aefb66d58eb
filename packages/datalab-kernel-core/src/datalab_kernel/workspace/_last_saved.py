"""The workspace file to go on with: saved last in the current folder, or by this notebook.

What lies in the folder is looked at without opening it, in milliseconds; a notebook's kernel
runs in the notebook's folder. Of what lies elsewhere ``_saved_by_notebook`` keeps a note.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from operator import attrgetter
from stat import S_ISREG
from typing import TYPE_CHECKING

from datalab_kernel.workspace._saved_by_notebook import recall

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SavedFile", "last_saved"]

_SUFFIXES = (".h5", ".hdf5")
_HDF5, _DATALAB = b"\x89HDF\r\n\x1a\n", b"DataLab_"
_HEAD_BYTES = 1 << 20
_ALWAYS = 20
"""So many files are looked at however long it takes."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A workspace file: its name, when it was saved (as ``time.time()``), its size.

    The name is an absolute path where the file isn't in the current folder. A journal of what
    changed later, which a kernel that crashed has left beside it, is named too.
    """

    name: str
    saved_at: float
    size_bytes: int
    journal: str | None = None


def last_saved(budget_s: float = 0.03) -> SavedFile | None:
    """Return the newest DataLab workspace file in the current folder, or a newer one elsewhere.

    Parameters
    ----------
    budget_s
        Where it takes longer, because of very many files, there is no answer.

    Returns
    -------
    SavedFile or None
        None also if the folder can't be read.
    """
    deadline = time.monotonic() + budget_s
    try:
        files = sorted([*_files(), *_elsewhere()], key=attrgetter("saved_at"), reverse=True)
        for number, file in enumerate(files):
            if number >= _ALWAYS and time.monotonic() > deadline:
                return None
            if _is_workspace(file.name):
                return _with_journal(file)
    except OSError:
        _logger.debug("the current folder can't be read", exc_info=True)
    return None


def _with_journal(file: SavedFile) -> SavedFile:
    journal = f"{file.name}.journal"
    try:
        facts = os.stat(journal)  # noqa: PTH116 - pathlib needn't be imported for it
    except OSError:
        return file
    saved_at = max(file.saved_at, facts.st_mtime)
    return replace(file, saved_at=saved_at, journal=os.path.basename(journal))  # noqa: PTH119


def _files() -> Iterator[SavedFile]:
    with os.scandir() as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or not name.lower().endswith(_SUFFIXES) or not entry.is_file():
                continue
            facts = entry.stat()
            yield SavedFile(name=name, saved_at=facts.st_mtime, size_bytes=facts.st_size)


def _elsewhere() -> Iterator[SavedFile]:
    """Yield what this notebook saved last, unless that is gone or in the current folder."""
    path = recall()
    if path is None or os.path.dirname(path) == os.getcwd():  # noqa: PTH109, PTH120
        return
    try:
        facts = os.stat(path)  # noqa: PTH116 - pathlib needn't be imported for it
    except OSError:
        _logger.debug("%s is gone", path, exc_info=True)
        return
    if S_ISREG(facts.st_mode):
        yield SavedFile(name=path, saved_at=facts.st_mtime, size_bytes=facts.st_size)


def _is_workspace(path: str) -> bool:
    """Tell by the names at the beginning of the file: h5py would have to be imported."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib needn't be imported for it
            head = file.read(_HEAD_BYTES)
    except OSError:  # not ours to read, or just removed
        _logger.debug("%s can't be read", path, exc_info=True)
        return False
    return head.startswith(_HDF5) and _DATALAB in head
