"""Objects of files by their names: of workspaces' files only these are read, of others all and most is dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from datalab_kernel.backends import Placement, Put
from datalab_kernel.errors import FileFormatError, ObjectNotFoundError
from datalab_kernel.objects import _names
from datalab_kernel.storage import is_hdf5, is_workspace_file, names_in, read_named, read_object
from datalab_kernel.workspace._file_contents import (
    OBJECT_SUFFIXES,
    Failures,
    check_distinct,
    each_read,
    named_items,
    read_one,
)
from datalab_kernel.workspace._paths import journal_beside, real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from datalab_kernel.formats import Reader, ReadOptions
    from datalab_kernel.objects import DataObject
    from datalab_kernel.storage import Contents, NamedObject

__all__ = ["Chosen", "choose", "has_index", "matching", "room_for"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen of files.

    ``loose`` are the objects that came of instruments' files, ``journaled`` what was read of files
    that have a journal beside them.
    """

    items: list[Put]
    loose: list[DataObject]
    failures: Failures
    journaled: list[Contents] = field(default_factory=list)


class _Names(Protocol):
    """A file whose objects' names are known."""

    names: Sequence[str]
    loose: list[DataObject]
    journaled: list[Contents]

    def items(self, names: set[str]) -> list[Put]:
        """Return those objects that have these names, in order."""

    def look_closer(self) -> None:
        """Read the names again, of the objects themselves."""


def choose(
    paths: Sequence[Path],
    options: ReadOptions,
    names: str | Iterable[str],
    placement: Placement,
) -> Chosen:
    """Read the objects of these names and patterns; the same as reading all, and then choosing.

    Raises
    ------
    ObjectNotFoundError
        If one of them isn't in the files.
    NameTakenError
        If two files hold the same name and nothing is to be replaced.
    """
    wanted = [names] if isinstance(names, str) else [*names]
    for name in wanted:
        _names.check_name(name)
    if len(paths) == 1 and len(wanted) == 1 and may_have_index(paths[0]):
        found = _quickly(paths[0], wanted[0])
        if found is not None:
            return Chosen([_put(found, placement)], [], Failures())
    from datalab_kernel.formats import readers

    asked = cache(readers)  # it looks each time for what was installed since
    files, failures = each_read(paths, partial(_opened, options, asked, placement))
    try:
        chosen = matching(wanted, [name for file in files for name in file.names])
    except ObjectNotFoundError:
        for file in files:
            file.look_closer()
        chosen = matching(wanted, [name for file in files for name in file.names])
    items = [item for file in files for item in file.items(chosen)]
    check_distinct(items, placement)
    loose = [obj for file in files for obj in file.loose]
    return Chosen(items, loose, failures, [one for file in files for one in file.journaled])


def has_index(path: Path) -> bool:
    """Say whether a file is a workspace's that says what is in it."""
    return may_have_index(path) and is_workspace_file(path)


def may_have_index(path: Path) -> bool:
    """Say whether a file may say what is in it; where there is a journal, that isn't all."""
    has_journal = journal_beside(real(path)).is_file()
    return path.suffix.lower() not in OBJECT_SUFFIXES and is_hdf5(path) and not has_journal


def _quickly(path: Path, name: str) -> NamedObject | None:
    try:
        return read_object(path, name, room_for(path))
    except FileFormatError:  # whoever reads it whole knows what it is, or what is wrong with it
        return None


def matching(wanted: Sequence[str], names: Sequence[str]) -> set[str]:
    """Return those of the names that names and patterns mean.

    Raises
    ------
    ObjectNotFoundError
        If one of these means nothing.
    """
    there = {*names}
    chosen: set[str] = set()
    for name in wanted:
        found = [name] if _names.check_name(name) in there else []
        if not found and _names.has_wildcard(name):
            found = _names.match(name, there)
        if not found:
            raise _names.not_found(name, names, where="the file")
        chosen.update(found)
    return chosen


def _opened(
    options: ReadOptions,
    asked: Callable[[], Sequence[Reader]],
    placement: Placement,
    path: Path,
) -> _Names:
    if has_index(path):
        return _Indexed(path, placement)
    return _Whole(path, options, asked, placement)


class _Indexed:
    """A DataLab workspace file."""

    def __init__(self, path: Path, placement: Placement) -> None:
        self._path = path
        self._placement = placement
        self.names: Sequence[str] = names_in(path)
        self.loose: list[DataObject] = []
        self.journaled: list[Contents] = []
        self._believes_list = True

    def look_closer(self) -> None:
        """Read the names again, of the objects themselves."""
        self._believes_list = False
        self.names = names_in(self._path, believes_list=False)

    def items(self, names: set[str]) -> list[Put]:
        """Read those objects that have these names, in order."""
        own = names & {*self.names}
        if not own:
            return []
        room = room_for(self._path)
        found = read_named(self._path, own, room, believes_list=self._believes_list)
        return [_put(one, self._placement) for one in found]


class _Whole:
    """A file of another kind, read as a whole."""

    def __init__(
        self,
        path: Path,
        options: ReadOptions,
        asked: Callable[[], Sequence[Reader]],
        placement: Placement,
    ) -> None:
        from datalab_kernel.formats import check_memory

        check_memory([path])
        contents = read_one(path, options, asked)
        self._items = named_items(contents, placement)
        self.loose = contents if isinstance(contents, list) else []
        self.journaled = [] if isinstance(contents, list) else [contents]
        self.names: Sequence[str] = [item.name for item in self._items]

    def look_closer(self) -> None:
        """Do nothing: it was read whole."""

    def items(self, names: set[str]) -> list[Put]:
        """Return those objects that have these names, in order."""
        return [item for item in self._items if item.name in names]


def _put(found: NamedObject, placement: Placement) -> Put:
    return Put(
        name=found.name, obj=found.obj, group=found.group, placement=placement, is_owned=True
    )


def room_for(path: Path) -> Callable[[int], None]:
    """Return what is told how many bytes an array of a file needs, before it is read."""
    from datalab_kernel.formats import check_room

    return partial(check_room, what=repr(str(path)))
