"""Reading a workspace file with the journal beside it, where that belongs to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage import _archive
from datalab_kernel.storage._files import read_workspace, save_id_of
from datalab_kernel.storage._journal import base_of, read_journal, replayed

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.storage._contents import Contents
    from datalab_kernel.storage._journal import Journal

__all__ = ["is_journal_of", "read_journaled"]

_TRIES = 3
"""So often it is read, if it is saved meanwhile."""


def is_journal_of(journal: Path, path: Path) -> bool:
    """Say whether a journal belongs to a workspace file, by its first record."""
    base = base_of(journal) if journal.is_file() else None
    return bool(base) and base == save_id_of(path)


def read_journaled(path: Path, journal_path: Path) -> Contents:
    """Read a workspace file, and take in its journal if that is there.

    Returns
    -------
    Contents
        With ``journaled``, and with ``remark`` if part of the journal, or all of it, isn't in it.

    Raises
    ------
    FileFormatError, MissingPackageError, OSError
        As for :func:`read_workspace`.
    """
    for _ in range(_TRIES):
        journal = _journal_at(journal_path)
        if journal is None:
            return read_workspace(path)
        before = save_id_of(path)
        contents = read_workspace(path)
        if before is not None and before == journal.folded_into == save_id_of(path):
            return contents
        if not journal.places:
            return replace(contents, remark=_of_torn(journal))
        if before is not None and before == journal.base == save_id_of(path):
            return _with(contents, journal)
    message = (
        f"{journal_path.name!r} wasn't taken in: it belongs to another save of {path.name!r}, which "
        "was replaced since, or copied from elsewhere. What the file holds was loaded."
    )
    return replace(contents, remark=message)


def _journal_at(path: Path) -> Journal | None:
    if not path.is_file():
        return None
    try:
        journal = read_journal(path)
    except FileNotFoundError:  # folded into the file just now
        return None
    return journal if journal.places or journal.torn_bytes else None


def _with(contents: Contents, journal: Journal) -> Contents:
    try:
        found = replayed(contents, journal)
    except _archive.DAMAGE as error:
        message = (
            f"The journal {str(journal.path)!r} can't be read ({type(error).__name__}: {error}). "
            "Nothing was changed. To load the file without it, give the journal another name."
        )
        raise FileFormatError(message, path=str(journal.path), reason=str(error)) from error
    return replace(found, remark=_of_torn(journal)) if journal.torn_bytes else found


def _of_torn(journal: Journal) -> str:
    return (
        f"What was written last to {journal.path.name!r} isn't complete ({journal.torn_bytes:,} "
        "bytes) and was left out: the kernel was ended while it wrote it, or is writing it now. The "
        "state before that is loaded."
    )
