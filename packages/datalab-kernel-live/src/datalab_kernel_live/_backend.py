"""A running DataLab as a backend: every change shows in its window at once.

Each call is a plain sequence of requests at two doors: the Web API for data, and DataLab's
XML-RPC interface for what that can't do right (identities, groups, renaming, what the
Web API's archives don't carry). Without the second door a smaller set works; what doesn't
raises :class:`~datalab_kernel.errors.LiveLimitError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from datalab_kernel.backends import (
    KINDS,
    Backend,
    Calculated,
    Connection,
    Kind,
    ObjectInfo,
    Placement,
    Put,
)
from datalab_kernel.objects import seconds_in_datalab
from datalab_kernel_live._discovery import discover
from datalab_kernel_live._link import Link, open_link
from datalab_kernel_live.doors.web._errors import needs_xmlrpc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel import DataObject
    from datalab_kernel.errors import LiveLimitError
    from datalab_kernel_live.objects._memory import Entry

OPTIONS = {"url", "token"}


class LiveBackend(Backend):
    """Keep objects in a running DataLab.

    Parameters
    ----------
    url, token
        Where its Web API is; None: this user's DataLab, by its connection file or the
        environment (``DATALAB_WORKSPACE_URL``, ``DATALAB_WORKSPACE_TOKEN``).

    Raises
    ------
    DataLabUnreachableError
        If there is none; it says how to start it.
    DataLabAuthError
        If it wants a token, or another one.
    """

    auto_rank: ClassVar[int | None] = 10
    outlives_kernel: ClassVar[bool] = True
    label = "live"
    _entries: dict[str, Entry] | None
    _lookups: dict[str, bool]

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        # not as attributes: nothing shows a token
        self._open_link: Callable[[], Link] = lambda: open_link(url, token)
        self._is_in_doubt = False
        self._adopt(self._open_link())

    def _adopt(self, link: Link) -> None:
        """Begin with a DataLab, of which nothing is known yet."""
        from datalab_kernel_live.objects._memory import Memory
        from datalab_kernel_live.objects._reader import Reader
        from datalab_kernel_live.objects._remover import Remover
        from datalab_kernel_live.objects._titles import Titles
        from datalab_kernel_live.objects._writer import Writer
        from datalab_kernel_live.window._person import Person

        self._link = link
        self._web, self._remote = link.web, link.remote
        self._memory = Memory()
        self._forget()
        self._person, self._titles = None, None
        if self._remote is not None:
            self._person = Person(self._remote, None, self._is_dense_there)
            self._person.restore_painting()
            self._titles = Titles(self._remote, self._person, self._memory)
        self._reader = Reader(self._web, self._remote, self._memory)
        self._remover = Remover(self._web, self._remote, self._titles, self._memory)
        self._writer = Writer(
            self._web,
            self._remote,
            titles=self._titles,
            remover=self._remover,
            person=self._person,
            memory=self._memory,
        )
        self.lacks = frozenset({"groups", "editing"} if self._remote is None else ())

    @classmethod
    def open(cls, **options: Any) -> Self:
        """Connect to a DataLab; see the class."""
        if unknown := options.keys() - OPTIONS:
            message = f"The live backend has no option {', '.join(sorted(unknown))}; it has url and token."
            raise TypeError(message)
        return cls(**options)

    @classmethod
    def is_available(cls, **options: Any) -> bool:
        """Say whether a DataLab is there; within 2 s, and 50 ms where there is none."""
        if options.keys() - OPTIONS:
            return False
        found = discover(options.get("url"), options.get("token"))
        return found.address is not None or found.is_busy  # opening that one says so

    @property
    def where(self) -> str:
        """Say which DataLab this is."""
        return f"DataLab {self._link.version} at {self._web.url}"

    @property
    def proxy(self) -> Any:
        """Sigima's remote proxy, connected to the same DataLab.

        Raises
        ------
        LiveLimitError
            If its XML-RPC interface is closed.
        """
        self._reconnect_if_stale()
        if self._remote is None:
            raise self._xmlrpc_is_closed("workspace.proxy")
        from datalab_kernel_live.doors.xmlrpc._proxy import connected_proxy

        return connected_proxy(self._remote)

    # -- looking ------------------------------------------------------------------------

    def describe(self) -> Mapping[str, ObjectInfo]:
        """Look when asked: one small request for a name, up to six for all of them."""
        from datalab_kernel_live.objects._catalog import Catalog

        self._reconnect_if_stale()
        return Catalog(self._web, self._listing, self._count, self._lookups)

    def _listing(self) -> dict[str, Entry]:
        """List everything, unless that was done in this call and nothing was changed since."""
        from datalab_kernel_live.objects._listing import read_listing

        if self._entries is None:
            self._entries = read_listing(self._web, self._remote, self._memory)
        return self._entries

    def _count(self) -> int:
        """Count the objects, without having DataLab describe large ones."""
        if self._entries is not None:
            return len(self._entries)
        if self._remote is None or self._memory.is_light:
            return len(self._web.list())
        return sum(len(self._remote.uuids(kind)) for kind in KINDS)  # nothing is copied for it

    def _forget(self) -> None:
        """Ask again before the next answer: something was changed, or may have been."""
        self._entries = None
        self._lookups = {}

    def begin_turn(self) -> None:
        """Look anew: the person may have changed something, or started DataLab again."""
        self._forget()
        self._is_in_doubt = True

    def _reconnect_if_stale(self) -> None:
        """Find DataLab again if it was gone or has been started anew; once in a call."""
        if self._is_in_doubt and self._link.is_stale:
            link = self._open_link()
            self.close()
            self._adopt(link)
        self._is_in_doubt = False

    def _listing_anew(self) -> dict[str, Entry]:
        """List everything, whatever was done before in this call."""
        self._forget()
        return self._listing()

    def get(self, name: str) -> DataObject:
        """Read an object: one request where its title is its name and the archive has it all."""
        self._reconnect_if_stale()
        return self._reader.read(name, self._listing_anew)

    def identified(self, name: str) -> DataObject:
        """Read an object; its metadata has the identifier that DataLab knows it by."""
        from datalab_kernel.objects import UUID_KEY, share_object

        obj = share_object(self.get(name))
        place = self._memory.places.get(name)
        if place is not None and place.uuid is not None:
            obj.metadata.setdefault(UUID_KEY, place.uuid)
        return obj

    def preview(self, name: str) -> DataObject | None:
        """Read a small object; of a large one return some samples, if it was here before."""
        from datalab_kernel_live.objects._memory import WHOLE_LIMIT_BYTES

        place = self._memory.places.get(name)
        if place is None:
            return None
        if place.size_bytes <= WHOLE_LIMIT_BYTES:
            return self.view(name)
        return self._memory.previews.get(place.uuid or place.title)

    def groups(self, kind: Kind) -> list[str]:
        """List the titles of a panel's groups: three calls.

        If another panel is shown, the window shows this one for a moment: two calls more.
        """
        self._reconnect_if_stale()
        if self._remote is None:
            return [""] if any(info.kind == kind for info in self.describe().values()) else []
        from datalab_kernel_live.objects._listing import read_groups

        return read_groups(self._remote, kind, self._memory)

    def _learn_groups(self, kind: Kind) -> None:
        """Learn a panel's groups, unless that was done in this call."""
        if self._entries is None or kind not in self._memory.groups:
            self.groups(kind)

    def _is_dense_there(self, uuid: str) -> bool:
        """Say whether a signal of the person's takes long to paint; reads it if it may."""
        from datalab_kernel_live.window._dense_curves import MANY_POINTS, is_dense_curve

        for name, entry in self._listing().items():
            if entry.place.uuid == uuid:
                is_short = entry.info.kind != "signal" or entry.info.shape[0] < MANY_POINTS
                return not is_short and is_dense_curve(self.get(name).xydata[1])
        return False

    def _uuids(self) -> set[str]:
        """Return all identities: those of what was listed in this call, else a call for each panel."""
        if self._entries is not None or self._remote is None:
            return {uuid for entry in self._listing().values() if (uuid := entry.place.uuid)}
        return {uuid for kind in KINDS for uuid in self._remote.uuids(kind)}

    # -- changing -----------------------------------------------------------------------

    def put(self, items: Sequence[Put]) -> None:
        """Add or replace objects; what was added is taken away again if one of them fails.

        A new one takes a request to see that its name is free, and one to add it: a call if it
        is small. The window is asked one question (small), or two while it is on its way, and
        none in a row of changes. What replaces others takes a list of all more; what goes into a
        group, five calls more to learn of them and to select it.
        """
        self._reconnect_if_stale()
        known = self.describe()
        replaces = any(_replaces(item) and item.name in known for item in items)
        entries = self._listing() if replaces else {}
        try:
            self._writer.put(items, entries, self._learn_groups, self._uuids)
        finally:
            self._forget()

    def seconds_to_add(self, numbers: Mapping[Kind, int]) -> float:
        """Estimate how long DataLab will take to add objects, by how many it holds."""
        kinds = [info.kind for info in self.describe().values()]
        return sum(
            seconds_in_datalab(number, there=kinds.count(kind)) for kind, number in numbers.items()
        )

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects: a request each, after the list of them."""
        self._reconnect_if_stale()
        entries = self._listing()
        try:
            self._remover.remove([entries[name] for name in names])
        finally:
            self._forget()

    def rename(self, old: str, new: str) -> None:
        """Give an object another title, in its place.

        Two requests to see what there is, and two calls for a small object; for a large one
        the list of all, and four calls besides those to the window.
        """
        self._reconnect_if_stale()
        if self._titles is None:
            raise self._xmlrpc_is_closed("Renaming")
        try:
            place = self._memory.places.get(old)
            if place is None or not self._titles.rename_small(old, place, new):
                self._titles.rename(old, self._listing_anew()[old].place, new)
        finally:
            self._forget()

    def add_group(self, kind: Kind, title: str) -> None:
        """Append a group, unless there is one of that title: one call after the list of them."""
        self._reconnect_if_stale()
        if self._remote is not None and title not in self.groups(kind):
            self._remote.add_group(title, kind)
            self._forget()
            self._memory.groups.pop(kind, None)

    def calc_own(
        self, function: str, on: Sequence[str], parameters: Mapping[str, Any]
    ) -> Sequence[Calculated] | None:
        """Run a plug-in's function in DataLab's window, on what it is made to select."""
        self._reconnect_if_stale()
        if self._remote is None or self._person is None:
            return None
        from datalab_kernel_live.objects._own_functions import OwnFunctions

        own = OwnFunctions(self._web, self._remote, self._person, self.get)
        try:
            return own.run(function, on, parameters, self._listing_anew)
        finally:
            self._forget()

    # -- what a person does -------------------------------------------------------------

    def select(self, names: Sequence[str]) -> None:
        """Select objects in DataLab's window; dense signals, which it would paint for minutes, not.

        Two calls after the list of all. Without the XML-RPC interface only the workspace's own
        selection changes.
        """
        self._reconnect_if_stale()
        if self._remote is None or self._person is None:
            return
        entries = self._listing()
        places = [entries[name].place for name in names]
        for kind in dict.fromkeys(place.kind for place in places):
            uuids = [place.uuid or "" for place in places if place.kind == kind]
            self._remote.set_panel(kind)
            self._person.select(uuids, kind)

    def selected(self) -> list[str]:
        """Return what is selected in the panel that DataLab shows: one call, and the list of all."""
        self._reconnect_if_stale()
        if self._remote is None:
            return []
        uuids = {*self._remote.selected()}
        return [name for name, entry in self._listing().items() if entry.place.uuid in uuids]

    def pulse(self) -> object | None:
        """Return all titles, in two calls: what the person adds, removes, renames or moves changes them."""
        self._reconnect_if_stale()
        if self._remote is None:
            return [(info["type"], info["name"]) for info in self._web.list()]
        return [self._remote.titles("signal"), self._remote.titles("image")]

    def connection(self) -> Connection:
        """Ask for one status, and say how long that took and what isn't as expected."""
        self._reconnect_if_stale()
        notes = []
        if self._remote is None:
            notes.append("DataLab's XML-RPC interface is closed: a smaller set works")
        else:
            self._remote.deferred.wait()
            if failure := self._remote.deferred.failure:
                notes.append(f"DataLab's window isn't as it was before the last change: {failure}")
        titles = {place.title for place in self._memory.places.values()}
        if partial := sorted(self._memory.partial_titles & titles):
            notes.append(
                f"read without what DataLab doesn't send of large objects (coordinates of their own, "
                f"plot settings, private metadata): {', '.join(partial)}"
            )
        if self._person is not None and self._person.left_out:
            notes.append(
                f"{self._person.left_out} selected but left unselected in DataLab's window, which "
                "would stand still while it paints so dense a signal"
            )
        return Connection(
            version=self._link.version, latency_s=self._link.latency_s(), notes=tuple(notes)
        )

    def close(self) -> None:
        """Close the connections; the objects stay in DataLab."""
        if self._remote is not None:
            self._remote.deferred.wait()
        self._web.close()

    def _xmlrpc_is_closed(self, what: str) -> LiveLimitError:
        return needs_xmlrpc(what, self._web.url, detail="XML-RPC is closed")


def _replaces(item: Put) -> bool:
    return item.placement is not Placement.NEW
