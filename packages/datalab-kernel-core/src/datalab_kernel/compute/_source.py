"""An object that something is computed of, fetched when it is first looked at.

A backend whose objects are elsewhere, and which computes there, then transfers none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.objects import DataObject, Kind


class _Fetched(NamedTuple):
    obj: DataObject
    conversion: str
    uuid: str
    is_masked: bool


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
        self._fetched: _Fetched | None = None
        self._uuid: str | None = None

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

    def fetch(self) -> _Fetched:
        """Fetch the object, unless that was done."""
        from datalab_kernel.compute._masks import fill_masked
        from datalab_kernel.compute._records import uuid_of
        from datalab_kernel.objects import new_uuid, widen_object

        if self._fetched is None:
            obj = self._load()
            filling = fill_masked(obj)
            conversion = filling or widen_object(obj)
            uuid = uuid_of(obj) or new_uuid()
            self._fetched = _Fetched(obj, conversion, uuid, is_masked=bool(filling))
        return self._fetched

    @property
    def obj(self) -> DataObject:
        """The object: its arrays are read-only, of a dtype that DataLab computes with, unmasked."""
        return self.fetch().obj

    @property
    def conversion(self) -> str:
        """From what to what that needed a conversion (``"uint32 to float64"``), or ""."""
        return self.fetch().conversion

    @property
    def is_masked(self) -> bool:
        """Whether it has masked pixels, which are NaN in ``obj``."""
        return self.fetch().is_masked

    @property
    def uuid(self) -> str:
        """The identifier that the history has for it; a new one if it had none."""
        return self._uuid or self.fetch().uuid


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
