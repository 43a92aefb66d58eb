"""The journal beside a workspace file: what changed since that was saved, record behind record.

A record is an archive of NumPy as ``_archive`` writes it, behind a head of 24 bytes that says how
long it is and has its checksum; it counts when it is complete. ``facts`` in its index: the save that
it follows (``base``), and what it is: an object (``name``), or a step, with which the objects
before it count (what was renamed, where each object is, what else the file holds), or the note that
all of it is in a new file (``into``). Nothing in it is executed.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from datalab_kernel.objects import KINDS, entitle
from datalab_kernel.storage import _archive
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from datalab_kernel.objects import DataObject, Kind

__all__ = [
    "Journal",
    "JournalWriter",
    "Layout",
    "Record",
    "base_of",
    "changes_in",
    "read_journal",
    "replayed",
]

Layout = dict["Kind", list[tuple[str, list[str]]]]
"""By kind, each group's title with the names in it, in display order."""

FORMAT, VERSION = "datalab-kernel journal", 1
_MAGIC = b"\x89DLKJ\r\n\x1a"
_HEAD = struct.Struct("<8sQI")
_CHECKSUM = struct.Struct("<I")
_HEAD_BYTES = _HEAD.size + _CHECKSUM.size
_PIECE_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Record:
    """What is written: facts for the index, and a value."""

    facts: Mapping[str, Any]
    value: Any


class _Sums(io.RawIOBase):
    """Passes on what is written to a file, from where that stands, with its length and checksum.

    It can't be sought in, so that an archive is written from its beginning to its end.
    """

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self.length = 0
        self.sum = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self.sum = zlib.crc32(view, self.sum)
        done = 0
        while done < len(view):
            done += self._file.write(view[done : done + _PIECE_BYTES]) or 0
        self.length += done
        return done


class JournalWriter:
    """Append records to a new journal.

    Parameters
    ----------
    path
        Where it is to be; what is there is replaced.
    base
        The identifier of the save that it follows.

    Raises
    ------
    OSError
        If it can't be made.
    """

    def __init__(self, path: Path, base: str) -> None:
        path.unlink(missing_ok=True)  # it may be another name of an earlier session's
        self._file = path.open("xb", buffering=0)
        self._base = base
        self.path = path
        self.size_bytes = 0

    def append(self, records: Iterable[Record], pace: Callable[[], object] | None = None) -> None:
        """Write records, and see to it that they are on the disk.

        Raises
        ------
        OSError
            If the disk is full; it holds what it held before.
        """
        before = self.size_bytes
        try:
            for record in records:
                self._append(record, pace)
            os.fsync(self._file.fileno())
        except BaseException:
            self.size_bytes = before
            self._file.truncate(before)
            raise

    def _append(self, record: Record, pace: Callable[[], object] | None) -> None:
        start = self.size_bytes
        self._file.seek(start)
        self._file.write(bytes(_HEAD_BYTES))  # of what isn't complete
        sums = _Sums(self._file)
        facts = {"format": FORMAT, "version": VERSION, "base": self._base, **record.facts}
        _archive.write_value(sums, facts, record.value, pace)
        head = _HEAD.pack(_MAGIC, sums.length, sums.sum)
        self._file.seek(start)
        self._file.write(head + _CHECKSUM.pack(zlib.crc32(head)))
        self.size_bytes = start + _HEAD_BYTES + sums.length
        if pace is not None:
            pace()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def remove(self) -> None:
        """Remove it: what it holds is in the file."""
        self.close()
        self.path.unlink(missing_ok=True)


# -- reading ------------------------------------------------------------------------------


class _Window(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: Any, start: int, length: int) -> None:
        self._file, self._start, self._length, self._at = file, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = origin + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer).cast("B")[: max(0, self._length - self._at)]
        self._file.seek(self._start + self._at)
        count: int = self._file.readinto(wanted)
        self._at += count
        return count


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    length: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal holds, before its objects are read.

    Attributes
    ----------
    path : Path
        Where it is.
    base : str
        The identifier of the save that it follows; empty if it holds no record.
    folded_into : str or None
        That of the last save that was to hold all of it; if there is no such file, it failed.
    places : tuple
        Where its records are, up to the last step.
    torn_bytes : int
        How much lies behind that: what wasn't finished.
    """

    path: Path
    base: str
    folded_into: str | None
    places: tuple[_Place, ...]
    torn_bytes: int


def read_journal(path: Path) -> Journal:
    """Read a journal as far as its records are complete.

    Raises
    ------
    OSError
        If it can't be read.
    """
    places: list[_Place] = []
    with path.open("rb") as file:
        size, at = file.seek(0, os.SEEK_END), 0
        while (place := _place_at(file, at, size)) is not None:
            places.append(place)
            at = place.start + place.length
    while places and "name" in places[-1].facts:
        places.pop()
    at = places[-1].start + places[-1].length if places else 0
    base = str(places[0].facts.get("base", "")) if places else ""
    last = [str(place.facts["into"]) for place in places if "into" in place.facts]
    into = last[-1] if last else None
    return Journal(path, base, into, tuple(places), size - at)


def base_of(path: Path) -> str | None:
    """Return the save that a journal follows, by its first record; None if it has none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            first = _place_at(file, 0, size)
    except OSError:
        return None
    return None if first is None else str(first.facts.get("base", ""))


