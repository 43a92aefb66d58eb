"""Between a backend and files' contents: which objects, which names, which groups."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar, overload

from datalab_kernel.backends import Backend, Identifies, Placement, Put, PutUnread
from datalab_kernel.backends._powers import add_extras, add_group, extras_of, groups_of, unread_of
from datalab_kernel.errors import FileFormatError, MissingPackageError, NameTakenError
from datalab_kernel.objects import KINDS, Kind, _names, names_of
from datalab_kernel.objects._frames import stack_of
from datalab_kernel.objects._unread import Unread
from datalab_kernel.storage import Contents, Extras, StoredGroup
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from datalab_kernel.formats import Reader, ReadOptions
    from datalab_kernel.objects import DataObject, ObjectInfo

T = TypeVar("T")

OBJECT_SUFFIXES = frozenset({".h5sig", ".h5ima"})
"""Of DataLab's files of single objects, which Sigima reads."""
_SHOWN = 20


class Failures(dict["Path", FileFormatError | MissingPackageError]):
    """What was wrong with some of several files."""

    def raise_if_any(self, loaded: Sequence[str]) -> None:
        """Raise one error that lists each file with what is wrong, if there are any.

        Raises
        ------
        FileFormatError
            With ``failures`` (a text for each file's path) and ``loaded`` (names).
        """
        if not self:
            return
        shown = [f"- {_line(path, error)}" for path, error in [*self.items()][:_SHOWN]]
        more = [f"- and {len(self) - _SHOWN:,} more"] if len(self) > _SHOWN else []
        added = _names.count_objects(len(loaded))
        files = "1 file wasn't" if len(self) == 1 else f"{len(self):,} files weren't"
        message = "\n".join(
            [f"{files} loaded; what the others hold was added ({added}):", *shown, *more]
        )
        failures = {str(path): error.message for path, error in self.items()}
        first = str(next(iter(self)))
        raise FileFormatError(message, path=first, failures=failures, loaded=[*loaded])


def _line(path: Path, error: FileFormatError | MissingPackageError) -> str:
    if isinstance(error, MissingPackageError) or not error.reason:
        return error.message
    where = f", line {error.line}" if error.line else ""
    return f"{str(path)!r}{where}: {error.reason}"


def read_all(
    paths: Sequence[Path], options: ReadOptions
) -> tuple[list[Contents | list[DataObject]], Failures]:
    """Read files one by one: workspaces as contents, others as objects.

    Raises
    ------
    FileFormatError, MissingPackageError
        If the only file can't be read; of several, the failures are returned.
    """
    from datalab_kernel.formats import readers

    asked = cache(readers)  # it looks each time for what was installed since
    return each_read(paths, lambda path: read_one(path, options, asked))


def each_read(paths: Sequence[Path], read: Callable[[Path], T]) -> tuple[list[T], Failures]:
    """Read files one by one, in view of the person; of several, note which can't be read.

    Raises
    ------
    FileFormatError, MissingPackageError
        If the only file can't be read.
    """
    from datalab_kernel.display._progress import tracking

    files: list[T] = []
    failures = Failures()
    with tracking(paths, "Loading") as tracked:
        for path in tracked:
            try:
                files.append(read(path))
            except (FileFormatError, MissingPackageError) as error:
                if len(paths) == 1:
                    raise
                failures[path] = error
    return files, failures


def read_one(
    path: Path, options: ReadOptions, asked: Callable[[], Sequence[Reader]]
) -> Contents | list[DataObject]:
    """Read a file: a workspace as contents, another as objects; ``asked`` gives who can read it.

    Raises
    ------
    FileFormatError, MissingPackageError
        If it can't be read.
    """
    from datalab_kernel.formats import is_plugin_format, read_file
    from datalab_kernel.storage import is_workspace_file, read_journaled, read_workspace
    from datalab_kernel.workspace._paths import journal_beside, real

    suffix = path.suffix.lower()
    if suffix not in OBJECT_SUFFIXES:
        if is_workspace_file(path):
            return read_journaled(path, journal_beside(real(path)))
        if suffix in {".h5", ".hdf5"} and not is_plugin_format(path):
            return read_workspace(path)  # which says what is wrong with it
    return read_file(path, options, asked())


def contents_of(backend: Backend) -> Contents:
    """Gather everything that a backend holds, without copying arrays.

    What is still in a file is read when its turn comes, and not kept.
    """
    known = backend.describe()
    objects: dict[str, DataObject | Unread]
    if isinstance(backend, Identifies):
        views = {name: backend.view(name) for name in known}
        _identify_sources(backend, views)
        objects = {**views}
    else:
        objects = {name: unread_of(backend, name) or backend.view(name) for name in known}
    signals, images = (_stored_groups(backend, kind, known, objects) for kind in KINDS)
    return Contents(signals=signals, images=images, extras=extras_of(backend) or Extras())


