"""Objects that a shelf holds while their values are still in a file: loading them, and saving over the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.backends import KeepsUnread, PutUnread
from datalab_kernel.backends._powers import add_extras, add_group, unread_of
from datalab_kernel.notes import Note
from datalab_kernel.objects import KINDS
from datalab_kernel.workspace import _paths
from datalab_kernel.workspace._choosing import has_index, matching, room_for
from datalab_kernel.workspace._file_contents import check_distinct, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from datalab_kernel.backends import Backend, Placement
    from datalab_kernel.storage._unread import UnreadContents
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["Waiting", "divided", "note_of_loading", "note_of_reading"]

_NAMED_FILES = 3


def divided(paths: Sequence[Path], backend: Backend) -> tuple[list[Path], list[Path]]:
    """Return the files of which objects can stay unread in a backend, and the others."""
    if not isinstance(backend, KeepsUnread):
        return [], [*paths]
    lazy: list[Path] = []
    others: list[Path] = []
    for path in paths:
        (lazy if has_index(path) else others).append(path)
    return lazy, others


def note_of_loading(backend: Backend, others: Sequence[Path]) -> Note:
    """Say why files were loaded at once, though they were to stay unread."""
    if not isinstance(backend, KeepsUnread):
        return Note(
            f"lazy=True made no difference: the objects are in {backend.where}, which holds their "
            "values, so everything was loaded.",
            "Give names= to load less.",
        )
    return Note(
        f"lazy=True made no difference because of {str(others[0])!r}: only DataLab's HDF5 workspaces "
        "without a journal of autosave are read object by object, so everything was loaded at once."
    )


class Waiting:
    """The objects of workspace files, to be put on a shelf unread."""

    def __init__(
        self, paths: Sequence[Path], names: str | Iterable[str] | None, placement: Placement
    ) -> None:
        self._is_whole = names is None
        self._contents = [_contents(path, with_extras=names is None) for path in paths]
        found = [one for contents in self._contents for one in contents.objects]
        if names is not None:
            wanted = [names] if isinstance(names, str) else [*names]
            chosen = matching(wanted, [one.name for one in found])
            found = [one for one in found if one.name in chosen]
        self.items = [
            PutUnread(name=one.name, unread=one, group=one.info.group, placement=placement)
            for one in found
        ]
        check_distinct(self.items, placement)

    def are_there(self, backend: Backend) -> bool:
        """Say whether all of it is there already, unread or exactly as in the file."""
        known = backend.describe()
        return all(item.name in known and _is_same(backend, item) for item in self.items)

    def put_on(self, shelf: Shelf) -> None:
        """Put it on a shelf, with groups and extras if it is whole files."""
        from datalab_kernel.storage._unread import StoredObject

        backend = shelf.backend
        assert isinstance(backend, KeepsUnread)  # noqa: S101 - divided() saw to it
        for contents in self._contents if self._is_whole else ():
            for kind in KINDS:
                for title in contents.groups[kind]:
                    add_group(backend, kind, title)
            add_extras(backend, contents.extras)
        for item in self.items:
            assert isinstance(item.unread, StoredObject)  # noqa: S101 - they were made here
            item.unread.file.await_reading(item.unread)
        shelf.put_unread(self.items, backend)


def _contents(path: Path, *, with_extras: bool) -> UnreadContents:
    from datalab_kernel.storage._unread import UnreadFile

    return UnreadFile(_paths.real(path), room_for(path)).contents(with_extras=with_extras)


def _is_same(backend: Backend, item: PutUnread) -> bool:
    from datalab_kernel.storage._unread import StoredObject

    unread = unread_of(backend, item.name)
    if unread is not None:
        return isinstance(item.unread, StoredObject) and item.unread.is_same_as(unread)
    return holds(backend, item.name, item.unread.read())


def note_of_reading(backend: Backend) -> str:
    """Say how many objects are still in which files; an empty text: none."""
    if not isinstance(backend, KeepsUnread):
        return ""
    unread = [one for name in backend.describe() if (one := backend.unread(name)) is not None]
    counts: dict[str, int] = {}
    for one in unread:
        counts[one.path] = counts.get(one.path, 0) + 1
    if len(counts) > _NAMED_FILES:
        return f"{sum(counts.values()):,} still unread in {len(counts):,} files"
    return "; ".join(f"{count:,} still unread in {path}" for path, count in counts.items())
