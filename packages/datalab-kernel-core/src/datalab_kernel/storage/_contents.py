"""What a DataLab workspace file holds, as plain values: groups of objects, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datalab_kernel.storage._extras import Extras

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import DataObject


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGroup:
    """A titled group of signals or of images, in display order; an object's name is its title."""

    title: str
    objects: Sequence[DataObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything in a workspace file.

    ``extras`` is what isn't ours (macros, history): kept untouched, so that saving
    what was loaded loses nothing.
    """

    signals: Sequence[StoredGroup] = ()
    images: Sequence[StoredGroup] = ()
    extras: Extras = field(default_factory=Extras)
