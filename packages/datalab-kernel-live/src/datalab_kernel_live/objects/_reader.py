"""Reading objects from DataLab, exactly, by the quicker door that has everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabRefusedError
from datalab_kernel.objects import for_datalab, from_datalab, is_of_notebook, share_object
from datalab_kernel_live.doors.web._door import Missing
from datalab_kernel_live.doors.web._npz import from_npz
from datalab_kernel_live.doors.xmlrpc._json import from_json
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel import DataObject
    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Entry, Memory, Place

EXACT_LIMIT_BYTES = 4_000_000
"""Up to this size what a person made is read as text the first time, which takes 0.6 s at most:
then it is known whether it has coordinates of its own, or plot settings."""

REGIONS = "_roi_"
"""The one private key that the Web API sends."""


class Reader:
    """Reads objects: small ones whole by XML-RPC, large ones as the Web API's archives.

    Notes
    -----
    An archive lacks non-uniform coordinates, plot settings and private metadata. What
    notebooks put there says whether it has such; of what a person made it is found out by
    reading it whole once. Larger ones are read without: ``status()`` names them.
    """

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
        if self._remote is None or place.uuid is None:
            return self._by_archive(place)
        if not self._is_for_archives(place, place.uuid):
            return self._whole(self._remote, place, place.uuid)
        obj = self._by_archive(place)
        if obj is None or place.uuid not in self._memory.text_only:
            return obj
        return self._whole(self._remote, place, place.uuid)

    def _is_for_archives(self, place: Place, uuid: str) -> bool:
        """Say whether the Web API's archive of an object has all of it, as far as can be known."""
        if place.size_bytes <= WHOLE_LIMIT_BYTES or not place.is_reachable:
            return False
        if uuid in self._memory.text_only:
            return False
        is_known = is_of_notebook(uuid) or uuid in self._memory.looks
        return is_known or place.size_bytes > EXACT_LIMIT_BYTES

    def _by_archive(self, place: Place) -> DataObject | None:
        """Read the Web API's archive of an object; None if it isn't there any more."""
        try:
            fields = from_npz(self._web.get(place.title))
        except Missing:
            return None
        found = from_datalab(fields, is_whole=False, uuid=place.uuid)
        self._memory.learn(place.uuid or place.title, fields, found.obj)
        if found.is_ours and not found.is_exact and place.uuid is not None:
            self._memory.text_only.add(place.uuid)
        if not found.is_ours:
            looks = self._memory.looks.get(place.uuid or "")
            if looks is None:
                self._memory.partial_titles.add(place.title)
            found.obj.metadata = (looks or {}) | found.obj.metadata
        return found.obj

    def _whole(self, remote: RemoteDoor, place: Place, uuid: str) -> DataObject | None:
        """Read an object as text; None if it isn't there any more, or has another title."""
        try:
            fields = from_json(remote.object_json(uuid, place.kind, place.size_bytes))
        except DataLabRefusedError as error:
            if "KeyError" not in error.detail:
                raise
            return None
        found = from_datalab(fields, is_whole=True)
        self._memory.learn(uuid, fields, found.obj)
        if place.size_bytes > WHOLE_LIMIT_BYTES and not is_of_notebook(uuid):
            if _has_more(found.obj, uuid):
                self._memory.text_only.add(uuid)
            else:
                self._memory.looks[uuid] = _looks(found.obj)
        return found.obj if found.obj.title == place.title else None


def _has_more(obj: DataObject, uuid: str) -> bool:
    """Say whether an object has what the Web API's archives lack."""
    private = {key for key in obj.metadata if key.startswith("_")} - _looks(obj).keys() - {REGIONS}
    return bool(private) or for_datalab(share_object(obj), uuid).needs_all


def _looks(obj: DataObject) -> dict[str, Any]:
    """Return what DataLab keeps in an object of how it looks and where it is."""
    return {key: value for key, value in obj.metadata.items() if key.startswith("__")}
