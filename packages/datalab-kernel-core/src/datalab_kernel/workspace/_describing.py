"""What a workspace's file holds, for people who haven't loaded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.display._file_table import FileContents
from datalab_kernel.errors import FileFormatError, ParameterError
from datalab_kernel.storage import describe_file, is_workspace_file
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    import os

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
    return FileContents(str(file), describe_file(file))
