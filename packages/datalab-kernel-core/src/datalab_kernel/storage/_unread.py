"""Objects that stay in their file until somebody needs their values.

The file is opened for each, and closed again: another program may open and replace it. What it was
when it was loaded is remembered; when it isn't that any more, reading is an error, never other values.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakSet

from datalab_kernel.errors import FileChangedError
from datalab_kernel.objects import KINDS, _names, entitle
from datalab_kernel.objects._unread import Unread
from datalab_kernel.storage._contents import Extras
from datalab_kernel.storage._index import opened_index
from datalab_kernel.storage._stored_index import WrongListError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from datalab_kernel.objects import DataObject, Kind, ObjectInfo
    from datalab_kernel.storage._hdf5_read import Allow
    from datalab_kernel.storage._index import FileIndex, Place

T = TypeVar("T")
_State = tuple[int, int, int, int]


def _state_of(facts: os.stat_result) -> _State:
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadContents:
    """What a file holds, of which no array has been read."""

    objects: list[StoredObject]
    groups: dict[Kind, list[str]]
    extras: Extras


class UnreadFile:
    """A DataLab workspace file of which objects are still to be read.

    Parameters
    ----------
    path
        Where it is, whatever the current folder is later.
    allow
        Told how many bytes a large array needs before it is read; it may raise.
    """

    def __init__(self, path: Path, allow: Allow | None = None) -> None:
        self.path = path
        self.allow = allow
        self._state = _state_of(path.stat())
        self._waiting: WeakSet[StoredObject] = WeakSet()
        self._lock = threading.Lock()
        self.saving = threading.RLock()
        """Held by who saves over the file."""

    def contents(self, *, with_extras: bool) -> UnreadContents:
        """Read what the file holds, but for arrays and metadata.

        Raises
        ------
        FileFormatError, OSError
            As :func:`datalab_kernel.storage.read_workspace`.
        """

        def look(index: FileIndex) -> UnreadContents:
            return UnreadContents(
                objects=[StoredObject(self, entry.info, entry.place) for entry in index.entries()],
                groups={kind: index.group_titles(kind) for kind in KINDS},
                extras=Extras(index.extras()) if with_extras else Extras(),
            )

        try:
            return self.use("", look)
        except WrongListError:
            return self.use("", look, believes_list=False)

    def use(self, name: str, use: Callable[[FileIndex], T], *, believes_list: bool = True) -> T:
        """Open the file for an object, if it is as it was.

        Raises
        ------
        FileChangedError
            If it isn't.
        """
        state = self._state
        try:
            return self._use(name, use, believes_list=believes_list)
        except FileChangedError:
            with self.saving:
                if self._state == state:
                    raise
        return self._use(name, use, believes_list=believes_list)

    def _use(self, name: str, use: Callable[[FileIndex], T], *, believes_list: bool) -> T:
        try:
            with opened_index(self.path, believes_list=believes_list) as index:
                self._check(index.facts, name)
                found = use(index)
                self._check(index.facts, name)
                return found
        except FileNotFoundError as error:
            raise self._changed(name, "it isn't there any more") from error

    def _check(self, facts: os.stat_result, name: str) -> None:
        if _state_of(facts) != self._state:
            raise self._changed(name, "it isn't the file any more that was loaded")

    def wrong(self, name: str, error: Exception) -> FileChangedError:
        """Build the error for a file whose list of objects is wrong."""
        return self._changed(name, f"another program changed it in place ({error})")

    def _changed(self, name: str, reason: str) -> FileChangedError:
        unread = self.unread()
        still = _names.enumerate_names(unread)
        message = (
            f"Can't read {name!r} of {str(self.path)!r}: {reason}. Still unread of it: {still}. "
            "What was read or computed is in the workspace as before. Put the file back, or load "
            "it again with overwrite=True."
        )
        return FileChangedError(message, path=str(self.path), unread=unread)

    def is_as_it_was(self) -> bool:
        """Say whether the file is there, as it was when it was loaded."""
        try:
            return _state_of(self.path.stat()) == self._state
        except OSError:
            return False

    def unread(self) -> list[str]:
        """Return the names of what hasn't been read and is still wanted, in the file's order."""
        with self._lock:
            waiting = [*self._waiting]
        return [one.name for one in sorted(waiting, key=lambda one: one.place.order)]

    def await_reading(self, one: StoredObject) -> None:
        """Take note of an object that is kept unread."""
        with self._lock:
            self._waiting.add(one)

    def take_over(self, saved: Sequence[StoredObject]) -> None:
        """Go on with the file that was saved in this one's place, in which these were saved.

        Raises
        ------
        FileFormatError, OSError
            If it can't be read.
        """
        with opened_index(self.path) as index:
            places = index.names()
            state = _state_of(index.facts)
        for one in saved:
            one.original.place = places[one.name]
        self._state = state


@contextmanager
def taking_over(unread: Iterable[Unread]) -> Iterator[None]:
    """Save over the file that objects are in, within the block; they are in the new one then.

    Whoever reads one of them meanwhile has it from the old file or, a moment later, the new one.
    """
    by_file: dict[UnreadFile, list[StoredObject]] = {}
    for one in unread:
        if isinstance(one, StoredObject):
            by_file.setdefault(one.file, []).append(one)
    with ExitStack() as turns:
        for file in by_file:
            turns.enter_context(file.saving)
        yield
        for file, saved in by_file.items():
            file.take_over(saved)


class StoredObject(Unread):
    """An object of a file."""

    __slots__ = ("_original", "file", "info", "name", "place")

    def __init__(
        self,
        file: UnreadFile,
        info: ObjectInfo,
        place: Place,
        original: StoredObject | None = None,
    ) -> None:
        self._original = original
        self.file = file
        self.info = info
        self.name = info.name
        self.place = place

    @property
    def path(self) -> str:  # type: ignore[override]
        """The file."""
        return str(self.file.path)

    def read(self) -> DataObject:
        """Read the whole object."""
        return self._read(lambda index: index.read(self.place, self.file.allow))

    def look(self) -> DataObject:
        """Read the object without its arrays."""
        return self._read(lambda index: index.look(self.place))

    def _read(self, use: Callable[[FileIndex], DataObject]) -> DataObject:
        try:
            obj = self.file.use(self.name, use)
        except WrongListError as error:
            raise self.file.wrong(self.name, error) from error
        entitle(obj, self.name)
        return obj

    def is_same_as(self, other: object) -> bool:
        """Say whether another one is the same object of the same file, unchanged."""
        return (
            isinstance(other, StoredObject)
            and self.file.path == other.file.path
            and self.place == other.place
            and self.file.is_as_it_was()
            and other.file.is_as_it_was()
        )

    def snapshot(self) -> StoredObject:
        """Return one that keeps its name."""
        info = replace(self.info, name=self.name)
        return StoredObject(self.file, info, self.place, self.original)

    @property
    def original(self) -> StoredObject:
        """The one that the workspace has, of which this may be a snapshot."""
        return self._original or self
