"""One object on its way to DataLab: what it is, what it replaces, where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.backends import Placement
from datalab_kernel.storage import for_datalab, new_uuid, share_object, uuid_in
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.doors.web._npz import Archive
from datalab_kernel_live.doors.xmlrpc._json import to_json
from datalab_kernel_live.objects._descriptions import listed_info
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.backends import Put
    from datalab_kernel.storage import ForDataLab
    from datalab_kernel_live.objects._memory import Entry


class Plan:
    """What is known of it, and what has become of it."""

    def __init__(self, item: Put, old: Entry | None, taken: set[str]) -> None:
        self.item = item
        self.title = item.name
        self.old = old
        self.is_in_place = item.placement is Placement.IN_PLACE and old is not None
        self.obj = obj = item.obj if item.is_owned else share_object(item.obj)
        if self.is_in_place and old is not None and old.place.uuid:
            self.uuid = old.place.uuid
        else:
            own = uuid_in(obj)
            self.uuid = own if own and own not in taken else new_uuid()
        taken.add(self.uuid)
        self.stored: ForDataLab = for_datalab(obj, self.uuid)
        self.group = item.group
        if self.group is None and old is not None and old.info.kind == self.stored.kind:
            self.group = old.info.group
        self.group_number = 0
        self.group_members: list[str] = []
        self.is_replaced = False
        self.is_quicker_by_web = False
        self.is_done = False
        self.before_text: list[str] | None = None
        self.before_archive: bytes | None = None

    def as_archive(self, before_end: Callable[[], None]) -> Archive:
        """Return the archive of it."""
        return Archive(self.stored.for_archives(self.item.name), before_end)

    def as_text(self) -> list[str]:
        """Return the texts of it; a large one may be read as an archive later."""
        is_large = self.stored.size_bytes > WHOLE_LIMIT_BYTES
        stored = self.stored.for_archives(self.item.name) if is_large else self.stored
        return to_json(stored, self.item.name)

    @property
    def place(self) -> Place:
        """Where it is, once it is there."""
        return Place(
            title=self.item.name,
            uuid=self.uuid,
            kind=self.stored.kind,
            listed=listed_info(self.stored, self.item.name),
            is_reachable=is_routable(self.item.name),
        )
