"""The shelf of a workspace: its backend, the names on it, and who is told of changes.

Everything that is added, replaced, renamed or removed goes through here, one thread at a
time, and all of it or nothing. Names and values are checked before a backend sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Backend, KeepsUnread, Placement, Put, PutUnread, Selectable
from datalab_kernel.backends._powers import texts_of
from datalab_kernel.errors import NameTakenError
from datalab_kernel.objects import KINDS, _names
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace._changes import Change, ChangeFeed, Cleared
from datalab_kernel.workspace._datalab_remarks import MANY, tell_of_long_addition
from datalab_kernel.workspace._given import prepared, without_name
from datalab_kernel.workspace._standing_for import names_in
from datalab_kernel.workspace._turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import Kind, ObjectInfo
    from datalab_kernel.workspace._autosave import Autosave

MISSING: Any = object()


class Shelf:
    """Named objects on a backend.

    Parameters
    ----------
    open_backend
        Opens the backend, when it is first needed.
    opened
        A backend that is open already.

    Attributes
    ----------
    lock : Turns
        Whoever looks more than once takes it, so that nobody changes anything between.
    feed : ChangeFeed
        Tells of each change after it, without the lock.
    on_rename : callable
        Told of each renaming, the old name and the new one, within it.
    is_saved : bool
        Whether nothing has changed since the last save.
    keep_results : bool
        Whether objects that are computed keep the tables and geometry of their sources.
    open_another : callable
        Makes a workspace in memory, for what is to be in one of its own.
    autosave : Autosave or None
        What saves it by itself.
    """

    def __init__(self, open_backend: Callable[[], Backend], opened: Backend | None = None) -> None:
        self.lock = Turns(self._begin_turn)
        self.feed = ChangeFeed()
        self.opened = opened
        self.on_rename: Callable[[str, str], object] = lambda _old, _new: None
        self.is_saved = True
        self.keep_results = False
        self.open_another: Callable[[], Any] = lambda: None
        self.autosave: Autosave | None = None
        self._open_backend = open_backend
        self._selected: dict[str, int] = {}  # the place of each name
        self._depth = 0
        self._untold: list[Change] = []

    # -- the backend --------------------------------------------------------------------

    @property
    def backend(self) -> Backend:
        """Where the objects are; opened by the first look."""
        with self.lock:
            return self.backend_in_turn()

    def backend_in_turn(self) -> Backend:
        """Return the backend to who holds the lock."""
        if self.opened is None:
            self.opened = self._open_backend()
        return self.opened

    def use(self, target: Backend) -> None:
        """Go on with another backend, and let go of this one."""
        source, self.opened = self.opened, target
        if source is not None:
            source.close()

    def _begin_turn(self) -> None:
        if self.opened is not None:
            self.opened.begin_turn()

    # -- changing -----------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; when the outermost block ends, tell of the changes, without the lock."""
        told: list[Change] = []
        try:
            with self.lock:  # which a Stop at any moment lets go of
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                    if self._depth == 0:
                        told, self._untold = self._untold, []
        finally:
            for change in told:
                self.feed.publish(change)

    def record(self, *changes: Change) -> None:
        """Note changes, to be told when the block of :meth:`changing` ends."""
        for change in changes:
            if change.names:
                self._untold.append(change)
                self.note_unsaved(change)
                self.feed.on_ours(change)

    def note_unsaved(self, change: Change) -> None:
        """Note what is to be saved, within the turn in which it is changed, and tell nobody of it."""
        self.is_saved = False
        if self.autosave is not None:
            self.autosave.note(change)

    def add(self, name: Any, obj: Any, *, overwrite: bool, group: str | None) -> Any:
        """Store a copy of an object, or of a mapping's; return what was given."""
        if isinstance(name, Mapping) and obj is MISSING:
            given = dict(name)
        elif obj is MISSING:
            raise without_name(name)
        else:
            given = {name: obj}
        placement = Placement.REPLACE if overwrite else Placement.NEW
        items = [prepared(key, value, group, placement) for key, value in given.items()]
        with self.changing():
            if not overwrite:
                self.check_free([item.name for item in items])
            self.put(items)
        return name if obj is MISSING else obj

    def put(self, items: list[Put]) -> None:
        """Hand objects to the backend, select them and note the change."""
        if len(items) >= MANY:
            from datalab_kernel.objects import kind_of

            tell_of_long_addition(self.backend, (kind_of(item.obj) for item in items))
        self._put_by(self.backend.put, items)

    def put_unread(self, items: list[PutUnread], backend: KeepsUnread) -> None:
        """Hand the backend objects that stay in their file until their values are needed."""
        self._put_by(backend.put_unread, items)

    def _put_by(self, store: Callable[[list[Any]], None], items: Sequence[Put | PutUnread]) -> None:
        if not items:
            return
        known = self.backend.describe()
        changed = tuple(item.name for item in items if item.name in known)
        added = tuple(item.name for item in items if item.name not in known)
        store([*items])
        self.note_selected(item.name for item in items)
        self.record(Change(kind="changed", names=changed), Change(kind="added", names=added))

    @contextmanager
    def edit(self, name: str) -> Iterator[Any]:
        """Give an object to be changed, and write it back when the block ends."""
        obj = self.get(name)
        yield obj
        title = obj.title
        item = prepared(name, obj, None, Placement.IN_PLACE)
        with self.changing():
            self.require([name])
            if title != name:
                _names.check_name(title)
                self.check_free([title])
            self.backend.put([item])
            self.record(Change(kind="changed", names=(name,)))
            if title != name:
                self.rename(name, title)

    def rename(self, old: str, new: str) -> None:
        """Give an object another name."""
        with self.changing():
            self.require([old])
            if _names.check_name(new) == old:
                return
            self.check_free([new])
            self.backend.rename(old, new)
            if old in self._selected:
                self._selected[new] = self._selected.pop(old)
            self.on_rename(old, new)
            self.record(Change(kind="renamed", names=(old, new)))

    def remove(self, what: Any) -> None:
        """Remove an object, or several, all or none."""
        given = names_in(what)
        names = [given] if isinstance(given, str) else list(dict.fromkeys(given))
        with self.changing():
            self.require(names)
            self._remove(names)

    def clear(self, *, everything: bool) -> Cleared:
        """Remove what notebooks put there, or all."""
        with self.changing():
            known = self.backend.describe()
            kept = tuple(
                name for name, info in known.items() if not (everything or info.is_from_notebook)
            )
            removed = tuple(name for name in known if name not in set(kept))
            self._remove(removed)
        return Cleared(removed=removed, kept=kept)

    def _remove(self, names: Iterable[str]) -> None:
        gone = tuple(names)
        self.backend.remove(gone)
        for name in gone:
            self._selected.pop(name, None)
        self.record(Change(kind="removed", names=gone))

    # -- getting ------------------------------------------------------------------------

    def get(self, name: Any, default: Any = MISSING, *, copy: bool = True) -> Any:
        """Return a copy of an object or, with ``copy=False``, a view; of a name or a result."""
        if isinstance(name, CalcResult):
            if name.is_loose:
                return name.object if copy else name.view(name.name)
            name = name.name
        with self.lock:
            known = self.backend.describe()
            if not isinstance(name, str) or (default is not MISSING and name not in known):
                if default is not MISSING:
                    return default
                raise _names.not_found(_names.check_name(name), known)
            try:  # asking first whether it is there would be a request more
                return self.backend.get(name) if copy else self.backend.view(name)
            except KeyError:
                if name in known:
                    raise
                raise _names.not_found(_names.check_name(name), known) from None

    def view(self, name: str) -> Any:
        """Return an object to be looked at."""
        return self.get(name, copy=False)

    def texts(self, name: str) -> Any:
        """Return an object for its metadata and texts, whose arrays aren't read for it."""
        with self.lock:
            self.require([name])
            return texts_of(self.backend, name)

    def described(self) -> dict[str, ObjectInfo]:
        """Return what is known of each object now, by name."""
        with self.lock:
            return dict(self.backend.describe())

    def count(self) -> int:
        """Count the objects."""
        with self.lock:
            return len(self.backend.describe())

    # -- names --------------------------------------------------------------------------

    def names(
        self, pattern: str | None = None, *, kind: Kind | None = None, group: str | None = None
    ) -> list[str]:
        """List names in display order; an exact name goes before a pattern."""
        if kind is not None and kind not in KINDS:
            message = f"kind must be 'signal', 'image' or None, not {kind!r}."
            raise ValueError(message)
        with self.lock:
            known = self.backend_in_turn().describe()
            if pattern is None:
                names = [*known]
            elif _names.check_name(pattern) in known:
                names = [pattern]
            else:
                names = _names.match(pattern, known) if _names.has_wildcard(pattern) else []
            if kind is not None:
                names = [name for name in names if known[name].kind == kind]
            if group is not None:
                names = [name for name in names if known[name].group == group]
            return names

    def exists(self, name: str) -> bool:
        """Say whether an object has that name."""
        if not isinstance(name, str):
            message = f"An object's name must be text, not {type(name).__name__}."
            raise TypeError(message)
        with self.lock:
            return name in self.backend.describe()

    def find(self, what: Any) -> list[str]:
        """Return the names that a name, a pattern, several of them, a result, or None (all) mean."""
        given = names_in(what)
        if given is None:
            return self.names()
        if isinstance(given, str):
            return self._matching(given)
        if not isinstance(given, Iterable):
            message = (
                f"Objects are given by their names, not as {type(given).__name__}. "
                "Add it first: workspace['name'] = obj."
            )
            raise TypeError(message)
        parts = [self._matching(one) if _is_pattern(one) else [one] for one in given]
        found = [*dict.fromkeys(name for part in parts for name in part)]
        self.require(found)
        return found

    def _matching(self, pattern: str) -> list[str]:
        found = self.names(pattern)
        if not found:
            raise _names.not_found(pattern, self.backend.describe())
        return found

    def require(self, names: Iterable[str]) -> None:
        """Check that objects are there.

        Raises
        ------
        ObjectNotFoundError
            For the first that isn't; it lists the nearest names.
        """
        known = self.backend.describe()
        for name in names:
            if _names.check_name(name) not in known:
                raise _names.not_found(name, known)

    def check_free(self, names: Iterable[str]) -> None:
        """Check that names aren't taken.

        Raises
        ------
        NameTakenError
            If some are; it lists them.
        """
        known = self.backend.describe()
        taken = [name for name in names if name in known]
        if taken:
            text = _names.enumerate_names(taken)
            message = (
                f"{text} already exist{'s' if len(taken) == 1 else ''} in the workspace. "
                "Choose another name, or replace with overwrite=True or workspace[name] = obj."
            )
            raise NameTakenError(message, names=taken)

    # -- the selection ------------------------------------------------------------------

    def select(self, what: Any) -> list[str]:
        """Select objects, also where a person sees it, and return their names."""
        with self.lock:
            found = self.find(what)
            if isinstance(self.backend, Selectable):
                self.backend.select(found)
            self.note_selected(found)
            return found

    def note_selected(self, names: Iterable[str] = ()) -> None:
        """Take names for the selection, without showing it to anybody."""
        self._selected = {name: place for place, name in enumerate(names)}

    @contextmanager
    def keeping_selection(self) -> Iterator[None]:
        """Leave the selection as it is, whatever is stored or computed meanwhile by somebody else."""
        with self.lock:
            before = self._selected
            try:
                yield
            finally:
                self._selected = before

    @property
    def selection(self) -> list[str]:
        """What was last selected, added or computed here; else what a person has selected."""
        with self.lock:
            own = sorted(self._selected, key=self._selected.__getitem__)
            if own or not isinstance(self.backend, Selectable):
                return own
            return self.backend.selected()


def _is_pattern(name: Any) -> bool:
    return isinstance(name, str) and _names.has_wildcard(name)
