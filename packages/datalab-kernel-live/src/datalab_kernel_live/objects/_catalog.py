"""DataLab's objects by name, asked for only as far as somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from datalab_kernel.backends import ObjectInfo
from datalab_kernel_live.objects._listing import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.objects._memory import Entry

LOOKUPS = 3
"""After so many single names, the list of all is asked for instead."""


class Catalog(Mapping[str, ObjectInfo]):
    """What is in DataLab at the moment of the first look; made anew for each call."""

    def __init__(
        self,
        web: WebDoor,
        listing: Callable[[], dict[str, Entry]],
        count: Callable[[], int],
        lookups: dict[str, bool],
    ) -> None:
        self._web = web
        self._list = listing
        self._count = count
        self._entries: dict[str, Entry] | None = None
        self._lookups = (
            lookups  # names that were asked for in this call, and whether they are there
        )

    def _all(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = self._list()
        return self._entries

    def __contains__(self, name: object) -> bool:
        """Ask for one name: where no other title can be meant by it, with one request."""
        if not isinstance(name, str):
            return False
        if self._entries is None and is_plain(name):
            if name not in self._lookups and len(self._lookups) < LOOKUPS:
                self._lookups[name] = self._web.info(name) is not None
            if name in self._lookups:
                return self._lookups[name]
        return name in self._all()

    def __getitem__(self, name: str) -> ObjectInfo:
        """Describe an object, its group included."""
        return self._all()[name].info

    def __iter__(self) -> Iterator[str]:
        """Iterate in the window's order: signals, then images."""
        return iter(self._all())

    def __len__(self) -> int:
        """Count the objects, with one request, or one for each panel."""
        return self._count() if self._entries is None else len(self._entries)
