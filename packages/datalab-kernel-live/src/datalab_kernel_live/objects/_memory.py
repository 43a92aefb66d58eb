"""What was seen of DataLab's objects: where each is, in which group, and what was said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel_live.objects._descriptions import Descriptions
from datalab_kernel_live.objects._pending import Pending
from datalab_kernel_live.objects._previews import Previews

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from datalab_kernel import DataObject
    from datalab_kernel.backends import Kind, ObjectInfo
    from datalab_kernel.objects import Fields, ForDataLab

WHOLE_LIMIT_BYTES = 400_000
"""Up to this size objects go as text, by XML-RPC: everything is in it, and it takes 50 ms."""
LIGHT_BYTES = 64_000_000
"""Up to so much in all, DataLab is asked to describe everything anew each time: some 30 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an object is in DataLab; ``uuid`` is None where only the Web API is open."""

    title: str
    uuid: str | None
    kind: Kind
    listed: ObjectInfo
    """What DataLab holds there."""
    is_reachable: bool
    """Whether the Web API reaches it: by a title that it can address and nothing else has."""

    @property
    def size_bytes(self) -> int:
        """How large it is in DataLab; that may have to be asked for."""
        return self.listed.size_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An object in DataLab, and where it is."""

    info: ObjectInfo
    place: Place


@dataclass(slots=True)
class Groups:
    """The groups of a panel, as last seen: a title and the objects' identities each."""

    titles: list[str] = field(default_factory=list)
    members: list[list[str]] = field(default_factory=list)

    def holds(self, uuids: Iterable[str]) -> bool:
        """Say whether these are the objects that it knows."""
        return {uuid for group in self.members for uuid in group} == {*uuids}

    def of(self, uuid: str) -> str:
        """Return the title of an object's group."""
        for title, members in zip(self.titles, self.members, strict=True):
            if uuid in members:
                return title
        return self.titles[-1] if self.titles else ""


class Memory:
    """What was seen of DataLab's window, and what can't be asked for without changing it."""

    def __init__(self) -> None:
        self.groups: dict[Kind, Groups] = {}
        self.names: dict[str, str] = {}  # by identity: a suffix stays with its object
        self.own_names: set[str] = set()  # names of what this backend added
        self.places: dict[str, Place] = {}  # by name, as last seen
        self.descriptions = Descriptions()
        self.previews = Previews()
        self.has_listed = False
        self.text_only: set[str] = set()  # identities of what archives don't have all of
        self.looks: dict[str, dict[str, Any]] = {}  # ... and what they lack of others: the looks
        self.partial_titles: set[str] = set()  # titles of what was read although that isn't known

    @property
    def is_light(self) -> bool:
        """Whether DataLab describes everything in no time, as far as is known."""
        listed = [place.listed for place in self.places.values()]
        if not self.has_listed or any(isinstance(one, Pending) for one in listed):
            return False
        return sum(one.size_bytes for one in listed) <= LIGHT_BYTES

    def learn(self, key: str, held: Fields | ForDataLab, obj: DataObject) -> None:
        """Remember an object that was here: what it is, and what it looks like if it is large."""
        if self.descriptions.learn(key, held, obj).size_bytes > WHOLE_LIMIT_BYTES:
            self.previews.learn(key, obj)

    def leave_group(self, uuid: str | None, kind: Kind) -> None:
        """Note that an object isn't in its group any more."""
        known = self.groups.get(kind)
        for members in known.members if known else ():
            if uuid in members:
                members.remove(uuid)

    def keep(self, keys: Collection[str]) -> None:
        """Forget what was known of all others."""
        self.descriptions.keep(keys)
        self.previews.keep(keys)
