"""Adding what files hold to a shelf."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

from datalab_kernel.backends import Placement, Put
from datalab_kernel.display._loaded_names import LoadedNames
from datalab_kernel.errors import FormatWarning
from datalab_kernel.formats import check_memory, read_options
from datalab_kernel.notes import NOTES_KEY, Note, distinct, notes_of
from datalab_kernel.workspace import _paths
from datalab_kernel.workspace._caller import level_of_caller
from datalab_kernel.workspace._choosing import choose
from datalab_kernel.workspace._file_contents import (
    holds,
    items_of,
    read_all,
    take_groups_and_extras,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject
    from datalab_kernel.storage import Contents
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["load"]

Noted: TypeAlias = "dict[str, Sequence[Note]]"


def load(  # noqa: PLR0913 - each is given by its name
    shelf: Shelf,
    path_or_pattern: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    names: str | Iterable[str] | None,
    read: Mapping[str, Any] | None,
    *,
    overwrite: bool,
    lazy: bool = False,
) -> LoadedNames:
    """Add what files hold, and return the names of what was added, with what was noted."""
    paths = _paths.sources_of(path_or_pattern)
    return load_files(shelf, paths, names, read, overwrite=overwrite, lazy=lazy)


def load_files(  # noqa: PLR0913 - each is given by its name
    shelf: Shelf,
    paths: Sequence[Path],
    names: str | Iterable[str] | None = None,
    read: Mapping[str, Any] | None = None,
    *,
    overwrite: bool = False,
    lazy: bool = False,
) -> LoadedNames:
    """Add what these files hold, all at once; else as :func:`load`."""
    options = read_options(read)
    if lazy:
        return _load_lazily(shelf, paths, names, options, overwrite=overwrite)
    return _load(shelf, paths, names, options, overwrite=overwrite)


def _load_lazily(
    shelf: Shelf,
    paths: Sequence[Path],
    names: str | Iterable[str] | None,
    options: ReadOptions,
    *,
    overwrite: bool,
) -> LoadedNames:
    from datalab_kernel.workspace._lazy_loading import Waiting, divided, note_of_loading

    placement = Placement.REPLACE if overwrite else Placement.NEW
    lazy, others = divided(paths, shelf.backend)
    if others:  # all or nothing needs one way for all
        loaded = _load(shelf, paths, names, options, overwrite=overwrite)
        return loaded.noting(note_of_loading(shelf.backend, others))
    waiting = Waiting(lazy, names, placement)
    with shelf.changing():
        if overwrite or not waiting.are_there(shelf.backend):
            if not overwrite:
                shelf.check_free(item.name for item in waiting.items)
            waiting.put_on(shelf)
    return LoadedNames(item.name for item in waiting.items)


def _load(
    shelf: Shelf,
    paths: Sequence[Path],
    names: str | Iterable[str] | None,
    options: ReadOptions,
    *,
    overwrite: bool,
) -> LoadedNames:
    placement = Placement.REPLACE if overwrite else Placement.NEW
    files: Sequence[Contents | list[DataObject]] = ()
    if names is None:
        check_memory(paths)
        files, failures = read_all(paths, options)
        items = items_of(files, placement)
        loose = [obj for contents in files if isinstance(contents, list) for obj in contents]
        journaled = [contents for contents in files if not isinstance(contents, list)]
    else:
        chosen = choose(paths, options, names, placement)
        items, loose, failures = chosen.items, chosen.loose, chosen.failures
        journaled = chosen.journaled
    noted = _notes_of(loose, items) | _notes_of_journals(journaled, items)
    _warn_of_guesses(noted)  # before anything changes: it may be an error
    _warn_of_journals(journaled)
    with shelf.changing():
        if overwrite or not _are_there(shelf, items):
            if not overwrite:
                shelf.check_free(item.name for item in items)
            take_groups_and_extras(shelf.backend, files)
            shelf.put(items)
    loaded = LoadedNames((item.name for item in items), noted)
    failures.raise_if_any(loaded)
    return loaded


def _are_there(shelf: Shelf, items: Sequence[Put]) -> bool:
    """Say whether all of it was loaded before, and each is still exactly what the files hold."""
    known = shelf.backend.describe()
    if not items or any(item.name not in known for item in items):
        return False
    return all(holds(shelf.backend, item.name, item.obj) for item in items)


def _notes_of(loose: Sequence[DataObject], items: Sequence[Put]) -> Noted:
    """Return the notes of what was read of instruments' files, by name; a workspace's are old."""
    from datalab_kernel.objects._fields import value_of  # numpy and Sigima are loaded by now

    read = {id(obj) for obj in loose}
    noted = (
        item
        for item in items
        if NOTES_KEY in value_of(item.obj, "metadata") and id(item.obj) in read
    )
    found = ((item.name, notes_of(item.obj)) for item in noted)
    return {name: notes for name, notes in found if notes}


def _notes_of_journals(files: Sequence[Contents], items: Sequence[Put]) -> Noted:
    """Say of which objects the state is that of the journal beside the file."""
    journaled = {
        id(obj)
        for contents in files
        if contents.journaled
        for group in (*contents.signals, *contents.images)
        for obj in group.objects
        if obj.title in contents.journaled
    }
    note = Note("It is as the journal beside the file has it.")
    return {item.name: (note,) for item in items if id(item.obj) in journaled}


def _warn_of_journals(files: Sequence[Contents]) -> None:
    remarks = [contents.remark for contents in files if contents.remark]
    if remarks:
        warnings.warn("\n".join(remarks), RuntimeWarning, stacklevel=level_of_caller())


def _warn_of_guesses(noted: Noted) -> None:
    guesses = distinct(note for found in noted.values() for note in found if note.is_guess)
    if guesses:
        message = "\n".join(map(str, guesses))
        warnings.warn(FormatWarning(message, guesses), stacklevel=level_of_caller())
