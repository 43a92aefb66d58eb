"""Parts of a workspace's file: what it holds, and single objects by the names that loading gives them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from datalab_kernel.objects import _names, describe_object, names_of
from datalab_kernel.storage import _files

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.storage._contents import Contents
    from datalab_kernel.storage._hdf5_read import Allow
    from datalab_kernel.storage._index import FileIndex, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject:
    """An object of a file under the name that loading gives it, and its group's title."""

    name: str
    obj: DataObject
    group: str


def read_object(path: Path, name: str, allow: Allow | None = None) -> NamedObject | None:
    """Read the object that loading calls so; None if that isn't plain without all names.

    Parameters
    ----------
    path
        A DataLab workspace file.
    name
        As ``load`` would name it.
    allow
        Told how many bytes a large array needs before it is read; it may raise.

    Raises
    ------
    FileFormatError, OSError
        As :func:`datalab_kernel.storage.read_workspace`.
    """
    from datalab_kernel.storage._index import with_index
    from datalab_kernel.storage._reader import read_one

    found = read_one(path, name, allow)
    if found is not None:
        obj, group = found
        return NamedObject(name=name, obj=obj, group=group)

    def read(index: FileIndex) -> NamedObject | None:
        place = index.find(name)
        return None if place is None else _named(index, name, place, allow)

    return with_index(path, read)


def names_in(path: Path, *, believes_list: bool = True) -> list[str]:
    """Return the names that loading gives a DataLab workspace file's objects, in their order.

    Titles that another program changed in place are seen only by who doesn't believe the list.

    Raises
    ------
    FileFormatError, OSError
        As :func:`datalab_kernel.storage.read_workspace`.
    """
    from datalab_kernel.storage._index import with_index

    return with_index(path, lambda index: [*index.names()], believes_list=believes_list)


def read_named(
    path: Path,
    names: Collection[str],
    allow: Allow | None = None,
    *,
    believes_list: bool = True,
) -> list[NamedObject]:
    """Read those objects of a DataLab workspace file that have these names, in the file's order.

    Raises
    ------
    FileFormatError, OSError
        As :func:`datalab_kernel.storage.read_workspace`.
    """
    from datalab_kernel.storage._index import with_index

    wanted = {*names}

    def read(index: FileIndex) -> list[NamedObject]:
        places = index.names()
        return [
            _named(index, name, place, allow) for name, place in places.items() if name in wanted
        ]

    return with_index(path, read, believes_list=believes_list)


def _named(index: FileIndex, name: str, place: Place, allow: Allow | None) -> NamedObject:
    obj = index.read(place, allow)
    return NamedObject(name=name, obj=obj, group=index.group_of(place))


def describe_file(path: Path) -> list[ObjectInfo]:
    """Describe the objects of a workspace's file under the names that loading gives them.

    No array of an HDF5 file is read.

    Raises
    ------
    FileFormatError, MissingPackageError, OSError
        As :func:`datalab_kernel.storage.read_workspace`.
    """
    if not _files.is_hdf5(path):
        return _described(_files.read_workspace(path))
    _files.need_hdf5(path)
    from datalab_kernel.storage._index import with_index

    return [entry.info for entry in with_index(path, lambda index: index.entries())]


def _described(contents: Contents) -> list[ObjectInfo]:
    infos: list[ObjectInfo] = []
    for groups in (contents.signals, contents.images):
        titles: list[str] = []
        for group in groups:
            titles.append(_names.make_unique(group.title, titles))
            infos += [describe_object(obj, group=titles[-1]) for obj in group.objects]
    names = names_of(info.name for info in infos)
    return [replace(info, name=name) for info, name in zip(infos, names, strict=True)]
