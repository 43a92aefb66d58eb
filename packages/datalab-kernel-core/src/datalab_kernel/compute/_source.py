"""An object that something is computed of, fetched when it is first looked at.

A backend whose objects are elsewhere, and which computes there, then transfers none.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Self

from datalab_kernel.compute._masks import fill_masked
from datalab_kernel.compute._records import uuid_of
from datalab_kernel.objects import kind_of, new_uuid, share_object, widen_object
from datalab_kernel.objects._operand_signals import as_operand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from datalab_kernel.objects import DataObject, Kind


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
        self._uuid: str | None = None
        self._was_seen = self._is_masked = self._had_uuid = False
        self._conversion = ""

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
        if self._obj is not None:
            return self._obj
        obj = self._load()
        filling = fill_masked(obj)
        own = uuid_of(obj)
        self._conversion = filling or widen_object(obj)
        self._uuid = self._uuid or own or new_uuid()
        self._is_masked, self._had_uuid = bool(filling), own is not None
        self._was_seen = True
        return as_operand(obj)

    @property
    def obj(self) -> DataObject:
        """The object, as :meth:`look` gives it; it is kept."""
        if self._obj is None:
            self._obj = self.look()
        return self._obj

    @property
    def conversion(self) -> str:
        """From what to what that needed a conversion (``"uint32 to float64"``), or ""."""
        self._see()
        return self._conversion

    @property
    def is_masked(self) -> bool:
        """Whether it has masked pixels, which are NaN in ``obj``."""
        self._see()
        return self._is_masked

    @property
    def had_uuid(self) -> bool:
        """Whether the object had an identifier of its own."""
        self._see()
        return self._had_uuid

    @property
    def uuid(self) -> str:
        """The identifier that the history has for it; a new one if it had none."""
        if self._uuid is None:
            self._see()
        return str(self._uuid)

    def _see(self) -> None:
        """Fetch the object, unless it was looked at."""
        if not self._was_seen:
            self._obj = self.look()


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
