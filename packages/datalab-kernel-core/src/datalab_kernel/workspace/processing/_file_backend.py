"""The objects of one file while it is processed, for a shelf to stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from datalab_kernel.backends import Backend, Placement
from datalab_kernel.objects import KINDS, copy_object, describe_object, entitle, share_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.backends import Put
    from datalab_kernel.objects import DataObject, ObjectInfo

ORIGIN = "processed"
"""Of the metadata of a result: the file that it was made of, and the steps, as text."""


class FileBackend(Backend):
    """Few objects, which nobody else sees: nothing that needn't be copied is."""

    needs_connection: ClassVar[bool] = False

    def __init__(self) -> None:
        self._objects: dict[str, DataObject] = {}
        self._infos: dict[str, ObjectInfo] = {}

    def close(self) -> None:
        """Do nothing: the objects go with the file's run."""

    def describe(self) -> Mapping[str, ObjectInfo]:
        """List signals, then images, each in the order in which they came."""
        if len({info.kind for info in self._infos.values()}) < len(KINDS):
            return self._infos
        order = {kind: place for place, kind in enumerate(KINDS)}
        return dict(sorted(self._infos.items(), key=lambda item: order[item[1].kind]))

    def get(self, name: str) -> DataObject:
        """Copy the object."""
        return copy_object(self._objects[name])

    def view(self, name: str) -> DataObject:
        """Share the arrays, read-only."""
        return share_object(self._objects[name])

    def put(self, items: Sequence[Put]) -> None:
        """Keep what is ours, and a copy of what isn't."""
        for item in items:
            obj = item.obj if item.is_owned else copy_object(item.obj)
            old = self._infos.get(item.name)
            group = old.group if item.group is None and old is not None else item.group or ""
            if item.placement is not Placement.IN_PLACE and old is not None:
                self.remove([item.name])
            entitle(obj, item.name)
            self._objects[item.name] = obj
            self._infos[item.name] = describe_object(obj, group=group)

    def remove(self, names: Sequence[str]) -> None:
        """Forget objects."""
        for name in names:
            del self._objects[name], self._infos[name]

    def describe_origin(self, text: str) -> None:
        """Say in each object what it was made of and how: its sources aren't beside it."""
        for obj in self._objects.values():
            obj.metadata[ORIGIN] = text

    def rename(self, old: str, new: str) -> None:
        """Give an object another title, and its place."""
        entitle(self._objects[old], new)
        self._objects = {new if name == old else name: o for name, o in self._objects.items()}
        self._infos = {
            new if name == old else name: replace(info, name=new) if name == old else info
            for name, info in self._infos.items()
        }
