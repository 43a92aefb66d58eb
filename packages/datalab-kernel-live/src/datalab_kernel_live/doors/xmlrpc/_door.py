"""The second door: DataLab's XML-RPC server, for what the Web API can't do right.

It is on this computer only, and serves one call at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from datalab_kernel_live.doors.xmlrpc._calls import TIMEOUT_S, Calls, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future

    from datalab_kernel.backends import Kind

Groups: TypeAlias = list[tuple[str, Texts]]

FILE_TIMEOUT_S = 60.0
"""For what reads or writes a whole workspace, or moves a whole object as text."""
TEXT_BYTES_PER_S = 1e6
"""How quick an object is as text, at the least; 6 times that was measured."""


class RemoteDoor(Calls):
    """DataLab's XML-RPC server on this computer; :func:`find_remote_door` finds it."""

    # ------------------------------------------------------------ DataLab itself

    def version(self, *, timeout_s: float = TIMEOUT_S) -> str:
        """Return DataLab's version; answers at once, whatever its window does."""
        return str(self.given(str, "get_version", timeout_s=timeout_s))

    def webapi_status(self, *, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """Return ``running``, ``url``, ``token`` and ``available`` of the Web API."""
        status = self.given(dict, "get_webapi_status", timeout_s=timeout_s)
        return dict(status)

    def set_auto_refresh(self, is_on: bool) -> None:
        """Let DataLab paint what changes, or not; DataLab remembers it in its settings."""
        self.done("toggle_auto_refresh", is_on, timeout_s=FILE_TIMEOUT_S)  # on: paints now

    # ------------------------------------------------------------ objects

    def uuids(self, kind: Kind) -> Texts:
        """Return the identities of a panel's objects, in the order of the window."""
        return self.texts("get_object_uuids", kind)

    def titles(self, kind: Kind) -> Texts:
        """Return the titles of a panel's objects, in the same order."""
        return self.texts("get_object_titles", kind)

    def object_json(self, uuid: str, kind: Kind, size_bytes: int) -> Texts:
        """Return an object, of about that size, as Sigima's remote control sends it.

        Raises
        ------
        DataLabRefusedError
            If there is none of that identity.
        """
        timeout_s = TIMEOUT_S + size_bytes / TEXT_BYTES_PER_S
        return self.texts("get_object", uuid, kind, timeout_s=timeout_s)

    def set_object_json(self, texts: Sequence[str]) -> None:
        """Replace the object that has the same identity; DataLab tells no errors."""
        self.done("set_object", [*texts], timeout_s=FILE_TIMEOUT_S)

    def add_object_json(self, texts: Sequence[str], *, set_current: bool = False) -> None:
        """Add an object; its identity must be new, else this door hangs."""
        self.done("add_object", [*texts], "", set_current, timeout_s=FILE_TIMEOUT_S)

    def rename_selected(self, kind: Kind, title: str) -> None:
        """Rename the selected object or group of a panel."""
        self.method("rename_selected_object_or_group", panel=kind, new_name=title)

    # ------------------------------------------------------------ the window

    def current_panel(self) -> str:
        """Return ``signal``, ``image`` or ``macro``."""
        return str(self.given(str, "get_current_panel"))

    def set_panel(self, kind: str) -> None:
        """Show a panel."""
        self.done("set_current_panel", kind)

    def ask_panel(self) -> Future[str]:
        """Ask what :meth:`current_panel` returns, and return what waits for the answer."""
        return self.ask(str, "get_current_panel")

    def ask_selected(self) -> Future[Texts]:
        """Ask what :meth:`selected` returns, and return what waits for the answer."""
        return self.ask(list, "get_sel_object_uuids")

    def selected(self) -> Texts:
        """Return the identities of what is selected in the current panel."""
        return self.texts("get_sel_object_uuids")

    def select(
        self, uuids: Iterable[str], kind: Kind, *, timeout_s: float = FILE_TIMEOUT_S
    ) -> None:
        """Select objects of a panel, which paints them if DataLab refreshes.

        Identities that DataLab doesn't know are left out without a word, and with none given
        the selection stays: read :meth:`selected` before acting on it.
        """
        self.method("select_objects", [*uuids], kind, timeout_s=timeout_s)

    def select_group(self, number: int, kind: Kind) -> None:
        """Select a group of a panel by its number, counted from 1."""
        self.method("select_groups", [number], kind, timeout_s=FILE_TIMEOUT_S)

    def groups_of_current_panel(self) -> Groups:
        """Return the title and the objects' identities of each group."""
        titles, uuids, *_ = self.given(list, "get_group_titles_with_object_info")
        return [(str(title), [*ones]) for title, ones in zip(titles, uuids, strict=True)]

    def objects_of_current_panel(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the title of each group, with the identity and title of each object."""
        groups, uuids, titles = self.given(list, "get_group_titles_with_object_info")
        return [
            (str(group), [*zip(ones, names, strict=True)])
            for group, ones, names in zip(groups, uuids, titles, strict=True)
        ]

    def add_group(self, title: str, kind: Kind, *, select: bool = False) -> None:
        """Add a group; if selected, what is added next goes into it."""
        self.done("add_group", title, kind, select)
