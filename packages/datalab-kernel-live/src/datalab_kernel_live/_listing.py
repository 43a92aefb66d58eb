"""What is in DataLab's window at a moment: names, identities, groups, in the window's order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.backends import KINDS, Kind, ObjectInfo, names_of
from datalab_kernel.errors import DataLabBusyError
from datalab_kernel.storage import is_of_notebook
from datalab_kernel_live._described import Descriptions
from datalab_kernel_live._web import is_routable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from datalab_kernel_live._remote import RemoteDoor
    from datalab_kernel_live._web import WebDoor

ATTEMPTS = 5
_NUMBERED = re.compile(r" \(\d+\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an object is in DataLab; ``uuid`` is None where only the Web API is open."""

    title: str
    uuid: str | None
    kind: Kind
    size_bytes: int
    is_reachable: bool
    """Whether the Web API reaches it: by a title that it can address and nothing else has."""


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
        self.put: set[str] = set()  # names of what this backend added
        self.places: dict[str, Place] = {}  # by name, as last seen
        self.descriptions = Descriptions()
        self.whole: set[str] = set()  # identities of what archives don't have all of


def is_plain(name: str) -> bool:
    """Say whether only an object of that very title can have a name, and the Web API can reach it.

    Other names may have been made of a title: a number added, or text for a blank one.
    """
    return is_routable(name) and not _NUMBERED.search(name) and name != names_of([""])[0]


def read_listing(web: WebDoor, remote: RemoteDoor | None, memory: Memory) -> dict[str, Entry]:
    """Ask DataLab for everything but data.

    One request where only the Web API is open; else two to four calls more, and two more to
    learn of groups that changed in the panel that isn't shown.

    Raises
    ------
    DataLabBusyError
        If the window changes faster than it can be read.
    """
    for _ in range(ATTEMPTS):
        infos = web.list()
        if remote is None:
            return _entries(infos, {}, memory)
        seen = _identities(remote, {info["type"] for info in infos}, memory)
        if seen is not None and _agree(infos, seen):
            return _entries(infos, seen, memory)
    message = "DataLab's objects change too quickly to be listed. Try again when it is at rest."
    raise DataLabBusyError(message, url=web.url, detail="lists don't agree", was_sent=False)


Identities = dict[Kind, list[tuple[str, str]]]


def _identities(remote: RemoteDoor, kinds: set[str], memory: Memory) -> Identities | None:
    """Return identities and titles in the window's order; None if they changed meanwhile."""
    panel = remote.current_panel()
    found: Identities = {}
    for kind in KINDS:
        if kind not in kinds:
            continue
        if kind == panel:
            found[kind] = _see_objects(remote, kind, memory)
            continue
        titles = remote.titles(kind)
        uuids = _uuids_of_other_panel(remote, kind, panel, memory)
        if len(titles) != len(uuids):
            return None
        found[kind] = [*zip(uuids, titles, strict=True)]
    return found


def _uuids_of_other_panel(remote: RemoteDoor, kind: Kind, panel: str, memory: Memory) -> list[str]:
    uuids = remote.uuids(kind)
    known = memory.groups.get(kind)
    if known is None or not known.holds(uuids):
        remote.set_panel(kind)  # the only way to be told
        try:
            see_groups(remote, kind, memory)
        finally:
            remote.set_panel(panel)
    return uuids


def see_groups(remote: RemoteDoor, kind: Kind, memory: Memory) -> Groups:
    """Return the groups of the panel that DataLab shows."""
    _see_objects(remote, kind, memory)
    return memory.groups[kind]


def _see_objects(remote: RemoteDoor, kind: Kind, memory: Memory) -> list[tuple[str, str]]:
    """Return identities and titles of the panel that DataLab shows; remember its groups."""
    groups = remote.objects_of_current_panel()
    memory.groups[kind] = Groups(
        [title for title, _ in groups], [[uuid for uuid, _ in ones] for _, ones in groups]
    )
    return [one for _, ones in groups for one in ones]


def _agree(infos: Sequence[dict[str, Any]], seen: Identities) -> bool:
    listed = sorted((info["type"], info["name"]) for info in infos)
    return listed == sorted((kind, title) for kind, pairs in seen.items() for _, title in pairs)


def _entries(infos: Sequence[dict[str, Any]], seen: Identities, memory: Memory) -> dict[str, Entry]:
    """Join what both doors say; objects of one title are told apart by their order."""
    waiting: dict[tuple[str, str], deque[dict[str, Any]]] = defaultdict(deque)
    for info in infos:
        waiting[info["type"], info["name"]].append(info)
    if not seen:
        ordered: list[tuple[Kind, str | None, str]] = [
            (kind, None, info["name"]) for kind in KINDS for info in infos if info["type"] == kind
        ]
    else:
        ordered = [(kind, uuid, title) for kind in KINDS for uuid, title in seen.get(kind, ())]
    titles = [title for _, _, title in ordered]
    number = Counter(titles)
    names = _bound([uuid for _, uuid, _ in ordered], titles, memory)
    entries = {}
    for name, (kind, uuid, title) in zip(names, ordered, strict=True):
        info = waiting[kind, title].popleft()
        group = memory.groups[kind].of(uuid) if uuid is not None else ""
        is_ours = name in memory.put or is_of_notebook(uuid)
        listed = described(info, name, group=group, is_from_notebook=is_ours)
        known = memory.descriptions.corrected(uuid or title, listed)
        place = Place(
            title=title,
            uuid=uuid,
            kind=kind,
            size_bytes=listed.size_bytes,
            is_reachable=is_routable(title) and number[title] == 1,
        )
        entries[name] = Entry(info=known, place=place)
    memory.places = {name: entry.place for name, entry in entries.items()}
    memory.descriptions.keep([place.uuid or place.title for place in memory.places.values()])
    return entries


def _bound(uuids: Sequence[str | None], titles: Sequence[str], memory: Memory) -> list[str]:
    """Name the objects by their titles; each keeps the suffix that it has had."""
    kept: dict[int, str] = {}
    for place, (uuid, title) in enumerate(zip(uuids, titles, strict=True)):
        known = memory.names.get(uuid or "")
        if known is not None and _is_name_of(known, title):
            kept[place] = known
    taken = {*kept.values()}
    names = []
    for place, title in enumerate(titles):
        name = kept.get(place) or names_of([title], taken)[0]
        taken.add(name)
        names.append(name)
    memory.names = {uuid: name for uuid, name in zip(uuids, names, strict=True) if uuid}
    return names


def _is_name_of(name: str, title: str) -> bool:
    base = names_of([title])[0]
    return name == base or re.fullmatch(re.escape(base) + r" \(\d+\)", name) is not None


def described(info: dict[str, Any], name: str, *, group: str, is_from_notebook: bool) -> ObjectInfo:
    """Return what the Web API says about an object in the words of the backends."""
    kind: Kind = "image" if info["type"] == "image" else "signal"
    axes = ("xunit", "yunit") if kind == "signal" else ("xunit", "yunit", "zunit")
    shape = tuple(int(length) for length in info["shape"])
    rows = 2 if kind == "signal" else 1  # x and y
    return ObjectInfo(
        name=name,
        kind=kind,
        group=group,
        shape=shape,
        dtype=str(info["dtype"]),
        units=tuple(info.get(axis) or "" for axis in axes),
        size_bytes=rows * int(np.prod(shape)) * np.dtype(info["dtype"]).itemsize,
        is_from_notebook=is_from_notebook,
    )
