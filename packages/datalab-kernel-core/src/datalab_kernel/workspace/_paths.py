"""Where a workspace is saved and what a path or pattern means to load: no file is changed here."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from datalab_kernel.errors import FileTakenError, MissingFileError
from datalab_kernel.objects import _names

SUFFIXES = (".h5", ".hdf5", ".npz")
"""Of workspaces' files; the first is added to a name that has none of them."""


def destination(path: str | os.PathLike[str]) -> Path:
    """Return the file that ``save(path)`` writes.

    Raises
    ------
    MissingFileError
        If its folder isn't there.
    FileTakenError
        If something else than a DataLab workspace is in its place.
    """
    target = expanded(path)
    if not target.name:
        message = f"Can't save {str(target)!r}: it is a folder. Give a file in it."
        raise MissingFileError(message, path=str(target))
    if target.suffix.lower() not in SUFFIXES:
        target = target.with_name(target.name + SUFFIXES[0])
    if not target.parent.is_dir():
        message = (
            f"Can't save {str(target)!r}: the folder {str(target.parent)!r} doesn't exist. "
            "Make it first, or choose another."
        )
        raise MissingFileError(message, path=str(target))
    if os.path.lexists(target) and not _is_replaceable(target):
        message = (
            f"Can't save {str(target)!r}: {_what_is_there(target)}, and it is "
            "left as it is. Choose another name or remove it."
        )
        raise FileTakenError(message, path=str(target))
    return target


def _what_is_there(target: Path) -> str:
    from datalab_kernel.storage import is_being_written

    if is_being_written(target):
        return "another program is writing the file that is there"
    return "what is there is not a DataLab workspace"


def _is_replaceable(target: Path) -> bool:
    from datalab_kernel.storage import is_workspace_file

    if target.is_symlink() and not target.exists():
        return target.resolve().parent.is_dir()
    return target.is_file() and is_workspace_file(target)


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with the home folder in place of ``~``."""
    text = os.fspath(path)
    if not isinstance(text, str) or not text.strip():
        message = f"A file's path must be text, not {path!r}. Give one such as 'analysis.h5'."
        raise TypeError(message)
    return Path(text).expanduser()


def real(path: Path) -> Path:
    """Return where a path leads by now, whatever the current folder is later."""
    return Path(os.path.realpath(path))


def journal_beside(path: Path) -> Path:
    """Return where the journal of a workspace file is, if it has one; ``path`` is no link."""
    return path.with_name(f"{path.name}.journal")


def sources_of(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the files of a path or pattern, or of several in their order, each file once.

    Raises
    ------
    MissingFileError
        If there is none for one of them.
    """
    if isinstance(paths, (str, os.PathLike)) or not isinstance(paths, Iterable):
        return sources(paths)
    return [*dict.fromkeys(file for path in paths for file in sources(path))]


def sources(path_or_pattern: str | os.PathLike[str]) -> list[Path]:
    """Return the files that ``load(path_or_pattern)`` reads, in sorted order.

    A text is an exact path first, then the path with ``.h5`` added, then a pattern.

    Raises
    ------
    MissingFileError
        If there is none, with the nearest names in that folder.
    """
    path = expanded(path_or_pattern)
    for candidate in (path, *(Path(f"{path}{suffix}") for suffix in SUFFIXES)):
        if candidate.is_file():
            return [candidate]
    if _names.has_wildcard(str(path)):
        found = sorted(Path(name) for name in glob.glob(str(path)))  # noqa: PTH207 - absolute too
        files = [name for name in found if name.is_file()]
        if files:
            return files
    raise _missing(path)


def _missing(path: Path) -> MissingFileError:
    if path.is_dir():
        message = (
            f"Can't load {str(path)!r}: it is a folder. "
            f"Give a file, or a pattern such as {str(path / '*.h5')!r}."
        )
        return MissingFileError(message, path=str(path))
    if not path.parent.is_dir():
        message = f"Can't load {str(path)!r}: the folder {str(path.parent)!r} doesn't exist."
        return MissingFileError(message, path=str(path))
    near = _names.closest(path.name, [entry.name for entry in path.parent.iterdir()])
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    message = f"Can't load {str(path)!r}: there is no such file.{hint}"
    return MissingFileError(message, path=str(path), suggestions=near)
