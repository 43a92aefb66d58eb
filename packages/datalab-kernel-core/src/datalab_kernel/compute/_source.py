"""An object that something is computed of, fetched when it is first looked at.

A backend whose objects are elsewhere, and which computes there, then transfers none.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self

from datalab_kernel.compute._masks import fill_masked
from datalab_kernel.compute._records import uuid_of
from datalab_kernel.objects import kind_of, new_uuid, share_object, widen_object
from datalab_kernel.objects._operand_signals import as_operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datalab_kernel.objects import DataObject, Kind


class _Known(NamedTuple):
    """What is known of an object that was looked at."""

    conversion: str
    uuid: str
    is_masked: bool
    had_uuid: bool


class Source:
    """An object that something is computed of.

    Parameters
    ----------
    name
        What it is called.
    kind
        Whether it is a signal or an image.
    load
        Gives the object; it is called once, by what first needs the object's data or
        metadata, and whatever it raises goes there.
    group
        The title of its group in the workspace.
    is_stored
        Whether it is in the workspace.
    """

    def __init__(
        self,
        *,
        name: str,
        kind: Kind,
        load: Callable[[], DataObject],
        group: str | None = None,
        is_stored: bool = True,
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.group = group
        self.is_stored = is_stored
        self._load = load
        self._obj: DataObject | None = None
        self._known: _Known | None = None
        self._uuid: str | None = None

    @classmethod
    def of_loose(cls, obj: DataObject) -> Self:
        """Return a source of an object that isn't in the workspace."""
        return cls(
            name=obj.title,
            kind=kind_of(obj),
            load=partial(share_object, obj),
            is_stored=False,
        )

    def __repr__(self) -> str:
        """Name it, without fetching it."""
        return f"Source({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what titles and history need; the object goes with the job (``Job.objects``)."""
        return _named, (self.name, self.kind, self.group, self.is_stored, self.uuid)

    @property
    def name_then(self) -> str:
        """What the history calls it, which nothing in the workspace is called if it isn't there."""
        return self.name if self.is_stored else f"{self.name} (not stored)"

    def look(self) -> DataObject:
        """Return the object, which isn't kept: the next who looks has it fetched again.

        Its arrays are read-only, of a dtype that DataLab computes with, and unmasked.
        """
        return self._looked_at()[0] if self._obj is None else self._obj

    def _looked_at(self) -> tuple[DataObject, _Known]:
        obj = self._load()
        filling = fill_masked(obj)
        conversion = filling or widen_object(obj)
        own = uuid_of(obj)
        self._uuid = self._uuid or own or new_uuid()
        self._known = _Known(
            conversion, self._uuid, is_masked=bool(filling), had_uuid=own is not None
        )
        return as_operand(obj), self._known

    @property
    def obj(self) -> DataObject:
        """The object, as :meth:`look` gives it; it is kept."""
        if self._obj is None:
            self._obj = self.look()
        return self._obj

    @property
    def conversion(self) -> str:
        """From what to what that needed a conversion (``"uint32 to float64"``), or ""."""
        return self._facts.conversion

    @property
    def is_masked(self) -> bool:
        """Whether it has masked pixels, which are NaN in ``obj``."""
        return self._facts.is_masked

    @property
    def had_uuid(self) -> bool:
        """Whether the object had an identifier of its own."""
        return self._facts.had_uuid

    @property
    def uuid(self) -> str:
        """The identifier that the history has for it; a new one if it had none."""
        return self._uuid or self._facts.uuid

    @property
    def _facts(self) -> _Known:
        known = self._known
        if known is None:
            self._obj, known = self._looked_at()
        return known


class InTurn:
    """Objects that are fetched one after another, of which none is kept but the first.

    Pickled, it has them all.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self.first = sources[0].look()

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[DataObject]:
        yield self.first
        for source in self._sources[1:]:
            yield source.look()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the objects, as they are now."""
        return _Together, ([*self],)


class _Together(list["DataObject"]):
    """What :class:`InTurn` is elsewhere."""

    @property
    def first(self) -> DataObject:
        return self[0]


def _named(name: str, kind: Kind, group: str | None, is_stored: bool, uuid: str) -> Source:
    """Rebuild a source that was pickled."""

    def load() -> NoReturn:
        message = (
            f"The object {name!r} stayed where it was when its job was pickled: send what "
            "datalab_kernel.compute.prepared makes of the job"
        )
        raise LookupError(message)

    source = Source(name=name, kind=kind, load=load, group=group, is_stored=is_stored)
    source._uuid = uuid  # noqa: SLF001 - its own
    return source
