"""MATLAB's files to signals and images: each array one, the rest told in metadata or by a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._arrays import objects_of, wrong_array
from datalab_kernel.formats._reader import Reader, by_magic
from datalab_kernel.formats.matlab import _version_5, _version_73
from datalab_kernel.formats.matlab._variables import Variables
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject, Kind

_OF_SIGIMA: dict[str, Kind] = {"sig": "signal", "img": "image"}
_KEEPS = "arrays, also in structs and cells, by name; numbers and texts as metadata"


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read a file up to version 7.2."""
    return _objects(path, options, _version_5.read_variables(path))


def _read_73(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read a file of version 7.3."""
    return _objects(path, options, _version_73.read_variables(path))


def _objects(path: Path, options: ReadOptions, values: Mapping[str, Any]) -> list[DataObject]:
    """Make objects of arrays; ``sig`` and ``img`` are the names that Sigima writes.

    Raises
    ------
    FileFormatError
        If there is no array of numbers.
    """
    found = Variables()
    for name, value in values.items():
        found.add(name, value)
    if not found.arrays:
        raise wrong_array(path, "there is no array of numbers in it")
    objects: list[DataObject] = []
    for name, array in found.arrays.items():
        is_only = name in _OF_SIGIMA or len(found.arrays) == 1
        title = path.stem if is_only else f"{path.stem} {name}"
        objects += objects_of(path, array, options.kind or _OF_SIGIMA.get(name), title)
    for obj in objects:
        if found.settings:
            obj.metadata["variables"] = dict(found.settings)
        attach_notes(obj, *_notes(found.unreadable))
    return objects


def _notes(unreadable: Mapping[str, str]) -> list[Note]:
    if not unreadable:
        return []
    what = ", ".join(f"{name} ({reason})" for name, reason in unreadable.items())
    return [Note(f"Variables that aren't numbers were skipped: {what}.")]


MAT = Reader(
    name="MATLAB",
    suffixes=(".mat",),
    recognises=by_magic(b"MATLAB 5.0"),
    read=_read,
    keeps=_KEEPS,
)
MAT73 = Reader(
    name="MATLAB 7.3",
    suffixes=(".mat",),
    recognises=by_magic(b"MATLAB 7.3"),
    read=_read_73,
    keeps=_KEEPS,
)
