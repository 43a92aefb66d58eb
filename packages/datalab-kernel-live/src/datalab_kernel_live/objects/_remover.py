"""Removing objects from DataLab: those that are meant, whatever else has their title."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabKernelError, LiveLimitError
from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES
from datalab_kernel_live.objects._renumbered import is_numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Entry, Memory, Place
    from datalab_kernel_live.objects._titles import Titles


class Remover:
    """Removes objects; ``titles`` is None where only the Web API is open, as ``remote`` is."""

    def __init__(
        self, web: WebDoor, remote: RemoteDoor | None, titles: Titles | None, memory: Memory
    ) -> None:
        self._web = web
        self._remote = remote
        self._titles = titles
        self._memory = memory

    def remove(self, entries: Sequence[Entry]) -> None:
        """Remove objects one by one, those first whose titles change when others are removed."""
        places = [entry.place for entry in entries]
        if self._remote is None and any(is_numbered(place.title) for place in places):
            self._remove_backwards(places)
        else:
            self._remove_by_title(places)
        for entry in entries:
            self._memory.own_names.discard(entry.info.name)
            self._memory.places.pop(entry.info.name, None)
        if self._titles is not None:
            self._titles.mend({place.kind for place in places})

    def _remove_by_title(self, places: Sequence[Place]) -> None:
        others = [place for place in places if not self._is_steady(place)]
        for place in others:
            self.remove_exactly(place)
        for place in places:
            if self._is_steady(place):
                self._web.delete(place.title, is_only=True)
            self._memory.leave_group(place.uuid, place.kind)

    def _remove_backwards(self, places: Sequence[Place]) -> None:
        """Remove the last first: those before it stay where they are, however they are called by then.

        Only the Web API is open, which knows objects by their titles.
        """
        listed = [(info["type"], info["name"]) for info in self._web.list()]
        wanted = Counter((place.kind, place.title) for place in places)
        for number in reversed(range(len(listed))):
            if wanted[listed[number]]:
                wanted[listed[number]] -= 1
                title = listed[number][1]
                if is_numbered(title):
                    title = self._web.list()[number]["name"]
                self._web.delete(title)

    def _is_steady(self, place: Place) -> bool:
        """Say whether the Web API reaches an object by its title, also when others are removed."""
        return place.is_reachable and (self._remote is None or not is_numbered(place.title))

    def remove_replaced(self, place: Place) -> None:
        """Remove what was replaced; of two objects of one title, the Web API takes the older."""
        if place.is_reachable:
            self._web.delete(place.title)
        else:
            self.remove_exactly(place)
        self._memory.leave_group(place.uuid, place.kind)

    def remove_exactly(self, place: Place) -> None:
        """Remove an object by its identity: it gets a title that nothing else has.

        DataLab can remove what is selected; but a person may just have selected something else.
        """
        if self._titles is None or self._remote is None or place.uuid is None:
            self._web.delete(place.title)
            return
        title = place.uuid.replace("-", "")
        self._titles.give(place, title)
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
            self._titles.give(place, place.title)
            raise
