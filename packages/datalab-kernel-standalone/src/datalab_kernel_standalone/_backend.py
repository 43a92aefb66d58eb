"""Objects in the memory of this process: no operation's cost grows with what it doesn't touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from datalab_kernel import objects  # which imports Sigima when an object is first met
from datalab_kernel.backends import (
    KINDS,
    Backend,
    Kind,
    ObjectInfo,
    Placement,
    Put,
    PutUnread,
    Unread,
    describe_object,
)

if TYPE_CHECKING:
    from datalab_kernel import DataObject
    from datalab_kernel.storage import Extras


class _Record:
    """An object and where it is; of ``obj``, only the title ever changes.

    Until its values are needed it may be in a file: then it is ``unread``.
    """

    __slots__ = ("_info", "_kept", "group", "kind", "name")

    def __init__(self, name: str, kept: DataObject | Unread, kind: Kind, group: _Group) -> None:
        self.name = name
        self._kept = kept
        self.kind = kind
        self.group = group
        self._info: ObjectInfo | None = None

    @property
    def unread(self) -> Unread | None:
        """The object, if it is still in a file."""
        return self._kept if isinstance(self._kept, Unread) else None

    @property
    def obj(self) -> DataObject:
        """The object; what is in a file is read, and stays here from then on."""
        if isinstance(self._kept, Unread):
            self._kept, self._info = self._kept.read(), None
        return self._kept

    @property
    def info(self) -> ObjectInfo:
        """What is known of it; made when somebody first looks, without reading it."""
        if self._info is None:
            kept, group = self._kept, self.group.title
            if isinstance(kept, Unread):
                self._info = replace(kept.info, name=kept.name, group=group)
            else:
                self._info = describe_object(kept, group=group)
        return self._info

    def replace(self, kept: DataObject | Unread) -> None:
        """Have another object in its place."""
        self._kept, self._info = kept, None

    def rename(self, name: str) -> None:
        """Give the object another title."""
        if isinstance(self._kept, Unread):
            self._kept.name = name
        else:
            objects.entitle(self._kept, name)
        self.name, self._info = name, None


@dataclass(slots=True, eq=False)
class _Group:
    """A titled group; its members keep their order through renaming and editing."""

    title: str
    members: dict[int, _Record] = field(default_factory=dict)


class StandaloneBackend(Backend):
    """Keep objects in memory, in groups as DataLab has them.

    Examples
    --------
    >>> from datalab_kernel import Workspace
    >>> Workspace("standalone")
    Workspace(standalone, empty)
    """

    auto_rank: ClassVar[int | None] = 100
    needs_connection: ClassVar[bool] = False
    label = "standalone"

    def __init__(self) -> None:
        self._by_name: dict[str, _Record] = {}
        self._groups: dict[Kind, dict[str, _Group]] = {kind: {} for kind in KINDS}
        self._extras: Extras | None = None

    def close(self) -> None:
        """Do nothing: what is in memory goes with the process."""

    def describe(self) -> Mapping[str, ObjectInfo]:
        """Return a live view; lookups take the same time for any number of objects."""
        return _Catalog(self._by_name, self._groups)

    def get(self, name: str) -> DataObject:
        """Copy the object."""
        return objects.copy_object(self._by_name[name].obj)

    def view(self, name: str) -> DataObject:
        """Share the arrays, read-only."""
        return objects.share_object(self._by_name[name].obj)

    def metadata(self, name: str) -> Mapping[str, Any]:
        """Return its own, which nobody changes."""
        record = self._by_name[name]
        kept = record.obj if record.unread is None else record.unread.look()
        metadata: Mapping[str, Any] = objects.value_of(kept, "metadata")
        return metadata

    def preview(self, name: str) -> DataObject | None:
        """Share the arrays; None for what is still in a file."""
        return self.view(name) if self._by_name[name].unread is None else None

    def unread(self, name: str) -> Unread | None:
        """Return an object that is still in a file; None if its values are here."""
        return self._by_name[name].unread

    def put_unread(self, items: Sequence[PutUnread]) -> None:
        """Store objects that are read when their values are first asked for."""
        for item in items:
            item.unread.name = item.name
            self._store(item, item.unread, item.unread.info.kind)

    def put(self, items: Sequence[Put]) -> None:
        """Copy what isn't ours yet, then store everything."""
        owned = [item.obj if item.is_owned else objects.copy_object(item.obj) for item in items]
        kinds = [*map(objects.kind_of, owned)]
        for item, obj, kind in zip(items, owned, kinds, strict=True):
            objects.entitle(obj, item.name)
            self._store(item, obj, kind)

    def _store(self, item: Put | PutUnread, kept: DataObject | Unread, kind: Kind) -> None:
        old = self._by_name.get(item.name)
        if item.placement is Placement.IN_PLACE and old is not None:
            old.replace(kept)
            return
        title = item.group
        if title is None and old is not None and old.kind == kind:
            title = old.group.title
        if old is not None:
            self.remove([item.name])
        group = self._group(kind, title)
        record = _Record(item.name, kept, kind, group)
        group.members[id(record)] = record
        self._by_name[item.name] = record

    def _group(self, kind: Kind, title: str | None) -> _Group:
        groups = self._groups[kind]
        if title is None:
            title = next(reversed(groups), "")
        if title not in groups:
            groups[title] = _Group(title)
        return groups[title]

    def remove(self, names: Sequence[str]) -> None:
        """Forget the objects."""
        for name in names:
            record = self._by_name.pop(name)
            del record.group.members[id(record)]

    def rename(self, old: str, new: str) -> None:
        """Give an object another title, where it is."""
        record = self._by_name.pop(old)
        self._by_name[new] = record
        record.rename(new)

    def groups(self, kind: Kind) -> list[str]:
        """List the groups' titles."""
        return list(self._groups[kind])

    def add_group(self, kind: Kind, title: str) -> None:
        """Append a group."""
        self._groups[kind].setdefault(title, _Group(title))

    def get_extras(self) -> Extras | None:
        """Return what loaded files held besides objects."""
        return self._extras

    def add_extras(self, extras: Extras) -> None:
        """Keep what a loaded file holds besides objects."""
        self._extras = self._extras.merged_with(extras) if self._extras else extras


class _Catalog(Mapping[str, ObjectInfo]):
    """The backend's objects by name, in the order in which DataLab shows them."""

    def __init__(self, by_name: dict[str, _Record], groups: dict[Kind, dict[str, _Group]]) -> None:
        self._by_name = by_name
        self._groups = groups

    def __getitem__(self, name: str) -> ObjectInfo:
        return self._by_name[name].info

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[str]:
        for kind in KINDS:
            for group in self._groups[kind].values():
                for record in group.members.values():
                    yield record.name
