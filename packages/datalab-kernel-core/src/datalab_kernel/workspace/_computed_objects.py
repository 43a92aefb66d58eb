"""Naming and storing what was computed, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Placement, Put
from datalab_kernel.backends._powers import identified, metadata_of
from datalab_kernel.compute import (
    UUID,
    is_of_same_step,
    put_result,
    record_in,
    uuid_of,
    write_record,
)
from datalab_kernel.errors import OperandError
from datalab_kernel.objects import _names
from datalab_kernel.objects._fields import check_storable, make_plain, value_of
from datalab_kernel.objects._for_datalab import new_uuid
from datalab_kernel.workspace._changes import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from datalab_kernel.backends import Backend
    from datalab_kernel.compute import Output, Source
    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.workspace._shelf import Shelf


class _Numbers:
    """The numbers of one name, each looked at once: those below ``after`` are another result's."""

    def __init__(self) -> None:
        self.after = 1
        self.by_record: dict[tuple[Any, ...], list[str]] = {}


class _ResultNames:
    """Names of the results of one call: the first that are free, or an earlier run's of the same.

    Parameters
    ----------
    known
        The names that there are.
    metadata_of
        Returns that of an object.
    renamed
        Identifiers of renamed objects: what was computed of them isn't replaced.
    """

    def __init__(
        self,
        known: Container[str],
        metadata_of: Callable[[str], Mapping[str, Any]],
        renamed: AbstractSet[str],
    ) -> None:
        self._known = known
        self._metadata_of = metadata_of
        self._renamed = renamed
        self._taken: set[str] = set()
        self._numbers: defaultdict[str, _Numbers] = defaultdict(_Numbers)

    def take(self, name: str, output: Output) -> str:
        """Return the name, or the next with a number, for what was computed so."""
        is_free = name not in self._taken and name not in self._known
        found = name if is_free else self._next(name, output)
        self._taken.add(found)
        return found

    def _next(self, name: str, output: Output) -> str:
        numbers = self._numbers[name]
        for key in output.record.keys if numbers.by_record else ():
            for earlier in numbers.by_record.get(key, ()):
                if earlier not in self._taken:
                    return earlier
        while True:
            number = numbers.after
            candidate = name if number == 1 else _names.numbered(name, number)
            numbers.after += 1
            if candidate not in self._taken and self._may_have(candidate, output, numbers):
                return candidate

    def _may_have(self, name: str, output: Output, numbers: _Numbers) -> bool:
        """Say whether a name is free or the same call's; if it is another's, note whose."""
        if name not in self._known:
            return True
        there = self._metadata_of(name)
        if not self._renamed and is_of_same_step(there, value_of(object_of(output), "metadata")):
            return True  # seen in a tenth of the time that reading its record takes
        record = record_in(there)
        if record is None or not self._renamed.isdisjoint(record.source_uuids):
            return False
        is_of_same_call = record.key in output.record.keys
        if not is_of_same_call:
            numbers.by_record.setdefault(record.key, []).append(name)
        return is_of_same_call


class ComputedObjects:
    """Put objects, tables and geometry that were computed of a shelf's objects there too."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        shelf.on_rename = self._note_renamed
        self._uuid_of_source: dict[str, str] = {}
        self._renamed_uuids: set[str] = set()

    def store_results(self, outputs: Sequence[Output]) -> None:
        """Put tables and geometry into the objects as they are now."""
        with self._shelf.changing():
            self._shelf.require(output.job.sources[0].name for output in outputs)
            items = []
            for output in outputs:
                source = output.job.sources[0]
                obj = self._identified(source)
                if output.result is not None:
                    put_result(obj, output.result)
                    write_record(obj, output.record)
                    items.append(_in_place(source.name, obj))
            if items:
                self._shelf.backend.put(items)
                self._shelf.record(Change(kind="changed", names=tuple(item.name for item in items)))

    def store_objects(
        self,
        outputs: Sequence[Output],
        wanted: Sequence[str | None],
        involved: Sequence[Source],
    ) -> tuple[str, ...]:
        """Store objects under the wanted names, or their own; return what they are called."""
        for output in outputs:
            obj = object_of(output)
            value_of(obj, "metadata")[UUID] = new_uuid()
            make_plain(obj)
            check_storable(obj)
        with self._shelf.changing():
            backend = self._shelf.backend_in_turn()
            known = backend.describe()
            items = self._newly_identified(involved, backend, known)
            identified_now = tuple([item.name for item in items])
            free = _ResultNames(known, partial(metadata_of, backend), self._renamed_uuids)
            replaced: list[str] = []
            added: list[str] = []
            names: list[str] = []
            for wish, output in zip(wanted, outputs, strict=True):
                name = free.take(wish or title_of(output), output)
                names.append(name)
                is_new = name not in known
                (added if is_new else replaced).append(name)
                items.append(
                    Put(
                        name=name,
                        obj=object_of(output),
                        group=_group(output) if is_new else None,
                        placement=Placement.REPLACE,
                        is_owned=True,
                    )
                )
            backend.put(items)
            self._shelf.note_selected(names)
            if identified_now:
                self._shelf.note_unsaved(Change(kind="changed", names=identified_now))
            self._shelf.record(
                Change(kind="changed", names=tuple(replaced)),
                Change(kind="added", names=tuple(added)),
            )
        return tuple(names)

    def _newly_identified(
        self, sources: Sequence[Source], backend: Backend, known: Mapping[str, ObjectInfo]
    ) -> list[Put]:
        """Give sources that have none yet the identifiers that the history has for them."""
        items = []
        is_possible = "editing" not in backend.lacks
        for source in sources:
            if not source.is_stored:
                continue
            self._uuid_of_source[source.name] = source.uuid
            if is_possible and source.name in known and not source.had_uuid:
                items.append(_in_place(source.name, self._identified(source)))
        return items

    def _identified(self, source: Source) -> DataObject:
        """Return an object as it is in the workspace now, with an identifier."""
        obj = identified(self._shelf.backend_in_turn(), source.name)
        if uuid_of(obj) is None:
            obj.metadata[UUID] = source.uuid
        return obj

    def _note_renamed(self, old: str, _new: str) -> None:
        """Remember that what was computed of a renamed object isn't a later result's predecessor."""
        if uuid := self._uuid_of_source.pop(old, None):
            self._renamed_uuids.add(uuid)


def object_of(output: Output) -> DataObject:
    """Return the object that a job gave."""
    if output.obj is None:
        message = f"{output.job.function.name} gave no object."
        raise OperandError(message, function=output.job.function.name, names=[])
    return output.obj


def title_of(output: Output) -> str:
    """Return the name that a result has of itself."""
    title = str(value_of(object_of(output), "title"))
    return _names.make_valid(title, output.job.function.name)


def _group(output: Output) -> str | None:
    """Return the group that a result goes to, if it is of its sources' kind."""
    first = output.job.sources[0]
    if output.job.group is not None:
        return output.job.group
    return first.group if isinstance(first.obj, type(output.obj)) else None


def _in_place(name: str, obj: DataObject) -> Put:
    return Put(name=name, obj=obj, placement=Placement.IN_PLACE, is_owned=True)
