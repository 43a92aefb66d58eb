"""Plans of what is to be added or replaced: what it is, what it replaces, which door it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from datalab_kernel.backends import Placement
from datalab_kernel.objects import for_datalab, new_uuid, share_object, uuid_in
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.doors.web._npz import Archive
from datalab_kernel_live.doors.xmlrpc._json import to_json
from datalab_kernel_live.objects._descriptions import listed_info
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel import DataObject
    from datalab_kernel.backends import Kind, Put
    from datalab_kernel.objects import ForDataLab
    from datalab_kernel_live.objects._memory import Entry

MANY = 5
"""From so many new objects on, they go by the Web API and without being painted each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One object that is to be in DataLab.

    Attributes
    ----------
    old
        What has its name now, which it replaces.
    is_in_place
        Whether it keeps the identity and the place of that one.
    group
        Title of the group that it is to be in; None: any.
    goes_as_text
        Whether it goes by XML-RPC, which carries everything; else as an archive of the Web API.
    """

    name: str
    obj: DataObject
    uuid: str
    stored: ForDataLab
    old: Entry | None
    is_in_place: bool
    group: str | None
    goes_as_text: bool

    @property
    def kind(self) -> Kind:
        """The panel that it goes into."""
        return self.stored.kind

    @property
    def place(self) -> Place:
        """Where it is, once it is there."""
        return Place(
            title=self.name,
            uuid=self.uuid,
            kind=self.kind,
            listed=listed_info(self.stored, self.name),
            is_reachable=is_routable(self.name),
        )

    def as_archive(self, before_end: Callable[[], None]) -> Archive:
        """Return the archive of it."""
        return Archive(self.stored.for_archives(self.name), before_end)


def plans_of(
    items: Sequence[Put], entries: Mapping[str, Entry], taken: set[str], *, has_xmlrpc: bool
) -> list[Plan]:
    """Plan what is to be put.

    Parameters
    ----------
    entries
        What is there now, as far as something may be replaced.
    taken
        Identities that other objects have; those of the plans are added.
    has_xmlrpc
        Whether objects can go as text.
    """
    are_many = len(items) >= MANY
    return [
        _plan(item, entries.get(item.name), taken, has_xmlrpc=has_xmlrpc, is_one_of_many=are_many)
        for item in items
    ]


def _plan(
    item: Put, old: Entry | None, taken: set[str], *, has_xmlrpc: bool, is_one_of_many: bool
) -> Plan:
    obj = item.obj if item.is_owned else share_object(item.obj)
    is_in_place = item.placement is Placement.IN_PLACE and old is not None
    if is_in_place and old is not None and old.place.uuid:
        uuid = old.place.uuid
    else:
        own = uuid_in(obj)
        uuid = own if own and own not in taken else new_uuid()
    taken.add(uuid)
    stored = for_datalab(obj, uuid)
    group = item.group
    if group is None and old is not None and old.info.kind == stored.kind:
        group = old.info.group
    is_quick = stored.size_bytes <= WHOLE_LIMIT_BYTES and not (is_one_of_many and old is None)
    needs_text = (
        stored.needs_all
        or not is_routable(item.name)
        or (old is not None and not old.place.is_reachable)  # another object has its title
    )
    return Plan(
        name=item.name,
        obj=obj,
        uuid=uuid,
        stored=stored,
        old=old,
        is_in_place=is_in_place,
        group=group,
        goes_as_text=has_xmlrpc and (is_quick or needs_text),
    )


def texts_of(stored: ForDataLab, name: str) -> list[str]:
    """Return an object as the texts that DataLab makes it of; large ones are read as archives."""
    is_large = stored.size_bytes > WHOLE_LIMIT_BYTES
    return to_json(stored.for_archives(name) if is_large else stored, name)
