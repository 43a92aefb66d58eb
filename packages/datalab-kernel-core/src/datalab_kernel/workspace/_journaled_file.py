"""A workspace's file and the journal beside it: what changed is appended, and folded in later.

The file is only ever replaced, by a complete save. When something is written, and how a process
ends, is ``_autosave``'s.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends._powers import extras_of, groups_of, identified, unread_of
from datalab_kernel.objects import KINDS
from datalab_kernel.objects._unread import Unread
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from datalab_kernel.backends import Backend
    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.storage import Contents, Extras, JournalWriter
    from datalab_kernel.storage._journal import Layout
    from datalab_kernel.workspace._changes import Change
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["JournaledFile"]

TURN_S = 0.005
"""How long the workspace is held at a time while views of its objects are gathered."""
MOST_TURNS = 1000
GIVE_WAY_S = 0.0005
LEAST_BOUND_BYTES = 64 << 20
"""A journal that is longer than this, and than the file, is folded while cells compute, too."""


@dataclass(slots=True)
class _Unwritten:
    """Names whose objects changed, and renamings, in their order."""

    names: dict[str, None] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)

    def rename(self, old: str, new: str) -> None:
        self.renamed.append((old, new))
        if old in self.names:
            del self.names[old]
            self.names[new] = None
        else:
            self.names.pop(new, None)

    def put_before(self, later: _Unwritten) -> _Unwritten:
        """Return both, with another one's renamings behind these."""
        both = _Unwritten(dict(self.names), list(self.renamed))
        for old, new in later.renamed:
            both.rename(old, new)
        both.names |= later.names
        return both


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is to be written: the objects as they were at one moment, and where each was."""

    objects: dict[str, DataObject | Unread]
    renamed: list[tuple[str, str]]
    layout: Layout
    extras: Extras | None
    backend: Backend


@dataclass(frozen=True, slots=True)
class _Facts:
    """What differs when another program has saved a file."""

    inode: int
    changed_ns: int
    size_bytes: int


class JournaledFile:
    """Keep a shelf in a file, with a journal of what changed since the file was saved.

    Parameters
    ----------
    shelf
        What is kept.
    path
        The file, absolute.
    """

    def __init__(self, shelf: Shelf, path: Path) -> None:
        self.path = path
        self.journal_path = _paths.journal_beside(path)
        self._shelf: Shelf | None = shelf
        self._unwritten = _Unwritten()
        self._noting = threading.Lock()
        self._writing = threading.RLock()
        self._journal: JournalWriter | None = None
        self._save_id = ""  # of the file as we have saved it
        self._file_facts: _Facts | None = None
        self._written: _Taken | None = None  # without its objects

    # -- what changed ---------------------------------------------------------------------

    def note(self, change: Change) -> None:
        """Take note of a change, in the turn in which it is made."""
        with self._noting:
            if change.kind == "renamed":
                self._unwritten.rename(*change.names)
            else:
                self._unwritten.names |= dict.fromkeys(change.names)

    def let_go(self) -> None:
        """Forget the workspace."""
        if self._journal is not None:
            self._journal.close()
        self._shelf = None
        self._written = None

    @property
    def has_journal(self) -> bool:
        """Whether something is in the journal that isn't in the file."""
        return self._journal is not None

    @property
    def is_over_bound(self) -> bool:
        """Whether the journal is longer than it is to become."""
        if self._journal is None or self._file_facts is None:
            return False
        return self._journal.size_bytes > max(LEAST_BOUND_BYTES, self._file_facts.size_bytes)

    # -- writing --------------------------------------------------------------------------

    def write(self, pace: Callable[[], object] | None = None) -> None:
        """Append what changed to the journal; save all, where there is no file of ours yet.

        Raises
        ------
        OSError, DataLabKernelError
            If it can't be written. The file and its journal are as they were, and what
            changed is written the next time.
        """
        with self._writing:
            backend = self._held().backend
            before = self._written
            is_other = before is not None and before.backend is not backend
            is_gone = self._journal is not None and not self.journal_path.exists()
            facts = self._facts()
            is_replaced = facts is None or facts != self._file_facts
            if before is None or is_other or is_gone or is_replaced:
                self.fold(pace)
                return
            with self._taking(everything=False) as taken:
                self._append(taken, before, pace)

    def fold(self, pace: Callable[[], object] | None = None) -> None:
        """Save everything to the file, and remove the journal.

        Raises
        ------
        OSError, DataLabKernelError
            As for :meth:`write`.
        """
        from datalab_kernel.storage import Contents, Extras, StoredGroup, write_workspace
        from datalab_kernel.workspace._file_contents import ReadInTurn, saving_over
        from datalab_kernel.workspace._saved_by_notebook import remember

        with self._writing:
            target = _paths.destination(self.path)
            with self._taking(everything=True) as taken:
                signals, images = (
                    [
                        StoredGroup(
                            title=title, objects=ReadInTurn([taken.objects[name] for name in names])
                        )
                        for title, names in taken.layout[kind]
                    ]
                    for kind in KINDS
                )
                contents = Contents(signals=signals, images=images, extras=taken.extras or Extras())
                self._keep_what_others_wrote()
                with saving_over(contents, target):
                    self._replace(
                        lambda save_id: write_workspace(
                            target, contents, save_id=save_id, pace=pace
                        )
                    )
                self._note_written(taken)
            remember(target)

    def save(self, *, nexus: bool) -> Contents:
        """Save to the file as somebody wants it saved now; its journal ends there.

        Returns
        -------
        Contents
            What was saved.

        Raises
        ------
        OSError
            If it can't be written. The file and its journal are as they were.
        """
        from datalab_kernel.storage import write_workspace
        from datalab_kernel.workspace._file_contents import contents_of, saving_over

        shelf, noted = self._held(), _Unwritten()
        with self._writing, self._noting_again(shelf, noted):
            with shelf.lock:
                self._take_notes(noted)
                contents = contents_of(shelf.backend)
                shelf.is_saved = True
            with saving_over(contents, self.path):
                self._replace(
                    lambda save_id: write_workspace(
                        self.path, contents, nexus=nexus, save_id=save_id
                    )
                )
            self._written = None  # so that the next change is saved with all there is
        return contents

    def _replace(self, write: Callable[[str], object]) -> None:
        from datalab_kernel.storage import Record

        save_id = secrets.token_hex(16)
        if self._journal is not None:  # so that nobody takes it in twice after a crash
            self._journal.append([Record({"into": save_id}, None)])
        write(save_id)
        self._save_id, self._file_facts = save_id, self._facts()
        if self._journal is not None:
            self._journal.remove()
            self._journal = None
        else:
            self.journal_path.unlink(missing_ok=True)  # an earlier session's, kept under its name

    def _append(self, taken: _Taken, before: _Taken, pace: Callable[[], object] | None) -> None:
        from datalab_kernel.storage import Extras, JournalWriter, Record
        from datalab_kernel.storage._archive import kept
        from datalab_kernel.storage._identities import Identities

        layout = None if taken.layout == before.layout else taken.layout
        extras = None if taken.extras is before.extras else taken.extras or Extras()
        if not (taken.objects or taken.renamed or layout or extras):
            return
        step = {
            "renamed": [[old, new] for old, new in taken.renamed],
            "layout": layout,
            "extras": None if extras is None else extras.image,
        }
        is_new = self._journal is None
        journal = self._journal or JournalWriter(self.journal_path, self._save_id)
        objects = (
            Record({"name": name}, kept(_read(obj), Identities()))
            for name, obj in taken.objects.items()
        )
        try:
            journal.append(chain(objects, [Record({}, step)]), pace)
        except BaseException:
            if is_new:
                journal.remove()
            raise
        self._journal = journal
        self._note_written(taken)

    def _note_written(self, taken: _Taken) -> None:
        self._written = _Taken({}, [], taken.layout, taken.extras, taken.backend)

    def _keep_what_others_wrote(self) -> None:
        """Keep under a second name what another program has saved in the file's place."""
        from datalab_kernel.workspace._autosave_marker import keep_what_was_there

        if self._file_facts is not None and self._facts() not in (None, self._file_facts):
            keep_what_was_there(self.path)

    def _facts(self) -> _Facts | None:
        with suppress(OSError):
            facts = self.path.stat()
            return _Facts(facts.st_ino, facts.st_mtime_ns, facts.st_size)
        return None

    # -- gathering ------------------------------------------------------------------------

    def _held(self) -> Shelf:
        if self._shelf is None:
            message = f"nothing is saved to {str(self.path)!r} any more"
            raise RuntimeError(message)
        return self._shelf

    @contextmanager
    def _taking(self, *, everything: bool) -> Iterator[_Taken]:
        """Give what is to be written; if it isn't, it is noted again."""
        shelf, noted = self._held(), _Unwritten()
        with self._noting_again(shelf, noted):
            yield self._take(shelf, noted, everything=everything)

    @contextmanager
    def _noting_again(self, shelf: Shelf, noted: _Unwritten) -> Iterator[None]:
        """Put back what was taken of the notes, if it isn't written."""
        try:
            yield
        except BaseException:
            with self._noting:
                self._unwritten = noted.put_before(self._unwritten)
            shelf.is_saved = False
            raise

    def _take(self, shelf: Shelf, noted: _Unwritten, *, everything: bool) -> _Taken:
        """Gather views in short turns; what changes meanwhile is looked at again, in the last one."""
        objects: dict[str, DataObject | Unread] = {}
        waiting: dict[str, None] = {}
        first: Backend | None = None
        for turn in range(MOST_TURNS + 1):
            with shelf.lock:
                backend = shelf.backend
                known = backend.describe()
                renamed, names = self._take_notes(noted)
                for old, new in renamed:
                    _move(objects, old, new)
                    _move(waiting, old, new)
                waiting |= names
                if everything and backend is not first:
                    objects, waiting = {}, dict.fromkeys(known)
                first = backend
                _look(backend, known, waiting, objects, is_last=turn == MOST_TURNS)
                if not waiting:
                    layout, extras = _layout_of(backend, known), extras_of(backend)
                    shelf.is_saved = True
                    break
            time.sleep(GIVE_WAY_S)  # whoever waits for the lock has it first
        for name, obj in objects.items():
            if isinstance(obj, Unread):
                obj.name = name
            elif obj.title != name:  # renamed after we looked
                obj.title = name
        return _Taken(objects, list(noted.renamed), layout, extras, backend)

    def _take_notes(self, noted: _Unwritten) -> tuple[list[tuple[str, str]], dict[str, None]]:
        """Take what was noted since, and add it to ``noted``."""
        with self._noting:
            new, self._unwritten = self._unwritten, _Unwritten()
        both = noted.put_before(new)
        noted.names, noted.renamed = both.names, both.renamed
        return new.renamed, new.names


def _move(members: dict[str, Any], old: str, new: str) -> None:
    if old in members:
        members[new] = members.pop(old)


def _look(
    backend: Backend,
    known: Mapping[str, ObjectInfo],
    waiting: dict[str, None],
    objects: dict[str, DataObject | Unread],
    *,
    is_last: bool,
) -> None:
    """Look at objects that wait for it, for as long as the workspace may be held."""
    until = time.perf_counter() + TURN_S
    while waiting and (is_last or time.perf_counter() < until):
        name, _ = waiting.popitem()
        objects.pop(name, None)
        if name in known:
            unread = unread_of(backend, name)
            objects[name] = identified(backend, name) if unread is None else unread.snapshot()


def _read(obj: DataObject | Unread) -> DataObject:
    return obj.read() if isinstance(obj, Unread) else obj


def _layout_of(backend: Backend, known: Mapping[str, ObjectInfo]) -> Layout:
    members: dict[Any, dict[str, list[str]]] = {
        kind: {title: [] for title in groups_of(backend, kind)} for kind in KINDS
    }
    for name, info in known.items():
        members[info.kind].setdefault(info.group, []).append(name)
    return {kind: [*groups.items()] for kind, groups in members.items()}
