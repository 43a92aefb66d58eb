"""What a backend may be able to do besides: each power a protocol, which core asks for.

A backend has a power by having its methods; nothing is declared or inherited. Where core
goes on without one in the same way in several places, the function for that is here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel.backends._protocol import Backend, Calculated, Connection, PutUnread
    from datalab_kernel.compute import Job
    from datalab_kernel.objects import DataObject, ImageObj, Kind, ObjectInfo, SignalObj
    from datalab_kernel.objects._unread import Unread
    from datalab_kernel.storage import Extras


@runtime_checkable
class Groups(Protocol):
    """Keeps objects in titled groups."""

    def groups(self, kind: Kind) -> list[str]:
        """List the titles of a kind's groups in display order, empty ones included."""

    def add_group(self, kind: Kind, title: str) -> None:
        """Append an empty group; one of that title already there is kept as it is."""


@runtime_checkable
class KeepsExtras(Protocol):
    """Keeps what loaded files hold besides objects (macros, history).

    A backend whose objects live in DataLab leaves this to DataLab.
    """

    def get_extras(self) -> Extras | None:
        """Return what loaded files held besides objects."""

    def add_extras(self, extras: Extras) -> None:
        """Keep what a loaded file holds besides objects."""


@runtime_checkable
class KeepsUnread(Protocol):
    """Keeps objects that are read from their file when their values are first asked for."""

    def put_unread(self, items: Sequence[PutUnread]) -> None:
        """Store objects under their names, as :meth:`Backend.put` does; nothing is read."""

    def unread(self, name: str) -> Unread | None:
        """Return an object that hasn't been read, or None if it has been; else KeyError."""


@runtime_checkable
class Previews(Protocol):
    """Has small pictures of objects that take long to come."""

    def preview(self, name: str) -> DataObject | None:
        """Return what a thumbnail is drawn from, or None if that would take long; else KeyError."""


@runtime_checkable
class Identifies(Protocol):
    """Gives objects identifiers of its own, which their metadata hasn't."""

    def identified(self, name: str) -> DataObject:
        """Return a view that has the object's identifier in its metadata, if it has one."""


@runtime_checkable
class Computes(Protocol):
    """Computes where the objects are."""

    def calc(self, jobs: Sequence[Job], names: Sequence[str | None]) -> Sequence[Calculated] | None:
        """Compute where the objects are, and store what comes of it; all or nothing.

        Parameters
        ----------
        jobs
            Single calls of functions, with checked and complete parameters. Where a job's
            ``keep_results`` is true, its result keeps the tables and geometry of its sources.
        names
            What the result of each is to be called; None: its own title.

        Returns
        -------
        sequence of Calculated or None
            One for each job; None if core is to compute these.
        """


@runtime_checkable
class OwnFunctions(Protocol):
    """Has functions that core doesn't know, such as those of a plug-in of DataLab."""

    def calc_own(
        self, function: str, on: Sequence[str], parameters: Mapping[str, Any]
    ) -> Sequence[Calculated] | None:
        """Run a function that core doesn't know.

        Parameters
        ----------
        function
            What somebody called it.
        on
            The objects that it is to run on, all of one kind.
        parameters
            What was given, by name; nothing is known of them.

        Returns
        -------
        sequence of Calculated or None
            What was added; of an analysis, the objects that it has changed. None if there is
            no such function here either, and nothing was done.

        Raises
        ------
        ComputationError
            If it ran, and nothing came of it.
        """


@runtime_checkable
class Selectable(Protocol):
    """Shows a person objects, of which some are selected."""

    def select(self, names: Sequence[str]) -> None:
        """Select objects where a person sees it."""

    def selected(self) -> list[str]:
        """Return what a person has selected."""


@runtime_checkable
class Watched(Protocol):
    """Holds objects that others change too."""

    def pulse(self) -> object | None:
        """Return something that differs after somebody else has changed what is here.

        Cheap: it is asked for again and again; None ends that.
        """


@runtime_checkable
class Remembers(Protocol):
    """Knows what was there lately, where asking would keep a person waiting."""

    def remembered(self) -> tuple[Mapping[str, ObjectInfo], str]:
        """Return what is there and an empty text; or what was, and words that say as of when."""


@runtime_checkable
class Reduces(Protocol):
    """Says what a large object looks like as a whole, without handing it over.

    :func:`datalab_kernel.plot.rendering.extremes_of` and ``area_means_of`` make what is
    returned, where the data are.
    """

    def extremes(self, name: str, columns: int, xlim: tuple[float, float] | None) -> SignalObj:
        """Return a signal's least and greatest value in each column of x, between limits."""

    def area_means(
        self,
        name: str,
        shape: tuple[int, int],
        xlim: tuple[float, float] | None,
        ylim: tuple[float, float] | None,
    ) -> ImageObj:
        """Return an image's means over areas, at most of this shape, between limits."""


@runtime_checkable
class TakesLong(Protocol):
    """Takes long to add many objects, and knows how long."""

    def seconds_to_add(self, numbers: Mapping[Kind, int]) -> float:
        """Estimate how long :meth:`Backend.put` will take for so many new objects of each kind."""


@runtime_checkable
class Connected(Protocol):
    """Is connected to another program."""

    def connection(self) -> Connection:
        """Say how it is connected."""


def known_now(backend: Backend) -> tuple[Mapping[str, ObjectInfo], str]:
    """Return what is there for a glance, such as Tab's, and as of when unless it is now."""
    if isinstance(backend, Remembers):
        return backend.remembered()
    return backend.describe(), ""


def groups_of(backend: Backend, kind: Kind) -> list[str]:
    """Return the titles of a kind's groups: where there are none, those that its objects tell."""
    if isinstance(backend, Groups):
        return backend.groups(kind)
    infos = backend.describe().values()
    return list(dict.fromkeys(info.group for info in infos if info.kind == kind))


def add_group(backend: Backend, kind: Kind, title: str) -> None:
    """Append an empty group, where there are groups."""
    if isinstance(backend, Groups):
        backend.add_group(kind, title)


def extras_of(backend: Backend) -> Extras | None:
    """Return what loaded files held besides objects and isn't kept elsewhere."""
    return backend.get_extras() if isinstance(backend, KeepsExtras) else None


def add_extras(backend: Backend, extras: Extras | None) -> None:
    """Keep what a loaded file holds besides objects, where that is kept."""
    if extras and isinstance(backend, KeepsExtras):
        backend.add_extras(extras)


def unread_of(backend: Backend, name: str) -> Unread | None:
    """Return an object that is still in its file; None if its values are here, or elsewhere."""
    return backend.unread(name) if isinstance(backend, KeepsUnread) else None


def texts_of(backend: Backend, name: str) -> DataObject:
    """Return an object for its metadata and texts; of what is still in a file, no array is read.

    It has its identifier in its metadata, if it has one.
    """
    unread = unread_of(backend, name)
    return identified(backend, name) if unread is None else unread.look()


def metadata_of(backend: Backend, name: str) -> Mapping[str, Any]:
    """Return an object's metadata, its identifier among it, to be looked at and not changed."""
    own: Callable[[str], Mapping[str, Any]] | None = getattr(backend, "metadata", None)
    return texts_of(backend, name).metadata if own is None else own(name)


def identified(backend: Backend, name: str) -> DataObject:
    """Return a view of an object, with its identifier in its metadata if it has one."""
    # Asking for the protocol takes ten times as long, and this is done for each of many objects
    own: Callable[[str], DataObject] = getattr(backend, "identified", backend.view)
    return own(name)
