"""What a backend must do: a dozen primitives that hold objects by name.

Everything that can be said in terms of these is in ``Workspace``, once. Files
and computing are core's too, so that no backend imports another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from datalab_kernel.errors import LiveModeRequiredError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.compute import Job
    from datalab_kernel.objects import DataObject, Kind, ObjectInfo
    from datalab_kernel.storage import Extras


class WorkspaceMode(Enum):
    """Where a workspace's objects are."""

    STANDALONE = "standalone"
    LIVE = "live"


class Placement(Enum):
    """Where :meth:`Backend.put` puts an object."""

    NEW = "new"
    """At the end; the name is free."""
    REPLACE = "replace"
    """At the end; what holds the name, of either kind, is removed."""
    IN_PLACE = "in place"
    """Instead of the object of that name and kind, keeping its place and group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """One object on its way into a backend.

    ``group`` is a group's title, or None: the group of the object that is
    replaced, else the last group of that kind (made when there is none, with an
    empty title, as DataLab does). With ``is_owned`` the backend may keep ``obj``
    itself: nobody else holds it; otherwise it copies.
    """

    name: str
    obj: DataObject
    group: str | None = None
    placement: Placement = Placement.NEW
    is_owned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """What a backend computed itself: the object that it added, or analysed.

    ``result`` is Sigima's TableResult or GeometryResult of an analysis.
    """

    name: str
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a backend says of the program that it is connected to; ``notes`` are for people."""

    version: str
    latency_s: float
    notes: tuple[str, ...] = ()


class Backend(ABC):
    """A place where named signals and images are kept.

    The workspace calls a backend from one thread at a time, with names that
    exist (or are free, for :attr:`Placement.NEW`) at the moment of the call, as
    :meth:`describe` told. Each call does all that was asked or nothing.

    Attributes
    ----------
    auto_rank : int or None
        Place in the order in which ``Workspace("auto")`` asks installed backends
        (lowest first); None: only used when named.
    needs_connection : bool
        Whether :meth:`open` looks for something outside this process.
    lacks : frozenset of str
        Optional capabilities that this backend declares it has not (``"groups"``,
        ``"extras"``, ``"editing"``: no :attr:`Placement.IN_PLACE`); the contract suite
        skips and prints them.
    """

    auto_rank: ClassVar[int | None] = None
    needs_connection: ClassVar[bool] = True
    lacks: frozenset[str] = frozenset()

    @classmethod
    def open(cls, **options: Any) -> Self:
        """Make a backend that is ready for use.

        Raises
        ------
        TypeError
            For an option that this backend doesn't know.
        ConnectionError
            If what it needs doesn't answer.
        """
        return cls(**options)

    @classmethod
    def is_available(cls, **options: Any) -> bool:
        """Say whether :meth:`open` would succeed; quick, and without side effects."""
        return not options

    @property
    @abstractmethod
    def mode(self) -> WorkspaceMode:
        """Where the objects are."""

    @abstractmethod
    def describe(self) -> Mapping[str, ObjectInfo]:
        """Describe all objects by name: signals, then images, each in display order.

        Lookup, ``in`` and ``len`` on the mapping must not grow with the number of
        objects where they are held in this process.
        """

    @abstractmethod
    def get(self, name: str) -> DataObject:
        """Return an independent copy of an object, titled by its name; KeyError: there is none."""

    def view(self, name: str) -> DataObject:
        """Return an object whose arrays are read-only, and shared where they are here."""
        from datalab_kernel.objects import share_object

        return share_object(self.get(name))

    def preview(self, name: str) -> DataObject | None:
        """Return what a thumbnail is drawn from, or None if that would take long; else KeyError.

        As it stands, :meth:`view`: for a backend whose objects are here.
        """
        return self.view(name)

    def identified(self, name: str) -> DataObject:
        """Return a view that has the object's identifier in its metadata, if it has one.

        As it stands, :meth:`view`: for a backend that gives objects none of its own.
        """
        return self.view(name)

    @abstractmethod
    def put(self, items: Sequence[Put]) -> None:
        """Store objects under their names, all or none."""

    @abstractmethod
    def remove(self, names: Sequence[str]) -> None:
        """Remove objects, all or none; groups stay, also empty ones."""

    @abstractmethod
    def rename(self, old: str, new: str) -> None:
        """Rename an object, keeping its place, group and metadata."""

    def groups(self, kind: Kind) -> list[str]:
        """List the titles of a kind's groups in display order, empty ones included.

        As it stands: for a backend that lacks ``"groups"``.
        """
        infos = self.describe().values()
        return list(dict.fromkeys(info.group for info in infos if info.kind == kind))

    def add_group(self, kind: Kind, title: str) -> None:
        """Append an empty group; one of that title already there is kept as it is.

        As it stands, it makes none: for a backend that lacks ``"groups"``.
        """

    def calc(
        self,
        jobs: Sequence[Job],  # noqa: ARG002 - what a backend that computes is given
        names: Sequence[str | None],  # noqa: ARG002
    ) -> Sequence[Calculated] | None:
        """Compute where the objects are, and store what comes of it; all or nothing.

        As it stands, it leaves that to core: for a backend whose objects are here.

        Parameters
        ----------
        jobs
            Single calls of functions, with checked and complete parameters.
        names
            What the result of each is to be called; None: its own title.

        Returns
        -------
        sequence of Calculated or None
            One for each job; None if core is to compute these.
        """
        return None

    def calc_own(
        self,
        function: str,  # noqa: ARG002 - what a backend with functions of its own is given
        on: Sequence[str],  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Sequence[Calculated] | None:
        """Run a function that core doesn't know, such as one of a plug-in of DataLab.

        As it stands, there is none.

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
        return None

    def begin_turn(self) -> None:
        """Be told that a call of the workspace begins: what was seen before may have changed.

        As it stands, it does nothing: for a backend in which nobody else makes changes.
        """

    def select(self, names: Sequence[str]) -> None:
        """Select objects where a person sees it; as it stands: nobody does."""

    def selected(self) -> list[str]:
        """Return what a person has selected; as it stands: nothing."""
        return []

    def pulse(self) -> object | None:
        """Return something that differs after somebody else has changed what is here.

        As it stands, None: nobody else can. Cheap: it is asked for again and again.
        """
        return None

    def connection(self) -> Connection | None:
        """Say how it is connected; None where the objects are in this process."""
        return None

    def close(self) -> None:
        """Let go of connections; the objects of a running DataLab stay there."""

    def get_extras(self) -> Extras | None:
        """Return what loaded files held besides objects and isn't kept elsewhere."""
        return None

    def add_extras(self, extras: Extras) -> None:
        """Keep what a loaded file holds besides objects (macros, history).

        A backend whose objects live in DataLab leaves this to DataLab.
        """

    @property
    def where(self) -> str:
        """Say where the objects are, for people."""
        return "memory of this process"

    @property
    def proxy(self) -> Any:
        """Sigima's remote proxy, connected to the same DataLab."""
        message = (
            f"workspace.proxy needs a running DataLab, but this workspace is in {self.mode.value} mode. "
            "Start DataLab, switch on its Web API, then call workspace.connect()."
        )
        raise LiveModeRequiredError(message, mode=self.mode.value)