def _identify_sources(backend: Identifies, objects: dict[str, DataObject]) -> None:
    """Give what something was computed of the identifier that its history has for it.

    DataLab keeps identifiers for itself; a file must have these, or the history ends there.
    """
    from datalab_kernel.compute import read_record, uuid_of

    records = [record for obj in objects.values() if (record := read_record(obj)) is not None]
    missing = {uuid for record in records for uuid in record.source_uuids}
    missing -= {uuid_of(obj) for obj in objects.values()}
    for name, obj in objects.items():
        if missing and uuid_of(obj) is None:
            found = backend.identified(name)
            if uuid_of(found) in missing:
                objects[name] = found


def _stored_groups(
    backend: Backend,
    kind: Kind,
    known: Mapping[str, ObjectInfo],
    objects: Mapping[str, DataObject | Unread],
) -> list[StoredGroup]:
    members: dict[str, list[DataObject | Unread]] = {
        title: [] for title in groups_of(backend, kind)
    }
    for name, info in known.items():
        if info.kind == kind:
            members[info.group].append(objects[name])
    return [StoredGroup(title=title, objects=ReadInTurn(found)) for title, found in members.items()]


class ReadInTurn(Sequence["DataObject"]):
    """Objects of which those in files are read when they are come to, each time."""

    def __init__(self, objects: Sequence[DataObject | Unread]) -> None:
        self._objects = [obj.snapshot() if isinstance(obj, Unread) else obj for obj in objects]

    @overload
    def __getitem__(self, place: int) -> DataObject: ...

    @overload
    def __getitem__(self, place: slice) -> ReadInTurn: ...

    def __getitem__(self, place: int | slice) -> DataObject | ReadInTurn:
        """Return an object, or several."""
        if isinstance(place, slice):
            return ReadInTurn(self._objects[place])
        obj = self._objects[place]
        return obj.read() if isinstance(obj, Unread) else obj

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._objects)

    @property
    def unread(self) -> list[Unread]:
        """Those that are in files."""
        return [obj for obj in self._objects if isinstance(obj, Unread)]


@contextmanager
def saving_over(contents: Contents, target: Path) -> Iterator[None]:
    """Save contents to a file within the block; what of them is unread in that file stays so in the new one."""
    real = str(_paths.real(target))
    unread = [
        one
        for group in (*contents.signals, *contents.images)
        if isinstance(group.objects, ReadInTurn)
        for one in group.objects.unread
        if one.path == real
    ]
    if not unread:
        yield
        return
    from datalab_kernel.storage._unread import taking_over

    with taking_over(unread):
        yield


def items_of(files: Sequence[Contents | list[DataObject]], placement: Placement) -> list[Put]:
    """Name the objects of files by their titles.

    Raises
    ------
    NameTakenError
        If two files hold the same name and nothing is to be replaced.
    """
    items = [item for contents in files for item in named_items(contents, placement)]
    check_distinct(items, placement)
    return items


def named_items(contents: Contents | list[DataObject], placement: Placement) -> list[Put]:
    """Name the objects of one file by their titles."""
    from datalab_kernel.objects._fields import value_of  # numpy and Sigima are loaded by now

    placed: list[tuple[DataObject, str | None]] = []
    if isinstance(contents, list):
        placed = [(obj, stack_of(value_of(obj, "metadata"))) for obj in contents]
    else:
        for groups in (contents.signals, contents.images):
            for group, title in zip(groups, _unique_titles(groups), strict=True):
                placed += [(obj, title) for obj in group.objects]
    names = names_of(value_of(obj, "title") for obj, _ in placed)
    return [
        Put(name=name, obj=obj, group=group, placement=placement, is_owned=True)
        for name, (obj, group) in zip(names, placed, strict=True)
    ]


def _unique_titles(groups: Iterable[StoredGroup]) -> list[str]:
    titles: list[str] = []
    for group in groups:
        titles.append(_names.make_unique(group.title, titles))
    return titles


def holds(backend: Backend, name: str, obj: DataObject) -> bool:
    """Say whether a backend's object of that name is exactly this one, whatever its title."""
    from datalab_kernel.objects import share_object
    from datalab_kernel.objects._differences import differences

    return not differences(backend.view(name), share_object(obj, title=name))


def check_distinct(items: Sequence[Put | PutUnread], placement: Placement) -> None:
    """Refuse objects of the same name, unless the last of them is to be kept.

    Raises
    ------
    NameTakenError
        If there are some.
    """
    if placement is Placement.REPLACE:
        return
    seen: set[str] = set()
    for item in items:
        if item.name in seen:
            message = (
                f"{item.name!r} already exists in another of these files. Load them one by one, "
                "or with overwrite=True to keep the last."
            )
            raise NameTakenError(message, names=[item.name])
        seen.add(item.name)


def take_groups_and_extras(backend: Backend, files: Iterable[Contents | list[DataObject]]) -> None:
    """Hand a backend what files hold besides objects: groups (also empty ones), macros, history."""
    for contents in files:
        if isinstance(contents, list):
            continue
        for kind, groups in zip(KINDS, (contents.signals, contents.images), strict=True):
            for title in _unique_titles(groups):
                add_group(backend, kind, title)
        add_extras(backend, contents.extras)
