"""The page of a workspace that is a mapping of names to objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from datalab_kernel.workspace._calc_result import name_of
from datalab_kernel.workspace._from_afar import view_from_afar
from datalab_kernel.workspace._shelf import MISSING
from datalab_kernel.workspace.arithmetic import with_operators

if TYPE_CHECKING:
    import builtins
    from contextlib import AbstractContextManager

    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._changes import Cleared
    from datalab_kernel.workspace._shelf import Shelf

T = TypeVar("T")


class MappingPage(MutableMapping[str, "DataObject"]):
    """Adding, getting, editing, removing and listing, by name.

    Every method may be called from any thread, and does all that was asked or nothing.
    """

    _shelf: Shelf

    # -- adding and getting -------------------------------------------------------------

    @overload
    def add(
        self, name: Mapping[str, T], *, overwrite: bool = ..., group: str | None = ...
    ) -> Mapping[str, T]: ...
    @overload
    def add(self, name: str, obj: T, overwrite: bool = ..., *, group: str | None = ...) -> T: ...
    def add(
        self, name: Any, obj: Any = MISSING, overwrite: bool = False, *, group: str | None = None
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
        return self._shelf.add(name, obj, overwrite=overwrite, group=group)

    def get(self, name: str, default: Any = MISSING, *, copy: bool = True) -> Any:
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

        Notes
        -----
        Objects from here compute: ``a - b``, ``2 * a``, ``np.log10(a)`` are new objects on the
        same axes, with units of their own. They are Sigima's in all else.
        """
        found = self._shelf.get(name, default, copy=copy)
        return found if found is default else with_operators(found, name_of(name))

    def view_from_afar(
        self,
        name: str,
        *,
        xlim: tuple[float, float] | None = None,
        ylim: tuple[float, float] | None = None,
    ) -> Any:
        """Return an object to be looked at as a whole, as pictures do.

        Parameters
        ----------
        name
            The object's name.
        xlim, ylim
            What of it will be looked at, in the units of its axes; None for all of it.

        Returns
        -------
        SignalObj or ImageObj
            As ``get(name, copy=False)``; of a large object that is held elsewhere, its extremes in
            4,096 columns or its means over 2,048 by 2,048 areas, where its backend can tell these.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name.
        """
        return view_from_afar(self._shelf, name, xlim, ylim)

    def edit(self, name: str) -> AbstractContextManager[Any]:
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
        return self._shelf.edit(name)

    # -- removing and renaming ----------------------------------------------------------

    def remove(self, name: str | Iterable[str]) -> None:
        """Remove an object, or several, of which all are removed or none."""
        self._shelf.remove(name)

    def rename(self, old: str, new: str) -> None:
        """Give an object another name; it keeps its place, group and metadata.

        Raises
        ------
        ObjectNotFoundError
            If nothing has the old name.
        NameTakenError
            If something else has the new one; nothing changes.
        """
        self._shelf.rename(old, new)

    def clear(self, everything: bool = False) -> Cleared:  # type: ignore[override]
        """Remove what notebooks put there; what a person made in DataLab stays.

        Parameters
        ----------
        everything
            Whether to remove that too. DataLab's macros and history are never touched.
        """
        return self._shelf.clear(everything=everything)

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
        return self._shelf.names(pattern, kind=kind, group=group)

    def exists(self, name: str) -> bool:
        """Say whether an object has that name; never transfers data."""
        return self._shelf.exists(name)

    def select(self, names: str | Iterable[str]) -> builtins.list[str]:
        """Select objects (a name, a pattern, or several names) and return their names."""
        return self._shelf.select(names)

    @property
    def selection(self) -> builtins.list[str]:
        """What was last selected here, else last added or computed; else DataLab's selection."""
        return self._shelf.selection

    # -- the mapping protocol -----------------------------------------------------------

    def __getitem__(self, name: str) -> DataObject:
        """Return an independent copy, as :meth:`get`."""
        obj: DataObject = with_operators(self._shelf.get(name), str(name))
        return obj

    def __setitem__(self, name: str, obj: Any) -> None:
        """Store a copy, replacing what has that name."""
        self._shelf.add(name, obj, overwrite=True, group=None)

    def __delitem__(self, name: str) -> None:
        """Remove an object."""
        self._shelf.remove(name)

    def __contains__(self, name: object) -> bool:
        """Say whether an object has that name."""
        return isinstance(name, str) and self._shelf.exists(name)

    def __len__(self) -> int:
        """Count the objects."""
        return self._shelf.count()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names as they are now: the workspace may change meanwhile."""
        return iter(self._shelf.names())

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Store copies of several objects, replacing what has their names; all or none."""
        self._shelf.add(dict(*args, **kwargs), MISSING, overwrite=True, group=None)

    def __eq__(self, other: object) -> bool:
        """Compare identities: two workspaces are never moved through to compare them."""
        return self is other

    __hash__ = object.__hash__