def _place_at(file: Any, at: int, size: int) -> _Place | None:
    """Return the record that begins at a place; None if none does, or not all of it is there."""
    file.seek(at)
    head = file.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES or _CHECKSUM.unpack(head[_HEAD.size :])[0] != zlib.crc32(
        head[: _HEAD.size]
    ):
        return None
    magic, length, wanted = _HEAD.unpack(head[: _HEAD.size])
    if magic != _MAGIC or at + _HEAD_BYTES + length > size:
        return None
    left, found = length, 0
    while left:
        piece = file.read(min(left, _PIECE_BYTES))
        if not piece:
            return None
        found = zlib.crc32(piece, found)
        left -= len(piece)
    if found != wanted:
        return None
    start = at + _HEAD_BYTES
    try:
        facts = _archive.read_facts(_opened(file, start, length))
    except _archive.DAMAGE:
        return None
    is_ours = facts.get("format") == FORMAT and facts.get("version") == VERSION
    return _Place(start, length, facts) if is_ours else None


def _opened(file: Any, start: int, length: int) -> io.BufferedReader:
    return io.BufferedReader(_Window(file, start, length), 1 << 16)


def replayed(contents: Contents, journal: Journal) -> Contents:
    """Return what a workspace was when the last record of its journal was written.

    Raises
    ------
    ValueError
        If a record isn't what is written here.
    """
    layout: Layout = {}
    objects: dict[str, Any] = {}
    for kind, groups in zip(KINDS, (contents.signals, contents.images), strict=True):
        layout[kind] = [(group.title, [obj.title for obj in group.objects]) for group in groups]
        objects |= {obj.title: obj for group in groups for obj in group.objects}
    replay = _Replay(objects, layout, contents.extras)
    with journal.path.open("rb") as file:
        replay.take(journal, file)

        def read(place: _Place) -> DataObject:
            obj: DataObject = _archive.read_value(_opened(file, place.start, place.length))
            return obj

        return replay.result(read)


def changes_in(journal: Journal, layout: Layout) -> tuple[list[str], list[str]]:
    """Return which objects a journal has, new or changed, and which of the file's it doesn't keep.

    Parameters
    ----------
    journal
        One that belongs to the file.
    layout
        The names in the file.

    Raises
    ------
    ValueError
        If a record isn't what is written here.
    """
    before = [name for groups in layout.values() for _, names in groups for name in names]
    replay = _Replay(dict.fromkeys(before), layout, Extras())
    with journal.path.open("rb") as file:
        replay.take(journal, file)
    after = replay.names
    journaled = replay.journaled
    return [n for n in after if n in journaled], [n for n in before if n not in {*after}]


class _Replay:
    """The objects of a workspace by name, where each is, and which are still to be read."""

    def __init__(self, objects: Mapping[str, Any], layout: Layout, extras: Extras) -> None:
        self._objects: dict[str, DataObject | _Place] = dict(objects)
        self._ahead: dict[str, _Place] = {}  # which the next step makes count
        self._layout = layout
        self._extras = extras

    def take(self, journal: Journal, file: BinaryIO) -> None:
        """Take in all records of a journal."""
        for place in journal.places:
            if "name" in place.facts:
                self.take_object(place.facts["name"], place)
            elif "into" not in place.facts:
                self.take_step(_archive.read_value(_opened(file, place.start, place.length)))

    @property
    def names(self) -> list[str]:
        """The names of the objects that are there."""
        return [name for kind in KINDS for _, names in self._layout.get(kind, ()) for name in names]

    @property
    def journaled(self) -> frozenset[str]:
        """Those of the names whose objects are in the journal."""
        return frozenset(name for name in self.names if isinstance(self._objects[name], _Place))

    def take_object(self, name: str, place: _Place) -> None:
        self._ahead[name] = place

    def take_step(self, step: Mapping[str, Any]) -> None:
        for old, new in step["renamed"]:
            if old in self._objects:
                self._objects[new] = self._objects.pop(old)
        self._objects |= self._ahead
        self._ahead = {}
        if step["layout"] is not None:
            self._layout = {
                kind: [(title, [*names]) for title, names in groups]
                for kind, groups in step["layout"].items()
            }
        if step["extras"] is not None:
            self._extras = Extras(bytes(step["extras"]))

    def result(self, read: Callable[[_Place], DataObject]) -> Contents:
        def found(name: str) -> DataObject:
            known = self._objects[name]
            obj = read(known) if isinstance(known, _Place) else known
            entitle(obj, name)
            return obj

        signals, images = (
            [
                StoredGroup(title=title, objects=[found(name) for name in names])
                for title, names in self._layout[kind]
            ]
            for kind in KINDS
        )
        return Contents(
            signals=signals, images=images, extras=self._extras, journaled=self.journaled
        )
