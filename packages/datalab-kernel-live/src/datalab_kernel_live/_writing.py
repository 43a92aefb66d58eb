"""Adding, replacing, renaming and removing objects in DataLab, all or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.backends import Placement
from datalab_kernel.errors import LiveLimitError
from datalab_kernel.storage import for_datalab, new_uuid, share_object, uuid_in
from datalab_kernel_live._json import to_json
from datalab_kernel_live._listing import Groups, Place
from datalab_kernel_live._npz import to_npz
from datalab_kernel_live._person import is_dense
from datalab_kernel_live._reading import WHOLE_LIMIT_BYTES
from datalab_kernel_live._web import is_routable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from datalab_kernel.backends import Kind, Put
    from datalab_kernel.storage import ForDataLab
    from datalab_kernel_live._listing import Entry, Memory
    from datalab_kernel_live._person import Person
    from datalab_kernel_live._remote import RemoteDoor
    from datalab_kernel_live._web import WebDoor

HEAVY_COUNT = 20
"""From so many on, DataLab doesn't paint each on its own."""


class Writer:
    """Changes what DataLab holds."""

    def __init__(
        self, web: WebDoor, remote: RemoteDoor | None, person: Person | None, memory: Memory
    ) -> None:
        self._web = web
        self._remote = remote
        self._person = person
        self._memory = memory

    # -- adding and replacing ------------------------------------------------------------

    def put(
        self,
        items: Sequence[Put],
        entries: Mapping[str, Entry],
        groups_of: Callable[[Kind], list[str]],
        uuids: Callable[[], set[str]],
    ) -> None:
        """Add and replace; on a failure take away what was added, and raise it."""
        taken = uuids() if any(uuid_in(item.obj) for item in items) else set()
        plans = [_Plan(item, entries.get(item.name), taken) for item in items]
        for plan in plans:
            self._check_possible(plan)
        kinds = {plan.stored.kind for plan in plans}
        by_web = any(not plan.is_in_place and not self._goes_as_text(plan) for plan in plans)
        self._choose_groups(plans, groups_of)
        selects = by_web or any(plan.group_number for plan in plans)
        is_heavy = len(plans) >= HEAVY_COUNT or any(is_dense(plan.stored) for plan in plans)
        if self._person is not None:
            self._person.dense |= {plan.uuid for plan in plans if is_dense(plan.stored)}
        with self._undisturbed(kinds, selects=selects, is_heavy=is_heavy):
            self._put_all(plans)
        for plan in plans:
            self._memory.put.add(plan.item.name)
            self._memory.places[plan.item.name] = plan.place

    def _check_possible(self, plan: _Plan) -> None:
        if self._remote is not None:
            return
        name = plan.item.name
        if plan.is_in_place:
            self._refuse(name, "changing it in its place")
        if not is_routable(name):
            self._refuse(name, "such a name")
        if plan.stored.needs_all:
            self._refuse(name, "coordinates of its own, a mask or plot settings")

    def _refuse(self, name: str, what: str) -> None:
        message = (
            f"{name!r}: {what} needs DataLab's XML-RPC interface, which is closed or on another "
            "computer. Switch it on in DataLab (File > Settings: remote control), then connect again."
        )
        raise LiveLimitError(message, url=self._web.url, detail=what, name=name)

    def _choose_groups(
        self, plans: Sequence[_Plan], groups_of: Callable[[Kind], list[str]]
    ) -> None:
        """Find out into which group each new object goes; make those that aren't there."""
        if self._remote is None:
            return
        for plan in plans:
            if plan.is_in_place:
                continue
            kind, wanted = plan.stored.kind, plan.group
            known = self._memory.groups.get(kind)
            if known is None:
                groups_of(kind)
                known = self._memory.groups.setdefault(kind, Groups())
            if wanted is None or wanted in known.titles:
                number = known.titles.index(wanted) + 1 if wanted is not None else len(known.titles)
            else:
                self._remote.add_group(wanted, kind)
                known.titles.append(wanted)
                known.members.append([])
                number = len(known.titles)
            if not known.titles:  # DataLab makes one itself
                known.titles.append("")
                known.members.append([])
            plan.group_number = number if len(known.titles) > 1 else 0
            plan.group_members = known.members[number - 1]

    def _put_all(self, plans: Sequence[_Plan]) -> None:
        added: list[_Plan] = []
        before: list[tuple[list[str], _Plan]] = []
        try:
            for plan in plans:
                if plan.is_in_place:
                    before.append((self._set(plan), plan))
                else:
                    self._add(plan)
                    added.append(plan)
        except BaseException:
            for texts, _ in before:
                self._door.set_object_json(texts)
            for plan in added:
                self._remove_selected(plan.item.name, plan.uuid, plan.stored.kind)
            raise
        for plan in plans:
            if plan.old is not None and not plan.is_in_place and not plan.is_replaced:
                self._remove_old(plan.old.place)

    @property
    def _door(self) -> RemoteDoor:
        if self._remote is None:
            message = "This needs DataLab's XML-RPC interface, which is closed."
            raise LiveLimitError(message, url=self._web.url, detail="XML-RPC is closed")
        return self._remote

    def _goes_as_text(self, plan: _Plan) -> bool:
        if self._remote is None:
            return False
        shares_title = plan.old is not None and not plan.old.place.is_reachable
        is_small = plan.stored.size_bytes <= WHOLE_LIMIT_BYTES
        name = plan.item.name
        return is_small or plan.stored.needs_all or shares_title or not is_routable(name)

    def _add(self, plan: _Plan) -> None:
        name = plan.item.name
        if self._remote is not None and plan.group_number:
            self._remote.select_group(plan.group_number, plan.stored.kind)
        if self._goes_as_text(plan):
            self._door.add_object_json(to_json(plan.stored, name))
        else:
            plan.is_replaced = plan.old is not None
            stored = for_datalab(plan.obj, plan.uuid, by_npz_as=name)
            self._web.put(name, to_npz(stored), overwrite=plan.is_replaced)
        plan.group_members.append(plan.uuid)

    def _set(self, plan: _Plan) -> list[str]:
        """Replace an object in its place; return what it was."""
        assert plan.old is not None  # noqa: S101 - for the type checker: the backend's contract
        before = self._door.object_json(plan.uuid, plan.stored.kind)
        self._door.set_object_json(to_json(plan.stored, plan.item.name))
        return before

    # -- removing and renaming -----------------------------------------------------------

    def remove(self, entries: Sequence[Entry]) -> None:
        """Remove objects one by one."""
        places = [entry.place for entry in entries]
        others = [place for place in places if not place.is_reachable]
        if others:
            kinds = {place.kind for place in others}
            with self._undisturbed(kinds, selects=True, is_heavy=True):
                for place in others:
                    self._remove_selected(place.title, place.uuid, place.kind)
        for place in places:
            if place.is_reachable:
                self._web.delete(place.title, is_only=True)
            self._forget(place.uuid, place.kind)
        for entry in entries:
            self._memory.put.discard(entry.info.name)
            self._memory.places.pop(entry.info.name, None)

    def _forget(self, uuid: str | None, kind: Kind) -> None:
        known = self._memory.groups.get(kind)
        for members in known.members if known else ():
            if uuid in members:
                members.remove(uuid)

    def _remove_old(self, place: Place) -> None:
        """Remove what was replaced; of two objects of one title, the Web API takes the older."""
        if place.is_reachable:
            self._web.delete(place.title)
        else:
            self._remove_selected(place.title, place.uuid, place.kind)
        self._forget(place.uuid, place.kind)

    def _remove_selected(self, title: str, uuid: str | None, kind: Kind) -> None:
        if self._remote is None or uuid is None:
            self._web.delete(title)
            return
        with self._selected(uuid, kind):
            self._remote.remove_selected(kind)

    def rename(self, entry: Entry, new: str) -> None:
        """Give an object another title; its place, group and everything in it stay."""
        uuid, kind = entry.place.uuid or "", entry.place.kind
        if entry.place.size_bytes <= WHOLE_LIMIT_BYTES:
            from sigima.client.utils import dataset_to_rpcjson, rpcjson_to_dataset

            obj = rpcjson_to_dataset(self._door.object_json(uuid, kind))
            obj.title = new
            self._door.set_object_json(dataset_to_rpcjson(obj))
        else:
            with (
                self._undisturbed({kind}, selects=True, is_heavy=True),
                self._selected(uuid, kind),
            ):
                self._door.rename_selected(kind, new)
        self._memory.places.pop(entry.info.name, None)
        self._memory.places[new] = replace(
            entry.place, title=new, is_reachable=entry.place.is_reachable and is_routable(new)
        )
        if entry.info.name in self._memory.put:
            self._memory.put.discard(entry.info.name)
            self._memory.put.add(new)

    @contextmanager
    def _selected(self, uuid: str, kind: Kind) -> Iterator[None]:
        """Select one object, and make sure of it: what comes acts on what is selected."""
        self._door.set_panel(kind)
        self._door.select([uuid], kind)
        found = self._door.selected()
        if found != [uuid]:
            message = "DataLab's selection changed at the same moment. Run this again."
            raise LiveLimitError(message, url=self._web.url, detail=f"{found} is selected")
        yield

    @contextmanager
    def _undisturbed(self, kinds: set[Kind], *, selects: bool, is_heavy: bool) -> Iterator[None]:
        if self._person is None:
            yield
            return
        with self._person.undisturbed(kinds, selects=selects, is_heavy=is_heavy):
            yield


class _Plan:
    """One object on its way: what it is, what it replaces, where it goes."""

    def __init__(self, item: Put, old: Entry | None, taken: set[str]) -> None:
        self.item = item
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

    @property
    def place(self) -> Place:
        """Where it is, once it is there."""
        return Place(
            title=self.item.name,
            uuid=self.uuid,
            kind=self.stored.kind,
            size_bytes=self.stored.size_bytes,
            is_reachable=is_routable(self.item.name),
        )
