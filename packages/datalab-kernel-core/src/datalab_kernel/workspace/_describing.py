"""What a workspace's file holds, for people who haven't loaded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.display._file_table import FileContents
from datalab_kernel.errors import FileFormatError, ParameterError
from datalab_kernel.objects import _names
from datalab_kernel.storage import describe_file, is_workspace_file, journaled_changes
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.objects import ObjectInfo

__all__ = ["contents_of_file"]


def contents_of_file(path: str | os.PathLike[str]) -> FileContents:
    """List the objects of a workspace's file."""
    found = _paths.sources(path)
    if len(found) > 1:
        message = (
            f"contents({str(path)!r}) is about one file, and that is a pattern for {len(found):,}. "
            f"Give one of them, such as {str(found[0])!r}."
        )
        raise ParameterError(message, function="contents", problems=[message], parameters=["path"])
    (file,) = found
    if file.suffix.lower() not in _paths.SUFFIXES and not is_workspace_file(file):
        message = (
            f"Can't say what {str(file)!r} holds without reading it: only workspaces' files have "
            "a list of that. Read it with workspace.load(path)."
        )
        raise FileFormatError(message, path=str(file), reason="it is not a workspace's file")
    infos = describe_file(file)
    return FileContents(str(file), infos, _remark_on_journal(file, infos))


def _remark_on_journal(file: Path, infos: Sequence[ObjectInfo]) -> str:
    """Say that autosave left a journal beside a file, and what loading takes of it."""
    journal = _paths.journal_beside(_paths.real(file))
    if not journal.is_file():
        return ""
    changes = journaled_changes(file, journal, infos)
    if changes is None:
        return f"Beside it lies {journal.name}, which belongs to another save: load leaves it out."
    newer, gone = changes
    parts = [
        *([f"{_names.enumerate_names(newer)} as the journal has it"] if newer else []),
        *([f"without {_names.enumerate_names(gone)}"] if gone else []),
    ]
    taken = f"load takes it in: {', and '.join(parts)}." if parts else "load takes nothing from it."
    return f"Beside it lies autosave's {journal.name}; {taken}"
