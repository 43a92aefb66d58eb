"""What a workspace's file holds, without reading its arrays, and single objects from it.

Where the file has our list (``_stored_index``), one object is found by its name in the time of
one; in a file that DataLab wrote, by the names of its links, which have the titles in them; where
these don't decide, by all titles. The outcome is that of reading everything and choosing. (Where
another program has changed our file in place, titles that it gave are found by who asks for them.)
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, islice
from typing import TYPE_CHECKING, TypeVar

import h5py
from h5py import h5g

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.objects import KINDS, Kind, _names, names_of
from datalab_kernel.storage import _reader, _stored_index
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._guarded_file import GuardedFile, hdf5_in
from datalab_kernel.storage._hdf5_read import Source
from datalab_kernel.storage._objects_read import (
    describe_stored,
    find_object,
    find_texts,
    finish_object,
    open_member,
    title_of,
)
from datalab_kernel.storage._stored_index import WrongListError
from datalab_kernel.storage._writer import PANELS, VERSION_NAME, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from h5py import h5f

    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.storage._hdf5_read import Allow
    from datalab_kernel.storage._objects_read import Found

T = TypeVar("T")

_NUMBERED = re.compile(r".* \(\d+\)", re.DOTALL)
_LINK = re.compile(rb"[a-z]+\d+: ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object lies in a file: its number in the panel, that of its group, and its link.

    ``title`` is what a list in the file says, which whoever reads the object looks after.
    """

    kind: Kind
    number: int
    group: int
    link: bytes
    title: str | None = None

    @property
    def order(self) -> tuple[int, int]:
        """What objects of a file are sorted by."""
        return KINDS.index(self.kind), self.number


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of a file: what is known of it under the name that loading gives it, and where it is."""

    info: ObjectInfo
    place: Place


class _Panel:
    """The signals or the images of an open file."""

    def __init__(self, file: h5f.FileID, kind: Kind, *, believes_list: bool) -> None:
        self.kind = kind
        self._believes_list = believes_list
        self.root, _, self._prefix = PANELS[KINDS.index(kind)]
        self.node = open_member(h5g.open(file, b"/"), self.root.encode())
        source = Source(0)
        links = source.names_in_order(self.node) if self.node is not None else []
        self.groups = [open_member(self.node, link) for link in links]

    @cached_property
    def counts(self) -> list[int]:
        return [group.get_num_objs() for group in self.groups]

    @cached_property
    def group_titles(self) -> list[str]:
        if self.listed is not None and any(self.counts):
            own = self.listed.groups
        else:
            own = [_reader.group_title(group) for group in self.groups]
        titles: list[str] = []
        for title in own:
            titles.append(_names.make_unique(title, titles))
        return titles

    @cached_property
    def links(self) -> list[list[bytes]]:
        """The links of each group's objects, in order."""
        source = Source(0)
        return [source.names_in_order(group) for group in self.groups]

    @cached_property
    def listed(self) -> _stored_index.Titles | None:
        """The titles, if the file has our list of them."""
        if not self._believes_list:
            return None
        if not any(self.counts):
            return _stored_index.Titles()
        return _stored_index.read_titles(self.node, self.counts)

    def place_of(self, number: int, title: str) -> Place:
        """Return where the object of that number and title is, in a file that we wrote."""
        ends = [*accumulate(self.counts)]
        group = next(place for place, end in enumerate(ends) if number <= end)
        return self._place(number, group, title)

    def _place(self, number: int, group: int, title: str) -> Place:
        link = f"{self._prefix}{number:03d}: {clean(title)}".encode()
        return Place(self.kind, number, group, link, title)

    def places_of(self, titles: Sequence[str]) -> Iterator[Place]:
        """Yield where objects are whose titles, all of the panel, the file's list gave."""
        of_group = [group for group, count in enumerate(self.counts) for _ in range(count)]
        for number, (title, group) in enumerate(zip(titles, of_group, strict=True), start=1):
            yield self._place(number, group, title)

    def places(self) -> Iterator[Place]:
        number = 0
        for group, links in enumerate(self.links):
            for link in links:
                number += 1
                yield Place(self.kind, number, group, link)

    def titles(self) -> list[str]:
        if self.listed is not None:
            return self.listed.all()
        return [title_of(self.groups[p.group], p.link, self.kind) for p in self.places()]

    def infos(self) -> list[ObjectInfo]:
        found = None
        if any(self.counts) and self._believes_list:
            found = _stored_index.read_infos(self.node, self.kind, self.counts, self.group_titles)
        if found is not None:
            return found
        return [
            describe_stored(self.groups[p.group], p.link, self.kind, self.group_titles[p.group])
            for p in self.places()
        ]


