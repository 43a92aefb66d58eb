"""Adding, replacing, renaming and removing objects in DataLab, all or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.backends import KINDS
from datalab_kernel.errors import DataLabKernelError, DataLabRefusedError, LiveLimitError
from datalab_kernel.storage import looks_of, uuid_in
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.doors.web._errors import needs_xmlrpc
from datalab_kernel_live.doors.xmlrpc._json import from_json
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES, Groups, Place
from datalab_kernel_live.objects._plan import Plan
from datalab_kernel_live.objects._renumbered import is_numbered, mend_groups, retitled
from datalab_kernel_live.window._dense_curves import is_dense
from datalab_kernel_live.window._questions import Addition, NotAskedError, ask_nothing
from datalab_kernel_live.window._selection import select_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from datalab_kernel.backends import Kind, Put
    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Entry, Memory
    from datalab_kernel_live.window._person import Person

MANY = 5
"""From so many new objects on, they go by the Web API and without being painted each."""

SLOW_BYTES = 5000 * 2 * 8
"""From this size on, DataLab paints a dense signal for several seconds."""


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
        look_at_groups: Callable[[Kind], None],
        uuids: Callable[[], set[str]],
    ) -> None:
        """Add and replace; on a failure take away what was added, and raise it."""
        taken = uuids() if any(uuid_in(item.obj) for item in items) else set()
        plans = [Plan(item, entries.get(item.name), taken) for item in items]
        for plan in plans:
            plan.is_quicker_by_web = len(plans) >= MANY and plan.old is None
        for plan in plans:
            self._check_possible(plan)
        kinds = {plan.stored.kind for plan in plans}
        as_archives = [
            plan for plan in plans if not plan.is_in_place and not self._goes_as_text(plan)
        ]
        self._choose_groups(plans, look_at_groups)
        selects = bool(as_archives) or any(plan.group_number for plan in plans)
        dense = {plan.uuid for plan in plans if is_dense(plan.stored)}
        into_groups = any(plan.group_number and plan.group_members for plan in plans)
        is_heavy = len(plans) >= MANY or bool(dense) or into_groups  # a group selected is painted
        if self._person is not None:
            self._person.learn({plan.uuid for plan in plans}, dense)
        added = None
        if len(plans) == len(as_archives) == 1 and not is_heavy and not plans[0].group_number:
            added = self._added(plans[0])
        with self._undisturbed(kinds, selects=selects, is_heavy=is_heavy, added=added) as ask_all:
            self._put_all(plans, ask_all)
        for plan in plans:
            self._memory.own_names.add(plan.item.name)
            self._memory.places[plan.item.name] = plan.place
            key = plan.item.name if self._remote is None else plan.uuid
            self._memory.learn(key, plan.stored, plan.obj)
            if plan.stored.needs_all:
                self._memory.text_only.add(plan.uuid)
            else:
                self._memory.looks[plan.uuid] = {}

    def _added(self, plan: Plan) -> Addition:
        """Describe the only object of a change to whoever looks at the window meanwhile."""
        kind = plan.stored.kind

        def is_first() -> bool:
            known = self._memory.groups.get(kind)
            if known is None or any(known.members) or not self._memory.is_light:
                return False  # asking for all objects may take longer than for the selection
            return not any(info["type"] == kind for info in self._web.list())

        return Addition(plan.uuid, kind, is_first)

    def _check_possible(self, plan: Plan) -> None:
        if self._remote is not None:
            return
        name = plan.item.name
        if plan.is_in_place:
            self._refuse(name, "changing it in its place")
        if not is_routable(name):
            self._refuse(name, "such a name")
        if plan.stored.needs_all:
            self._refuse(name, "coordinates of its own, a mask or plot settings")
        if plan.item.group:
            self._refuse(name, f"the group {plan.item.group!r}")
        if plan.stored.size_bytes > SLOW_BYTES and is_dense(plan.stored):
            self._refuse(name, "so dense a signal (DataLab's window would stand still)")

    def _refuse(self, name: str, what: str) -> None:
        raise needs_xmlrpc(f"{name!r}: {what}", self._web.url, detail=what, name=name)

    def _choose_groups(self, plans: Sequence[Plan], look_at_groups: Callable[[Kind], None]) -> None:
        """Find out into which group each new object goes; make those that aren't there."""
        if self._remote is None:
            return
        looked: set[Kind] = set()
        if self._remote.deferred.is_pending:  # in a row of changes that isn't done again
            looked.update(KINDS)
        for plan in plans:
            if plan.is_in_place:
                continue
            kind, wanted = plan.stored.kind, plan.group
            known = self._memory.groups.get(kind)
            if known is None or (wanted is not None and kind not in looked):
                look_at_groups(kind)
                looked.add(kind)
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

    def _put_all(self, plans: Sequence[Plan], ask_all: Callable[[], None]) -> None:
        begun: list[Plan] = []
        chosen: tuple[Kind, int] | None = None
        try:
            for plan in plans:
                wanted = (plan.stored.kind, plan.group_number)
                if not plan.is_in_place:
                    if plan.group_number and chosen != wanted:
                        self._door.select_group(plan.group_number, plan.stored.kind)
                    chosen = wanted
                begun.append(plan)
                if plan.is_in_place:
                    self._set(plan)
                else:
                    self._add(plan, ask_all, is_alone=len(plans) == 1)
        except NotAskedError:  # nothing was added
            raise
        except BaseException:
            self._memory.groups.clear()
            self._undo(begun)
            raise
        self._take_places([plan for plan in plans if not plan.is_in_place])

    def _undo(self, begun: Sequence[Plan]) -> None:
        """Put back what was there; of the last one it isn't known whether it was done."""
        for plan in begun:
            if plan.before_text is not None:
                self._door.set_object_json(plan.before_text)
        added = [plan for plan in begun if not plan.is_in_place]
        if self._remote is None:
            for plan in added:
                if plan.before_archive is not None:
                    self._web.put(plan.title, plan.before_archive, overwrite=True)
                elif plan.is_done:
                    self._web.delete(plan.title)
            return
        for kind in dict.fromkeys(plan.stored.kind for plan in added):
            there = {*self._remote.uuids(kind)}
            for plan in added:
                if plan.uuid in there:
                    self._remove_exactly(plan.place)

    def _take_places(self, added: Sequence[Plan]) -> None:
        """Remove what the new objects replace, and give them its titles."""
        for plan in added:
            if plan.old is None:
                continue
            if not plan.is_replaced:
                self._remove_old(plan.old.place)
            self._mend_titles({plan.old.place.kind}, added)
            if plan.title != plan.item.name:
                self._retitle(plan.place, plan.item.name)

    @property
    def _door(self) -> RemoteDoor:
        if self._remote is None:
            raise needs_xmlrpc("This", self._web.url, detail="XML-RPC is closed")
        return self._remote

    def _goes_as_text(self, plan: Plan) -> bool:
        if self._remote is None:
            return False
        shares_title = plan.old is not None and not plan.old.place.is_reachable
        is_small = plan.stored.size_bytes <= WHOLE_LIMIT_BYTES and not plan.is_quicker_by_web
        name = plan.item.name
        return is_small or plan.stored.needs_all or shares_title or not is_routable(name)

    def _add(self, plan: Plan, ask_all: Callable[[], None], *, is_alone: bool) -> None:
        """Add an object beside what it replaces; only a single one takes its place at once."""
        if self._goes_as_text(plan):
            self._door.add_object_json(plan.as_text())
        else:
            plan.is_replaced = plan.old is not None and (is_alone or self._remote is None)
            if plan.old is not None and not plan.is_replaced:
                plan.title = plan.uuid.replace("-", "")  # until that is removed
            if plan.is_replaced and not is_alone:  # nothing can be renamed later
                plan.before_archive = self._web.get(plan.title)
            self._web.put(plan.title, plan.as_archive(ask_all), overwrite=plan.is_replaced)
            if plan.is_replaced and plan.old is not None:
                self._forget(plan.old.place.uuid, plan.old.place.kind)
        plan.is_done = True
        plan.group_members.append(plan.uuid)

    def _set(self, plan: Plan) -> None:
        """Replace an object in its place; the plan keeps what it was."""
        assert plan.old is not None  # noqa: S101 - for the type checker: the backend's contract
        before = self._door.object_json(plan.uuid, plan.stored.kind, plan.stored.size_bytes)
        for key, value in looks_of(from_json(before).metadata, plan.old.place.title).items():
            plan.stored.metadata.setdefault(key, value)
        plan.before_text = before
        self._door.set_object_json(plan.as_text())

    # -- removing and renaming -----------------------------------------------------------

    def remove(self, entries: Sequence[Entry]) -> None:
        """Remove objects one by one, those first whose titles change when others are removed."""
        places = [entry.place for entry in entries]
        others = [place for place in places if not self._is_steady(place)]
        for place in others:
            self._remove_exactly(place)
        for place in places:
            if self._is_steady(place):
                self._web.delete(place.title, is_only=True)
            self._forget(place.uuid, place.kind)
        for entry in entries:
            self._memory.own_names.discard(entry.info.name)
            self._memory.places.pop(entry.info.name, None)
        self._mend_titles({place.kind for place in places})

    def _is_steady(self, place: Place) -> bool:
        """Say whether the Web API reaches an object by its title, also when others are removed."""
        return place.is_reachable and (self._remote is None or not is_numbered(place.title))

    def _mend_titles(self, kinds: set[Kind], plans: Sequence[Plan] = ()) -> None:
        """Undo what DataLab made of titles of ours when it renumbered its objects."""
        if self._remote is None:
            return
        places = [*self._memory.places.values(), *(plan.place for plan in plans)]
        for kind in kinds:
            for place in retitled(self._remote, kind, places):
                self._retitle(place, place.title)
            known = self._memory.groups.get(kind)
            if known is not None and any(map(is_numbered, known.titles)):
                with self._undisturbed({kind}, selects=True, is_heavy=True):
                    mend_groups(self._remote, kind, known)

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
            self._remove_exactly(place)
        self._forget(place.uuid, place.kind)

    def _remove_exactly(self, place: Place) -> None:
        """Remove an object by its identity: it gets a title that nothing else has.

        DataLab can remove what is selected; but a person may just have selected something else.
        """
        if self._remote is None or place.uuid is None:
            self._web.delete(place.title)
            return
        title = place.uuid.replace("-", "")
        self._retitle(place, title)
        if place.size_bytes > WHOLE_LIMIT_BYTES:  # what was selected was renamed
            kind = place.kind
            titles = zip(self._remote.uuids(kind), self._remote.titles(kind), strict=False)
            if (place.uuid, title) not in titles:
                message = f"DataLab's selection changed while {place.title!r} was to be removed."
                detail = f"another object may be called {title}"
                raise LiveLimitError(
                    f"{message} Run this again; {detail}.", url=self._remote.url, detail=detail
                )
        try:
            self._web.delete(title, is_only=True)
        except DataLabKernelError:
            self._retitle(place, place.title)
            raise

    def rename_small(self, old: str, place: Place, new: str) -> bool:
        """Rename a small object that was there, without a list of all; False if it isn't now."""
        if place.size_bytes > WHOLE_LIMIT_BYTES:
            return False
        try:
            texts = self._door.object_json(place.uuid or "", place.kind, place.size_bytes)
        except DataLabRefusedError as error:
            if "KeyError" not in error.detail:
                raise
            return False
        if from_json(texts).attributes.get("title") != place.title:
            return False
        self._set_title(texts, new)
        self._renamed(old, place, new)
        return True

    def rename(self, old: str, place: Place, new: str) -> None:
        """Give an object another title; its place, group and everything in it stay."""
        self._retitle(place, new)
        self._renamed(old, place, new)

    def _renamed(self, old: str, place: Place, new: str) -> None:
        self._memory.places.pop(old, None)
        self._memory.places[new] = replace(
            place, title=new, is_reachable=place.is_reachable and is_routable(new)
        )
        if old in self._memory.own_names:
            self._memory.own_names.discard(old)
            self._memory.own_names.add(new)

    def _retitle(self, place: Place, title: str) -> None:
        uuid, kind = place.uuid or "", place.kind
        if place.size_bytes <= WHOLE_LIMIT_BYTES:
            self._set_title(self._door.object_json(uuid, kind, place.size_bytes), title)
            return
        with self._undisturbed({kind}, selects=True, is_heavy=True):
            select_exactly(self._door, [uuid], kind)
            self._door.rename_selected(kind, title)

    def _set_title(self, texts: Sequence[str], title: str) -> None:
        from sigima.client.utils import dataset_to_rpcjson, rpcjson_to_dataset

        obj = rpcjson_to_dataset([*texts])
        obj.title = title
        self._door.set_object_json(dataset_to_rpcjson(obj))

    @contextmanager
    def _undisturbed(
        self, kinds: set[Kind], *, selects: bool, is_heavy: bool, added: Addition | None = None
    ) -> Iterator[Callable[[], None]]:
        if self._person is None:
            yield ask_nothing
            return
        with self._person.undisturbed(
            kinds, selects=selects, is_heavy=is_heavy, added=added
        ) as ask_all:
            yield ask_all
