"""The results of all files in one workspace file, which is written when the last is there.

Until then each file's are a part of their own, in a folder beside it; of the parts, one at a time
is in memory while they are put together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from datalab_kernel.objects import KINDS, names_of
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.workspace.processing._rows import Row

__all__ = ["gather", "names_in_file", "remove_parts"]


def gather(rows: Sequence[Row], file: Path) -> None:
    """Write the results in rows to one file, in their order; groups of one title become one.

    Raises
    ------
    OSError
        If it can't be written; the parts stay.
    """
    parts = _Parts()
    signals, images = (
        [
            StoredGroup(title=title, objects=_Members(members, kind, title, parts))
            for title, members in _groups(rows, kind).items()
        ]
        for kind in KINDS
    )
    write_workspace(file, Contents(signals=signals, images=images))


def names_in_file(rows: Sequence[Row], wanted: Sequence[Row]) -> list[str]:
    """Return the names that the objects of some rows have in the file of all rows."""
    members = [one for kind in KINDS for group in _groups(rows, kind).values() for one in group]
    names = names_of(one.name for one in members)
    outputs = {row.output for row in wanted}
    return [name for name, one in zip(names, members, strict=True) if one.part in outputs]


def remove_parts(rows: Sequence[Row], folder: Path) -> None:
    """Remove the parts, and their folder if nothing else is in it."""
    for row in rows:
        Path(row.output).unlink(missing_ok=True)
    with suppress(OSError):  # something else is in it
        folder.rmdir()


class _Member(NamedTuple):
    """An object of a group: its name, and where it is among those of the group in a part."""

    name: str
    part: str
    place: int


def _groups(rows: Sequence[Row], kind: Kind) -> dict[str, list[_Member]]:
    """Return what the file's groups hold, by title."""
    groups: dict[str, list[_Member]] = {}
    for row in rows:
        places: Counter[str] = Counter()
        for title, name in [(t, name) for k, t, names in row.groups if k == kind for name in names]:
            groups.setdefault(title, []).append(_Member(name, row.output, places[title]))
            places[title] += 1
    return groups


class _Parts:
    """Reads parts; the last one is kept."""

    def __init__(self) -> None:
        self._path = ""
        self._contents = Contents()

    def objects(self, path: str, kind: Kind, title: str) -> list[DataObject]:
        if path != self._path:
            self._contents = Contents()  # two needn't be in memory
            self._path, self._contents = path, read_workspace(Path(path))
        groups = self._contents.signals if kind == "signal" else self._contents.images
        return [obj for group in groups if group.title == title for obj in group.objects]


class _Members(Sequence["DataObject"]):
    """Objects of a group that are in several parts, each read when it is asked for."""

    def __init__(self, members: Sequence[_Member], kind: Kind, title: str, parts: _Parts) -> None:
        self._members = members
        self._kind: Kind = kind
        self._title = title
        self._parts = parts

    def __len__(self) -> int:
        return len(self._members)

    @overload
    def __getitem__(self, index: int) -> DataObject: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DataObject]: ...
    def __getitem__(self, index: int | slice) -> DataObject | Sequence[DataObject]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        member = self._members[index]
        return self._parts.objects(member.part, self._kind, self._title)[member.place]

    def __iter__(self) -> Iterator[DataObject]:
        return (self[place] for place in range(len(self)))
