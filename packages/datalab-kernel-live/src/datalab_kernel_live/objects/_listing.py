"""What is in DataLab's window at a moment: names, identities, groups, in the window's order."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import KINDS, Kind, ObjectInfo, names_of
from datalab_kernel.errors import DataLabBusyError
from datalab_kernel.objects import is_of_notebook
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.objects._memory import LIGHT_BYTES, Entry, Groups, Place
from datalab_kernel_live.objects._pending import SINGLES, Describer, Ordered, Pending, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Memory

PATIENCE_S = 10.0
"""So long a window that changes is read again, until both doors say the same."""
_NUMBERED = re.compile(r" \(\d+\)$")


def is_plain(name: str) -> bool:
    """Say whether only an object of that very title can have a name, and the Web API can reach it.

    Other names may have been made of a title: a number added, or text for a blank one.
    """
    return is_routable(name) and not _NUMBERED.search(name) and name != names_of([""])[0]


def read_listing(web: WebDoor, remote: RemoteDoor | None, memory: Memory) -> dict[str, Entry]:
    """Ask DataLab for everything but data.

    One request where only the Web API is open; else two to four calls more, and two more to
    learn of groups that changed in the panel that isn't shown. DataLab copies each object that
    it describes: what is large, it is asked about once, and only when somebody looks.

    Raises
    ------
    DataLabBusyError
        If the window changes faster than it can be read, for `PATIENCE_S`.
    """
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        infos = web.list() if remote is None or memory.is_light else None
        if remote is None:
            return _entries(_ordered_by(infos or ()), infos, web, memory)
        kinds = {*KINDS} if infos is None else {info["type"] for info in infos}
        identities = _identities(remote, kinds, memory)
        if identities is None:
            continue
        ordered = [
            (kind, uuid, title) for kind in KINDS for uuid, title in identities.get(kind, ())
        ]
        if infos is None and _is_quickly_described(ordered, memory):
            infos = web.list()
        if infos is None or _agree(infos, identities):
            return _entries(ordered, infos, web, memory)
    raise _changes_too_quickly(web.url)


def _is_quickly_described(ordered: Sequence[Ordered], memory: Memory) -> bool:
    """Say whether DataLab may describe all objects at once: they are small, or few are new."""
    known = [memory.descriptions.remembered(uuid or title) for _, uuid, title in ordered]
    size_bytes = sum(info.size_bytes for info in known if info is not None)
    return size_bytes <= LIGHT_BYTES and known.count(None) <= SINGLES


Identities = dict[Kind, list[tuple[str, str]]]


def _identities(remote: RemoteDoor, kinds: set[str], memory: Memory) -> Identities | None:
    """Return identities and titles in the window's order; None if they changed meanwhile."""
    panel = remote.current_panel()
    found: Identities = {}
    for kind in KINDS:
        if kind not in kinds:
            continue
        if kind == panel:
            found[kind] = _read_shown_panel(remote, kind, memory)
            continue
        uuids = _uuids_of_other_panel(remote, kind, panel, memory)
        titles = remote.titles(kind) if uuids else []
        if len(titles) != len(uuids):
            return None
        found[kind] = [*zip(uuids, titles, strict=True)]
    uuids = [uuid for pairs in found.values() for uuid, _ in pairs]
    if len({*uuids}) < len(uuids):  # another panel was shown than a moment before
        return None
    return found


def _uuids_of_other_panel(remote: RemoteDoor, kind: Kind, panel: str, memory: Memory) -> list[str]:
    """Return identities of a panel that isn't shown; show it for a moment if its groups changed."""
    uuids = remote.uuids(kind)
    known = memory.groups.get(kind)
    if (known is None and uuids) or (known is not None and not known.holds(uuids)):
        remote.set_panel(kind)  # the only way to be told
        try:
            _read_shown_panel(remote, kind, memory)
        finally:
            remote.set_panel(panel)
    return uuids


def read_groups(remote: RemoteDoor, kind: Kind, memory: Memory) -> list[str]:
    """Return the titles of a panel's groups, in three calls, or five if another panel is shown.

    DataLab tells them of the panel that it shows: whether that was still this one, the
    identities say.

    Raises
    ------
    DataLabBusyError
        If the window changes faster than it can be read, for `PATIENCE_S`.
    """
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        panel = remote.current_panel()
        if panel != kind:
            remote.set_panel(kind)
        try:
            _read_shown_panel(remote, kind, memory)
        finally:
            if panel != kind:
                remote.set_panel(panel)
        if memory.groups[kind].holds(remote.uuids(kind)):
            return memory.groups[kind].titles
    raise _changes_too_quickly(remote.url)


def _changes_too_quickly(url: str) -> DataLabBusyError:
    message = "DataLab's objects change too quickly to be listed. Try again when it is at rest."
    return DataLabBusyError(message, url=url, detail="lists don't agree", was_sent=False)


def _read_shown_panel(remote: RemoteDoor, kind: Kind, memory: Memory) -> list[tuple[str, str]]:
    """Return identities and titles of the panel that DataLab shows; remember its groups."""
    groups = remote.objects_of_current_panel()
    memory.groups[kind] = Groups(
        [title for title, _ in groups], [[uuid for uuid, _ in ones] for _, ones in groups]
    )
    return [one for _, ones in groups for one in ones]


def _agree(infos: Sequence[dict[str, Any]], identities: Identities) -> bool:
    """Say whether both doors list the same kinds and titles."""
    listed = sorted((info["type"], info["name"]) for info in infos)
    return listed == sorted(
        (kind, title) for kind, pairs in identities.items() for _, title in pairs
    )


def _ordered_by(infos: Sequence[dict[str, Any]]) -> list[Ordered]:
    return [(kind, None, info["name"]) for kind in KINDS for info in infos if info["type"] == kind]


def _entries(
    ordered: Sequence[Ordered],
    infos: Sequence[dict[str, Any]] | None,
    web: WebDoor,
    memory: Memory,
) -> dict[str, Entry]:
    """Join what both doors say; without the descriptions, those of before are taken."""
    number = Counter(title for _, _, title in ordered)
    names = _names_kept(
        [uuid for _, uuid, _ in ordered], [title for _, _, title in ordered], memory
    )
    now = None if infos is None else joined(infos, ordered)
    describer = Describer(web, ordered, memory.descriptions)
    entries = {}
    for place, (name, one) in enumerate(zip(names, ordered, strict=True)):
        kind, uuid, title = one
        group = memory.groups[kind].of(uuid) if uuid is not None else ""
        is_ours = name in memory.own_names or is_of_notebook(uuid)
        listed = memory.descriptions.remembered(uuid or title) if now is None else now[place]
        if listed is None:
            info: ObjectInfo = Pending(
                name=name,
                kind=kind,
                group=group,
                is_from_notebook=is_ours,
                ask=partial(describer.ask, one),
            )
            listed = info
        else:
            memory.descriptions.remember(uuid or title, listed)
            known = memory.descriptions.corrected(uuid or title, listed)
            info = replace(known, name=name, group=group, is_from_notebook=is_ours)
        is_reachable = is_routable(title) and number[title] == 1
        entries[name] = Entry(
            info=info,
            place=Place(
                title=title, uuid=uuid, kind=kind, listed=listed, is_reachable=is_reachable
            ),
        )
    memory.places = {name: entry.place for name, entry in entries.items()}
    memory.has_listed = True
    memory.keep([uuid or title for _, uuid, title in ordered])
    return entries


def _names_kept(uuids: Sequence[str | None], titles: Sequence[str], memory: Memory) -> list[str]:
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