class FileIndex:
    """The objects of an open workspace file; use :func:`opened_index`."""

    def __init__(self, file: h5f.FileID, stream: GuardedFile, *, believes_list: bool) -> None:
        self._file = file
        self._stream = stream
        self._panels = {kind: _Panel(file, kind, believes_list=believes_list) for kind in KINDS}

    @property
    def facts(self) -> os.stat_result:
        """What the system says of the open file now."""
        return os.fstat(self._stream.fileno())

    def extras(self) -> bytes:
        """Return what isn't signals or images, as :class:`~datalab_kernel.storage.Extras` keep it."""
        return extras_of(h5py.File(self._file))

    def find(self, name: str) -> Place | None:
        """Return where the object is that loading calls so, if that is plain; else None.

        It isn't where a name may have come of several titles: then :meth:`names` decides.
        """
        if all(panel.listed is not None for panel in self._panels.values()):
            return self._find_listed(name)
        if _NUMBERED.fullmatch(name) or len(name) == _names.MAX_LENGTH or name == "untitled":
            return None
        found = self._alike(name)
        titles = [self._title(place) for place in found or ()]
        is_plain = all(_names.make_valid(title) == title for title in titles)
        return found[titles.index(name)] if found and is_plain and name in titles else None

    def _alike(self, name: str) -> list[Place] | None:
        """Return the objects whose links may be of that name; None: a link says nothing."""
        wanted = _key(clean(name).encode())
        found = []
        for panel in self._panels.values():
            for place in panel.places():
                match = _LINK.fullmatch(place.link)
                if match is None:
                    return None
                if _key(match[1]) == wanted:
                    found.append(place)
        return found

    def _find_listed(self, name: str) -> Place | None:
        for panel in self._panels.values():
            assert panel.listed is not None  # noqa: S101 - for the type checker: find saw to it
            number = panel.listed.number_of(name)
            if number is not None:
                return panel.place_of(number, name)
        return None

    def _title(self, place: Place) -> str:
        panel = self._panels[place.kind]
        return title_of(panel.groups[place.group], place.link, place.kind)

    def names(self) -> dict[str, Place]:
        """Return the place of each object, by the name that loading gives it, in order."""
        titles = [title for panel in self._panels.values() for title in panel.titles()]
        return dict(zip(names_of(titles), self._places(titles), strict=True))

    def entries(self) -> list[Entry]:
        """Return what is known of each object, in order."""
        infos = [info for panel in self._panels.values() for info in panel.infos()]
        titles = [info.name for info in infos]
        return [
            Entry(info if info.name == name else replace(info, name=name), place)
            for info, name, place in zip(infos, names_of(titles), self._places(titles), strict=True)
        ]

    def _places(self, titles: Sequence[str]) -> Iterator[Place]:
        """Yield where the objects of these titles are, which are all of the file, in order."""
        left = iter(titles)
        for panel in self._panels.values():
            if panel.listed is None:
                own = [*panel.places()]
                yield from own
                _ = [*islice(left, len(own))]
            else:
                yield from panel.places_of([*islice(left, sum(panel.counts))])

    def group_titles(self, kind: Kind) -> list[str]:
        """Return the titles of a kind's groups as loading gives them, also of empty ones."""
        return self._panels[kind].group_titles

    def group_of(self, place: Place) -> str:
        """Return the title of an object's group."""
        return self._panels[place.kind].group_titles[place.group]

    def read(self, place: Place, allow: Allow | None = None) -> DataObject:
        """Read one object.

        Raises
        ------
        WrongListError
            If it isn't what the file's list says.
        ValueError
            If there is none in that place.
        """
        return self._read(place, find_object, allow)

    def look(self, place: Place) -> DataObject:
        """Read one object without its arrays, which it lacks.

        Raises
        ------
        WrongListError, ValueError
            As :meth:`read`.
        """
        return self._read(place, find_texts, None)

    def _read(self, place: Place, find: Callable[..., Found], allow: Allow | None) -> DataObject:
        panel = self._panels[place.kind]
        group = panel.groups[place.group]
        if open_member(group, place.link) is None:
            raise WrongListError(f"{place.link.decode('utf-8', 'replace')!r} isn't where it was")
        source = Source(self.facts.st_size, allow)
        obj = finish_object(find(group, place.link, place.kind, source), source)
        if place.title is not None and obj.title != place.title:
            raise WrongListError(f"{place.title!r} is called {obj.title!r}")
        return obj


def _key(text: bytes) -> bytes:
    """Return what is compared: of what a name has in place of an odd character, links have nothing."""
    return text.replace(b" ", b"")


@contextmanager
def opened_index(path: Path, *, believes_list: bool = True) -> Iterator[FileIndex]:
    """Open a DataLab workspace file to look what is in it; nothing stays open after the block.

    Raises
    ------
    FileFormatError
        If it is damaged or something else, also when that is seen within the block.
    OSError
        If there is no such file, or it may not be read, or another program is writing it.
    """
    with GuardedFile(path) as stream:  # what the system says of it is clearer than what HDF5 says
        try:
            with hdf5_in(stream) as file:
                if VERSION_NAME.encode() not in h5g.open(file, b"/"):
                    raise _reader.no_workspace(path)
                yield FileIndex(file, stream, believes_list=believes_list)
        except (DataLabKernelError, WrongListError):
            raise
        except _reader.DAMAGE as error:
            raise _reader.why(path, error) from error


def with_index(path: Path, use: Callable[[FileIndex], T], *, believes_list: bool = True) -> T:
    """Use the index of a file; where the list in the file is wrong, once more without that.

    Raises
    ------
    FileFormatError, OSError
        As :func:`opened_index`.
    """
    try:
        with opened_index(path, believes_list=believes_list) as index:
            return use(index)
    except WrongListError:
        with opened_index(path, believes_list=False) as index:
            return use(index)
