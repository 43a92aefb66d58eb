"""Reading objects from DataLab, exactly, by the quicker door that has everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabRefusedError
from datalab_kernel.storage import FromDataLab, from_datalab
from datalab_kernel_live._json import from_json
from datalab_kernel_live._npz import from_npz
from datalab_kernel_live._web import Missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel import DataObject
    from datalab_kernel_live._listing import Entry, Memory, Place
    from datalab_kernel_live._remote import RemoteDoor
    from datalab_kernel_live._web import WebDoor

WHOLE_LIMIT_BYTES = 400_000
"""Up to this size objects go as text, by XML-RPC: everything is in it, and it takes 50 ms."""


class Reader:
    """Reads objects: small ones whole by XML-RPC, large ones as the Web API's archives."""

    def __init__(self, web: WebDoor, remote: RemoteDoor | None, memory: Memory) -> None:
        self._web = web
        self._remote = remote
        self._memory = memory

    def read(self, name: str, look_again: Callable[[], dict[str, Entry]]) -> DataObject:
        """Return an object of its own, titled by its name.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        place = self._memory.places.get(name)
        obj = None if place is None else self._read(place)
        if obj is None:  # never seen, or the person has renamed or removed it
            obj = self._read(look_again()[name].place)
        if obj is None:
            raise KeyError(name)
        obj.title = name
        return obj

    def _read(self, place: Place) -> DataObject | None:
        """Read what is at a place; None if it isn't there any more."""
        is_quicker = place.size_bytes > WHOLE_LIMIT_BYTES and place.uuid not in self._memory.whole
        if self._remote is None or place.uuid is None or (is_quicker and place.is_reachable):
            found = self._by_archive(place)
            if found is None or self._remote is None or found.is_exact or not found.is_ours:
                return None if found is None else found.obj
            self._memory.whole.add(place.uuid or "")
        return self._whole(self._remote, place)

    def _by_archive(self, place: Place) -> FromDataLab | None:
        try:
            fields = from_npz(self._web.get(place.title))
        except Missing:
            return None
        found = from_datalab(fields, is_whole=False, uuid=place.uuid)
        self._memory.descriptions.learn(place.uuid or place.title, fields, found.obj)
        return found

    def _whole(self, remote: RemoteDoor, place: Place) -> DataObject | None:
        try:
            fields = from_json(remote.object_json(place.uuid or "", place.kind, place.size_bytes))
        except DataLabRefusedError as error:
            if "KeyError" not in error.detail:
                raise
            return None
        found = from_datalab(fields, is_whole=True)
        self._memory.descriptions.learn(place.uuid or place.title, fields, found.obj)
        return found.obj if found.obj.title == place.title else None
