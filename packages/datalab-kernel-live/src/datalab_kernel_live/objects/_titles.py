"""Titles of DataLab's objects: given to one by its identity, and mended after renumbering."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabRefusedError
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.doors.xmlrpc._json import from_json
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES
from datalab_kernel_live.objects._renumbered import is_numbered, mend_groups, retitled
from datalab_kernel_live.window._selection import select_exactly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Memory, Place
    from datalab_kernel_live.window._person import Person


class Titles:
    """Gives objects other titles, which only DataLab's XML-RPC server can."""

    def __init__(self, remote: RemoteDoor, person: Person, memory: Memory) -> None:
        self._remote = remote
        self._person = person
        self._memory = memory

    def give(self, place: Place, title: str) -> None:
        """Give an object a title: a small one is sent anew, a large one selected and renamed.

        Raises
        ------
        LiveLimitError
            If the person has selected something else at the same moment.
        """
        uuid, kind = place.uuid or "", place.kind
        if place.size_bytes <= WHOLE_LIMIT_BYTES:
            self._send(self._remote.object_json(uuid, kind, place.size_bytes), title)
            return
        with self._person.undisturbed({kind}, selects=True, is_heavy=True):
            select_exactly(self._remote, [uuid], kind)
            self._remote.rename_selected(kind, title)

    def _send(self, texts: Sequence[str], title: str) -> None:
        """Replace an object by itself with another title; ``texts`` are what it was."""
        from sigima.client.utils import dataset_to_rpcjson, rpcjson_to_dataset

        obj = rpcjson_to_dataset([*texts])
        obj.title = title
        self._remote.set_object_json(dataset_to_rpcjson(obj))

    def rename(self, old: str, place: Place, new: str) -> None:
        """Rename an object; its place, group and everything in it stay."""
        self.give(place, new)
        self._note_renamed(old, place, new)

    def rename_small(self, old: str, place: Place, new: str) -> bool:
        """Rename a small object that was there, without a list of all; False if it isn't now."""
        if place.size_bytes > WHOLE_LIMIT_BYTES:
            return False
        try:
            texts = self._remote.object_json(place.uuid or "", place.kind, place.size_bytes)
        except DataLabRefusedError as error:
            if "KeyError" not in error.detail:
                raise
            return False
        if from_json(texts).attributes.get("title") != place.title:
            return False
        self._send(texts, new)
        self._note_renamed(old, place, new)
        return True

    def _note_renamed(self, old: str, place: Place, new: str) -> None:
        """Remember an object under its new name."""
        self._memory.places.pop(old, None)
        self._memory.places[new] = replace(
            place, title=new, is_reachable=place.is_reachable and is_routable(new)
        )
        if old in self._memory.own_names:
            self._memory.own_names.discard(old)
            self._memory.own_names.add(new)

    def mend(self, kinds: set[Kind], added: Sequence[Place] = ()) -> None:
        """Undo what DataLab made of titles of ours when it renumbered its objects.

        Parameters
        ----------
        kinds
            The panels from which something was removed.
        added
            Where objects are that memory doesn't know yet.
        """
        places = [*self._memory.places.values(), *added]
        for kind in kinds:
            for place in retitled(self._remote, kind, places):
                self.give(place, place.title)
            known = self._memory.groups.get(kind)
            if known is not None and any(map(is_numbered, known.titles)):
                with self._person.undisturbed({kind}, selects=True, is_heavy=True):
                    mend_groups(self._remote, kind, known)
