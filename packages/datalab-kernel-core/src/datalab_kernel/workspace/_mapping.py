"""Named objects on a backend: adding, getting, editing, removing, listing, as a mapping.

Names and values are checked here, before a backend sees them. Files, connections
and displays are ``_workspace``'s.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from datalab_kernel.backends import Backend, Placement, Put
from datalab_kernel.errors import NameTakenError
from datalab_kernel.objects import KINDS, _names
from datalab_kernel.workspace._changes import Change, ChangeFeed, Cleared
from datalab_kernel.workspace._turns import Turns

if TYPE_CHECKING:
    import builtins

    from datalab_kernel.objects import DataObject

T = TypeVar("T")
_MISSING: Any = object()


class NamedObjects(MutableMapping[str, "DataObject"]):
    """The part of a workspace that is a mapping of names to objects.

    Every method may be called from any thread, and does all that was asked or nothing.
    """

    def __init__(self) -> None:
        self._lock = Turns(self._begin_turn)
        self._feed = ChangeFeed()
        self._selected: dict[str, int] = {}  # the place of each name
        self._is_saved = True
        self._depth = 0
        self._untold: builtins.list[Change] = []

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock; when the outermost block ends, tell of the changes, without the lock."""
        told: builtins.list[Change] = []
        try:
            with self._lock:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                    if self._depth == 0:
                        told, self._untold = self._untold, []
        finally:
            for change in told:
                self._feed.publish(change)

    def _begin_turn(self) -> None:
        """Do what is to be done once for each call, however many steps it has."""

    @property
    @abstractmethod
    def _backend(self) -> Backend:
        """Where the objects are."""

    # -- adding and getting -------------------------------------------------------------

    @overload
    def add(
        self, name: Mapping[str, T], *, overwrite: bool = ..., group: str | None = ...
    ) -> Mapping[str, T]: ...
    @overload
    def add(self, name: str, obj: T, overwrite: bool = ..., *, group: str | None = ...) -> T: ...
    def add(
        self, name: Any, obj: Any = _MISSING, overwrite: bool = False, *, group: str | None = None
    ) -> Any:
        """Store a copy of an object under a name, which becomes its title.

        Parameters
        ----------
        name
            1 to 1,000 visible characters, or a mapping of names to objects, of which
            all are added or none.
        obj
            A SignalObj or ImageObj; an array of shape ``(n,)`` or ``(ny, nx)``; a tuple
            ``(x, y)``; a pandas Series; an xarray DataArray. It is never changed or kept.
        overwrite
            Whether an object of that name is replaced (the new one goes to the end).
        group
            The title of the group it goes to, which is made if it isn't there.

        Returns
        -------
        object
            What was given, as it came.

        Raises
        ------
        NameTakenError
            If the name is taken and ``overwrite`` is false.
        InvalidNameError, MetadataError, UnsupportedDtypeError, TypeError
            If the name or the object can't be kept exactly.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> _ = workspace.add("line", ([0, 1, 2], [5, 6, 7]))
        >>> workspace.list()
        ['line']
        """
        if isinstance(name, Mapping) and obj is _MISSING:
            given = dict(name)
        elif obj is _MISSING:
            message = f"add({name!r}) needs an object, or a mapping of names to objects."
            raise TypeError(message)
        else:
            given = {name: obj}
        placement = Placement.REPLACE if overwrite else Placement.NEW
        items = [self._prepared(key, value, group, placement) for key, value in given.items()]
        with self._changing():
            if not overwrite:
                self._check_free([item.name for item in items])
            self._put(items)
        return name if obj is _MISSING else obj

    @staticmethod
    def _prepared(name: str, value: Any, group: str | None, placement: Placement) -> Put:
        from datalab_kernel.objects import check_storable
        from datalab_kernel.objects._coerce import as_object

        _names.check_name(name)
        if group is not None and not isinstance(group, str):
            message = f"A group's title must be text, not {type(group).__name__}."
            raise TypeError(message)
        obj, is_new = as_object(value)
        check_storable(obj)
        return Put(name=name, obj=obj, group=group, placement=placement, is_owned=is_new)

    def _put(self, items: list[Put]) -> None:
        if not items:
            return
        known = self._backend.describe()
        changed = tuple(item.name for item in items if item.name in known)
        added = tuple(item.name for item in items if item.name not in known)
        self._backend.put(items)
        self._select(item.name for item in items)
        self._record(Change(kind="changed", names=changed), Change(kind="added", names=added))

    def _check_free(self, names: Iterable[str], backend: Backend | None = None) -> None:
        known = (backend or self._backend).describe()
        taken = [name for name in names if name in known]
        if taken:
            text = _names.enumerate_names(taken)
            message = (
                f"{text} already exist{'s' if len(taken) == 1 else ''} in the workspace. "
                "Choose another name, or replace with overwrite=True or workspace[name] = obj."
            )
            raise NameTakenError(message, names=taken)

    def _record(self, *changes: Change) -> None:
        self._is_saved = False
        self._untold += changes

    def get(self, name: str, default: Any = _MISSING, *, copy: bool = True) -> Any:
        """Return an independent copy of an object.

        Changes to it reach the workspace only by :meth:`edit` or
        ``workspace[name] = obj``.

        Parameters
        ----------
        name
            The object's name.
        default
            What to return instead of raising if nothing has that name.
        copy
            If false, the arrays are read-only and shared with the workspace where it
            holds them in this process.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name; it lists the nearest names.
        """
        with self._lock:
            known = self._backend.describe()
            if not isinstance(name, str) or (default is not _MISSING and name not in known):
                if default is not _MISSING:
                    return default
                raise _names.not_found(_names.check_name(name), known)
            try:  # asking first whether it is there would be a request more
                return self._backend.get(name) if copy else self._backend.view(name)
            except KeyError:
                if name in known:
                    raise
                raise _names.not_found(_names.check_name(name), known) from None

    @contextmanager
    def edit(self, name: str) -> Iterator[Any]:
        """Change an object in a ``with`` block; written back when it ends without an error.

        It keeps its place, group and results. A changed title renames it.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["a"] = ([0.0, 1.0], [2.0, 3.0])
        >>> with workspace.edit("a") as signal:
        ...     signal.xunit = "s"
        >>> workspace["a"].xunit
        's'
        """
        obj = self.get(name)
        yield obj
        title = obj.title
        item = self._prepared(name, obj, None, Placement.IN_PLACE)
        with self._changing():
            self._require([name])
            if title != name:
                _names.check_name(title)
                self._check_free([title])
            self._backend.put([item])
            self._record(Change(kind="changed", names=(name,)))
            if title != name:
                self.rename(name, title)

    # -- removing and renaming ----------------------------------------------------------

    def remove(self, name: str | Iterable[str]) -> None:
        """Remove an object, or several, of which all are removed or none."""
        names = [name] if isinstance(name, str) else list(dict.fromkeys(name))
        with self._changing():
            self._require(names)
            self._remove(names)

    def _require(self, names: Iterable[str]) -> None:
        known = self._backend.describe()
        for name in names:
            if _names.check_name(name) not in known:
                raise _names.not_found(name, known)

    def _remove(self, names: Iterable[str]) -> None:
        gone = tuple(names)
        self._backend.remove(gone)
        for name in gone:
            self._selected.pop(name, None)
        self._record(Change(kind="removed", names=gone))

    def rename(self, old: str, new: str) -> None:
        """Give an object another name; it keeps its place, group and metadata.

        Raises
        ------
        ObjectNotFoundError
            If nothing has the old name.
        NameTakenError
            If something else has the new one; nothing changes.
        """
        with self._changing():
            self._require([old])
            if _names.check_name(new) == old:
                return
            self._check_free([new])
            self._backend.rename(old, new)
            if old in self._selected:
                self._selected[new] = self._selected.pop(old)
            self._record(Change(kind="renamed", names=(old, new)))

    def clear(self, everything: bool = False) -> Cleared:  # type: ignore[override]
        """Remove what notebooks put there; what a person made in DataLab stays.

        Parameters
        ----------
        everything
            Whether to remove that too. DataLab's macros and history are never touched.
        """
        with self._changing():
            known = self._backend.describe()
            kept = tuple(
                name for name, info in known.items() if not (everything or info.is_from_notebook)
            )
            removed = tuple(name for name in known if name not in set(kept))
            self._remove(removed)
        return Cleared(removed=removed, kept=kept)

    # -- looking ------------------------------------------------------------------------

    def list(
        self,
        pattern: str | None = None,
        *,
        kind: Literal["signal", "image"] | None = None,
        group: str | None = None,
    ) -> builtins.list[str]:
        """List names: signals in their order, then images, as DataLab shows them.

        Parameters
        ----------
        pattern
            An exact name first, a pattern second: ``*`` stands for any text, ``?`` for
            one character, case matters.
        kind
            Only signals or only images.
        group
            Only the objects of the groups of that title.

        Examples
        --------
        >>> import numpy as np
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> _ = workspace.add({"img1": np.eye(2), "img2": np.eye(3), "s": np.ones(4)})
        >>> workspace.list("img*")
        ['img1', 'img2']
        """
        if kind is not None and kind not in KINDS:
            message = f"kind must be 'signal', 'image' or None, not {kind!r}."
            raise ValueError(message)
        with self._lock:
            known = self._backend.describe()
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
        """Say whether an object has that name; never transfers data."""
        if not isinstance(name, str):
            message = f"An object's name must be text, not {type(name).__name__}."
            raise TypeError(message)
        with self._lock:
            return name in self._backend.describe()

    def select(self, names: str | Iterable[str]) -> builtins.list[str]:
        """Select objects (a name, a pattern, or several names) and return their names."""
        with self._lock:
            found = self._found(names)
            self._backend.select(found)
            self._select(found)
            return found

    def _found(self, what: str | Iterable[str] | None) -> builtins.list[str]:
        """Return the names that a name, a pattern, several names, or None (all) stand for."""
        if what is None:
            return self.list()
        if not isinstance(what, str):
            found = [*dict.fromkeys(what)]
            self._require(found)
            return found
        found = self.list(what)
        if not found:
            raise _names.not_found(what, self._backend.describe())
        return found

    @property
    def selection(self) -> builtins.list[str]:
        """What was last selected here, else last added or computed; else DataLab's selection."""
        with self._lock:
            own = sorted(self._selected, key=self._selected.__getitem__)
            return own or self._backend.selected()

    def _select(self, names: Iterable[str]) -> None:
        self._selected = {name: place for place, name in enumerate(names)}

    # -- the mapping protocol -----------------------------------------------------------

    def __getitem__(self, name: str) -> DataObject:
        """Return an independent copy, as :meth:`get`."""
        obj: DataObject = self.get(name)
        return obj

    def __setitem__(self, name: str, obj: Any) -> None:
        """Store a copy, replacing what has that name."""
        self.add(name, obj, overwrite=True)

    def __delitem__(self, name: str) -> None:
        """Remove an object."""
        self.remove(name)

    def __contains__(self, name: object) -> bool:
        """Say whether an object has that name."""
        return isinstance(name, str) and self.exists(name)

    def __len__(self) -> int:
        """Count the objects."""
        with self._lock:
            return len(self._backend.describe())

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names as they are now: the workspace may change meanwhile."""
        return iter(self.list())

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Store copies of several objects, replacing what has their names; all or none."""
        self.add(dict(*args, **kwargs), overwrite=True)

    def __eq__(self, other: object) -> bool:
        """Compare identities: two workspaces are never moved through to compare them."""
        return self is other

    __hash__ = object.__hash__
