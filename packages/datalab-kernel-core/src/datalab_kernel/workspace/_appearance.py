"""How a workspace looks: as a line, as a table of thumbnails, and before anything is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.backends import Previews, _resolve
from datalab_kernel.backends._powers import known_now
from datalab_kernel.objects import _names
from datalab_kernel.workspace._connection import GONE

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._connection import Connection
    from datalab_kernel.workspace._first_steps import FirstSteps
    from datalab_kernel.workspace._shelf import Shelf


class Appearance:
    """Show a shelf, without ever looking for a DataLab."""

    def __init__(self, shelf: Shelf, connection: Connection) -> None:
        self._shelf = shelf
        self._connection = connection

    def line(self) -> str:
        """Say in one line where the objects are and how many."""
        wanted = self._connection.wanted
        with self._shelf.lock:
            backend = self._connection.quiet_backend()
            if backend is None and _resolve.opens_empty(wanted):
                return _resolve.unopened(wanted)
            if backend is None:
                return f"Workspace({wanted}, not connected yet)"
            try:
                known, as_of = known_now(backend)
                count = len(known)
            except GONE:
                return f"Workspace({backend.label}, {backend.program} doesn't answer)"
            number = _names.count_objects(count) if count else "" if as_of else "empty"
            text = f"{number} {as_of}".strip()
            autosave = self._shelf.autosave
            saving = f", autosave {autosave.summary}" if autosave else ""
            return f"Workspace({backend.label}, {text}{saving})"

    def html(self) -> str | None:
        """Show the objects as a table, or what to type first; None if DataLab doesn't answer."""
        from datalab_kernel.display._objects_table import workspace_html

        with self._shelf.lock:
            backend = self._connection.quiet_backend()
            try:
                known, as_of = known_now(backend) if backend else ({}, "")
                infos = [*known.values()]
            except GONE:
                return None  # its text says it
            if not infos:
                return None if as_of else self._first_steps().html
            heading = self.line()
        preview = _no_preview if as_of else self._preview
        return workspace_html(infos, preview, heading)

    def bundle(self) -> dict[str, str]:
        """Say what to type first, or name, once, the files that crashed kernels left; else nothing."""
        from datalab_kernel.workspace._autosave_marker import take_notice

        notice = take_notice()
        with self._shelf.lock:
            steps = self._first_steps() if self._seems_empty() else None
        if steps is not None:
            return steps.bundle(notice)
        if notice is None:
            return {}
        from html import escape

        line = self.line()
        table = self.html() or f"<b>{escape(line)}</b>"
        lines = "<br>".join(map(escape, notice.splitlines()))
        return {"text/plain": f"{line}\n{notice}", "text/html": f"{table}<p>{lines}</p>"}

    def names(self) -> list[str]:
        """List the names that Tab offers, as far as they are known."""
        with self._shelf.lock:
            backend = self._connection.quiet_backend()
            try:
                return [*known_now(backend)[0]] if backend else []
            except GONE:
                return []

    def stacks(self) -> list[str]:
        """List the groups of images that Tab offers for a stack, as far as they are known."""
        with self._shelf.lock:
            backend = self._connection.quiet_backend()
            try:
                infos = known_now(backend)[0] if backend else {}
            except GONE:
                return []
            found = (info.group for info in infos.values() if info.kind == "image" and info.group)
            return [*dict.fromkeys(found)]

    def _first_steps(self) -> FirstSteps:
        """Return what to show while nothing is known to be in it."""
        from datalab_kernel.workspace._first_steps import FirstSteps
        from datalab_kernel.workspace._last_saved import last_saved

        heading = self.line() if self._shelf.opened else _resolve.unopened(self._connection.wanted)
        return FirstSteps(heading=heading, saved=None if self._shelf.autosave else last_saved())

    def _seems_empty(self) -> bool:
        """Say whether nothing is in it, or nobody has looked yet."""
        backend = self._connection.quiet_backend()
        try:
            known, as_of = known_now(backend) if backend else ({}, "")
            is_empty = not known
        except GONE:
            return False
        return is_empty and not as_of

    def _preview(self, name: str) -> DataObject | None:
        with self._shelf.lock:
            try:
                backend = self._shelf.backend
                if isinstance(backend, Previews):
                    return backend.preview(name)
                return backend.view(name)
            except KeyError:  # removed meanwhile
                return None


def _no_preview(_name: str) -> None:
    """Draw nothing: who holds the object would have to be waited for."""
