"""Adding and replacing objects in DataLab, all or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.backends import KINDS
from datalab_kernel.objects import looks_of, uuid_in
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.doors.web._errors import needs_xmlrpc
from datalab_kernel_live.doors.xmlrpc._json import from_json
from datalab_kernel_live.objects._memory import Groups
from datalab_kernel_live.objects._plan import MANY, plans_of, texts_of
from datalab_kernel_live.objects._progress import Progress
from datalab_kernel_live.window._dense_curves import is_dense
from datalab_kernel_live.window._questions import Addition, NotAskedError, ask_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from datalab_kernel.backends import Kind, Put
    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Entry, Memory
    from datalab_kernel_live.objects._plan import Plan
    from datalab_kernel_live.objects._remover import Remover
    from datalab_kernel_live.objects._titles import Titles
    from datalab_kernel_live.window._person import Person

SLOW_BYTES = 5000 * 2 * 8
"""From this size on, DataLab paints a dense signal for several seconds."""


class Writer:
    """Adds and replaces what DataLab holds.

    Parameters
    ----------
    web, remote
        The doors; ``remote`` is None where it is closed, as ``titles`` and ``person`` are then.
    titles, remover
        What takes the place of a replaced object.
    person
        Whoever is not to be disturbed.
    memory
        What was seen of DataLab's objects.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        web: WebDoor,
        remote: RemoteDoor | None,
        *,
        titles: Titles | None,
        remover: Remover,
        person: Person | None,
        memory: Memory,
    ) -> None:
        self._web = web
        self._remote = remote
        self._titles = titles
        self._remover = remover
        self._person = person
        self._memory = memory

    def put(
        self,
        items: Sequence[Put],
        entries: Mapping[str, Entry],
        learn_groups: Callable[[Kind], None],
        uuids: Callable[[], set[str]],
    ) -> None:
        """Add and replace; on a failure take away what was added, and raise it.

        Parameters
        ----------
        items
            What to put.
        entries
            What is there now, as far as something may be replaced.
        learn_groups
            Asks DataLab for a panel's groups.
        uuids
            Asks DataLab for all identities.
        """
        taken = uuids() if any(uuid_in(item.obj) for item in items) else set()
        plans = plans_of(items, entries, taken, has_xmlrpc=self._remote is not None)
        for plan in plans:
            self._check_possible(plan)
        progress = [Progress(plan) for plan in plans]
        self._assign_groups(progress, learn_groups)
        with self._undisturbed(progress) as ask_all:
            self._put_all(progress, ask_all)
        for plan in plans:
            self._remember(plan)

    def _remember(self, plan: Plan) -> None:
        """Note where a new object is, what it is, and whether its archive has all of it."""
        self._memory.own_names.add(plan.name)
        self._memory.places[plan.name] = plan.place
        key = plan.name if self._remote is None else plan.uuid
        self._memory.learn(key, plan.stored, plan.obj)
        if plan.stored.needs_all:
            self._memory.text_only.add(plan.uuid)
        else:
            self._memory.looks[plan.uuid] = {}

    # -- what is possible -----------------------------------------------------------------

    def _check_possible(self, plan: Plan) -> None:
        """Refuse what the Web API alone can't do."""
        if self._remote is not None:
            return
        if plan.is_in_place:
            self._refuse(plan, "changing it in its place")
        if not is_routable(plan.name):
            self._refuse(plan, "such a name")
        if plan.stored.needs_all:
            self._refuse(plan, "coordinates of its own, a mask or plot settings")
        if plan.group:  # of an old one there is none here
            self._refuse(plan, f"the group {plan.group!r}")
        if plan.stored.size_bytes > SLOW_BYTES and is_dense(plan.stored):
            self._refuse(plan, "so dense a signal (DataLab's window would stand still)")

    def _refuse(self, plan: Plan, what: str) -> None:
        raise needs_xmlrpc(f"{plan.name!r}: {what}", self._web.url, detail=what, name=plan.name)

    @property
    def _door(self) -> RemoteDoor:
        if self._remote is None:
            raise needs_xmlrpc("This", self._web.url, detail="XML-RPC is closed")
        return self._remote

    # -- before anything is sent ------------------------------------------------------------

    def _assign_groups(
        self, progress: Sequence[Progress], learn_groups: Callable[[Kind], None]
    ) -> None:
        """Find out into which group each new object goes; make those that aren't there."""
        if self._remote is None:
            return
        learned: set[Kind] = set()
        if self._remote.deferred.is_pending:  # in a row of changes that isn't done again
            learned.update(KINDS)
        for one in progress:
            if one.plan.is_in_place:
                continue
            kind, wanted = one.plan.kind, one.plan.group
            known = self._memory.groups.get(kind)
            if known is None or (wanted is not None and kind not in learned):
                learn_groups(kind)
                learned.add(kind)
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
            one.group_number = number if len(known.titles) > 1 else 0
            one.group_members = known.members[number - 1]

    @contextmanager
    def _undisturbed(self, progress: Sequence[Progress]) -> Iterator[Callable[[], None]]:
        """Leave the person's window as it is, and give what asks for the last of it."""
        if self._person is None:
            yield ask_nothing
            return
        plans = [one.plan for one in progress]
        dense = {plan.uuid for plan in plans if is_dense(plan.stored)}
        self._person.learn({plan.uuid for plan in plans}, dense)
        has_archives = any(not plan.is_in_place and not plan.goes_as_text for plan in plans)
        selects = has_archives or any(one.group_number for one in progress)
        into_groups = any(one.group_number and one.group_members for one in progress)
        is_heavy = len(plans) >= MANY or bool(dense) or into_groups  # a group selected is painted
        is_alone = len(plans) == 1 and has_archives and not progress[0].group_number
        added = self._addition(plans[0]) if is_alone and not is_heavy else None
        with self._person.undisturbed(
            {plan.kind for plan in plans}, selects=selects, is_heavy=is_heavy, added=added
        ) as ask_all:
            yield ask_all

    def _addition(self, plan: Plan) -> Addition:
        """Describe the only object of a change to whoever asks for the window meanwhile."""
        kind = plan.kind

        def is_first() -> bool:
            known = self._memory.groups.get(kind)
            if known is None or any(known.members) or not self._memory.is_light:
                return False  # asking for all objects may take longer than for the selection
            return not any(info["type"] == kind for info in self._web.list())

        return Addition(plan.uuid, kind, is_first)

    # -- sending ----------------------------------------------------------------------------

    def _put_all(self, progress: Sequence[Progress], ask_all: Callable[[], None]) -> None:
        """Send everything; undo what was begun if something fails."""
        begun: list[Progress] = []
        selected: tuple[Kind, int] | None = None
        try:
            for one in progress:
                group = (one.plan.kind, one.group_number)
                if not one.plan.is_in_place:
                    if one.group_number and selected != group:
                        self._door.select_group(one.group_number, one.plan.kind)
                    selected = group
                begun.append(one)
                if one.plan.is_in_place:
                    self._set(one)
                else:
                    self._add(one, ask_all, is_alone=len(progress) == 1)
        except NotAskedError:  # nothing was added
            raise
        except BaseException:
            self._memory.groups.clear()
            self._undo(begun)
            raise
        self._take_places([one for one in progress if not one.plan.is_in_place])

    def _add(self, one: Progress, ask_all: Callable[[], None], *, is_alone: bool) -> None:
        """Add an object beside what it replaces; only a single one takes its place at once."""
        plan = one.plan
        if plan.goes_as_text:
            self._door.add_object_json(texts_of(plan.stored, plan.name))
        else:
            one.has_replaced = plan.old is not None and (is_alone or self._remote is None)
            if plan.old is not None and not one.has_replaced:
                one.title = plan.uuid.replace("-", "")  # until that is removed
            if one.has_replaced and not is_alone:  # nothing can be renamed later
                one.archive_before = self._web.get(one.title)
            self._web.put(one.title, plan.as_archive(ask_all), overwrite=one.has_replaced)
            if one.has_replaced and plan.old is not None:
                self._memory.leave_group(plan.old.place.uuid, plan.old.place.kind)
        one.is_added = True
        one.group_members.append(plan.uuid)

    def _set(self, one: Progress) -> None:
        """Replace an object in its place; how it looks in the window stays."""
        plan = one.plan
        assert plan.old is not None  # noqa: S101 - for the type checker: the backend's contract
        before = self._door.object_json(plan.uuid, plan.kind, plan.stored.size_bytes)
        looks = looks_of(from_json(before).metadata, plan.old.place.title)
        stored = replace(plan.stored, metadata=looks | plan.stored.metadata)
        one.text_before = before
        self._door.set_object_json(texts_of(stored, plan.name))

    def _take_places(self, added: Sequence[Progress]) -> None:
        """Remove what the new objects replace, and give them its titles."""
        places = [one.plan.place for one in added]
        for one in added:
            if one.plan.old is None:
                continue
            if not one.has_replaced:
                self._remover.remove_replaced(one.plan.old.place)
            if self._titles is not None:
                self._titles.mend({one.plan.old.place.kind}, places)
                if one.title != one.plan.name:
                    self._titles.give(one.plan.place, one.plan.name)

    def _undo(self, begun: Sequence[Progress]) -> None:
        """Put back what was there; of the last one it isn't known whether it was done."""
        for one in begun:
            if one.text_before is not None:
                self._door.set_object_json(one.text_before)
        added = [one for one in begun if not one.plan.is_in_place]
        if self._remote is None:
            for one in added:
                if one.archive_before is not None:
                    self._web.put(one.title, one.archive_before, overwrite=True)
                elif one.is_added:
                    self._web.delete(one.title)
            return
        for kind in dict.fromkeys(one.plan.kind for one in added):
            there = {*self._remote.uuids(kind)}
            for one in added:
                if one.plan.uuid in there:
                    self._remover.remove_exactly(one.plan.place)
