"""What a DataLab workspace file holds, as plain values: groups of objects, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import h5py

    from datalab_kernel.objects import DataObject


@dataclass(frozen=True, slots=True)
class Extras:
    """Macros, history and whatever else is at a file's root, as an HDF5 file in memory.

    Links to somewhere else aren't kept: what they lead to isn't in the file.
    """

    image: bytes = b""

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return bool(self.image)

    def merged_with(self, other: Extras) -> Extras:
        """Return both; what is in both is there once, and nothing takes another's place."""
        if not (self and other) or self.image == other.image:
            return self or other
        from datalab_kernel.storage._extras import merged

        return Extras(merged(self.image, other.image))

    def copy_to(self, file: h5py.File) -> None:
        """Copy everything to the root of a file."""
        if self:
            from datalab_kernel.storage._extras import copy_to

            copy_to(file, self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGroup:
    """A titled group of signals or of images, in display order; an object's name is its title."""

    title: str
    objects: Sequence[DataObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything in a workspace file.

    ``extras`` is what isn't ours (macros, history): kept untouched, so that saving
    what was loaded loses nothing. ``journaled`` are the names of those objects that the
    journal beside the file held; ``remark`` says what of it wasn't taken in.
    """

    signals: Sequence[StoredGroup] = ()
    images: Sequence[StoredGroup] = ()
    extras: Extras = field(default_factory=Extras)
    journaled: frozenset[str] = frozenset()
    remark: str = ""
