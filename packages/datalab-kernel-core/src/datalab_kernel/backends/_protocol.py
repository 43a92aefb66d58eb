"""What a backend must do: six primitives that hold objects by name, and a few facts.

Everything that can be said in terms of these is in ``Workspace``, once. Files
and computing are core's too, so that no backend imports another. What else a backend may
be able to do is in ``_powers``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from datalab_kernel.errors import LiveModeRequiredError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.objects._unread import Unread


class WorkspaceMode(StrEnum):
    """What people call the two places that come with DataLab-Kernel."""

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


@dataclass(slots=True, kw_only=True)
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
class PutUnread:
    """One object on its way into a backend that stays in its file until its values are needed."""

    name: str
    unread: Unread
    group: str | None = None
    placement: Placement = Placement.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """What a backend computed itself: the object that it added, or analysed.

    ``result`` is Sigima's TableResult or GeometryResult of an analysis. ``conversions`` says
    of its sources what was converted before computing: ``{"img": "uint32 to float64"}``;
    ``notes`` what should be known of the result.
    """

    name: str
    result: Any = None
    conversions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


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
        Whether the objects are in another program: :meth:`open` looks for it outside this
        process, and they stay there when the workspace goes elsewhere.
    program : str
        What that program is called, where people are told that it doesn't answer.
    outlives_kernel : bool
        Whether the objects are there also when this process has ended, so that they need no
        saving.
    computes_as : str
        What results that it computed itself say of where (:attr:`CalcResult.computed_by`).
    lacks : frozenset of str
        What the contract suite skips and prints: ``"editing"`` (no :attr:`Placement.IN_PLACE`),
        and powers that this very instance hasn't (``"groups"``, ``"extras"``).
    """

    auto_rank: ClassVar[int | None] = None
    needs_connection: ClassVar[bool] = True
    program: ClassVar[str] = "DataLab"
    outlives_kernel: ClassVar[bool] = False
    computes_as: ClassVar[str] = "datalab"
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
    def label(self) -> str:
        """What people call this place, in a word.

        As it stands, the class's name: ``"sqlite"`` of ``SqliteBackend``.
        """
        return type(self).__name__.removesuffix("Backend").lower()

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

    @abstractmethod
    def put(self, items: Sequence[Put]) -> None:
        """Store objects under their names, all or none."""

    @abstractmethod
    def remove(self, names: Sequence[str]) -> None:
        """Remove objects, all or none; groups stay, also empty ones."""

    @abstractmethod
    def rename(self, old: str, new: str) -> None:
        """Rename an object, keeping its place, group and metadata."""

    @abstractmethod
    def close(self) -> None:
        """Let go of connections; the objects of a running DataLab stay there."""

    def begin_turn(self) -> None:
        """Be told that a call of the workspace begins: what was seen before may have changed.

        As it stands, it does nothing: for a backend in which nobody else makes changes.
        """

    @property
    def where(self) -> str:
        """Say where the objects are, for people."""
        return "memory of this process"

    @property
    def proxy(self) -> Any:
        """Sigima's remote proxy, connected to the same DataLab."""
        message = (
            f"workspace.proxy needs a running DataLab, but this workspace is in {self.label} mode. "
            "Start DataLab, switch on its Web API, then call workspace.connect()."
        )
        raise LiveModeRequiredError(message, mode=self.label)
