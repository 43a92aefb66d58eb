"""Reading a workspace file with the journal beside it, where that belongs to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.errors import FileFormatError
from datalab_kernel.objects import KINDS
from datalab_kernel.storage import _archive
from datalab_kernel.storage._files import read_workspace, save_id_of
from datalab_kernel.storage._journal import base_of, changes_in, read_journal, replayed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.objects import ObjectInfo
    from datalab_kernel.storage._contents import Contents
    from datalab_kernel.storage._journal import Journal, Layout

__all__ = ["is_journal_of", "journaled_changes", "read_journaled"]

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


def journaled_changes(
    path: Path, journal_path: Path, infos: Sequence[ObjectInfo]
) -> tuple[list[str], list[str]] | None:
    """Say what loading a file would take of the journal beside it, without reading an object.

    Parameters
    ----------
    path, journal_path
        The file and its journal.
    infos
        What the file holds.

    Returns
    -------
    tuple or None
        The names that are new or changed in the journal, and those that are gone; None if it isn't
        the journal of this save, which :func:`read_journaled` says when it is loaded.

    Raises
    ------
    FileFormatError, OSError
        If the journal can't be read.
    """
    journal = _journal_at(journal_path)
    save_id = save_id_of(path)
    if journal is None or not journal.places:
        return [], []
    if save_id is not None and journal.folded_into == save_id:
        return [], []
    if save_id is None or journal.base != save_id:
        return None
    layout: Layout = {kind: [] for kind in KINDS}
    for info in infos:
        groups = layout[info.kind]
        if not groups or groups[-1][0] != info.group:
            groups.append((info.group, []))
        groups[-1][1].append(info.name)
    try:
        return changes_in(journal, layout)
    except _archive.DAMAGE as error:
        raise _unreadable(journal, error) from error


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
        raise _unreadable(journal, error) from error
    return replace(found, remark=_of_torn(journal)) if journal.torn_bytes else found


def _unreadable(journal: Journal, error: Exception) -> FileFormatError:
    message = (
        f"The journal {str(journal.path)!r} can't be read ({type(error).__name__}: {error}). "
        "Nothing was changed. To load the file without it, give the journal another name."
    )
    return FileFormatError(message, path=str(journal.path), reason=str(error))


def _of_torn(journal: Journal) -> str:
    return (
        f"What was written last to {journal.path.name!r} isn't complete ({journal.torn_bytes:,} "
        "bytes) and was left out: the kernel was ended while it wrote it, or is writing it now. The "
        "state before that is loaded."
    )
