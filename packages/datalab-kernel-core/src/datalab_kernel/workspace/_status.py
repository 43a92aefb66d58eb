"""What a workspace is connected to and holds, for people."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING

from datalab_kernel.backends import Connected

if TYPE_CHECKING:
    from datalab_kernel.backends import Backend
    from datalab_kernel.workspace._shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceStatus:
    """A snapshot of a workspace; never shows a token.

    ``size_bytes`` counts the arrays; ``has_unsaved_changes`` is None where nobody
    knows; ``latency_s`` is the time of one request, None without a connection;
    ``autosave`` says where to and when it last saved; ``notes`` what isn't as expected.
    """

    mode: str
    where: str
    signals: int
    images: int
    size_bytes: int
    has_unsaved_changes: bool | None
    version: str | None = None
    latency_s: float | None = None
    autosave: str = "off"
    notes: str = ""

    def _rows(self) -> list[tuple[str, str]]:
        shown = {True: "yes", False: "no", None: "—"}
        rows = []
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name == "notes" and not value:
                continue
            text = shown[value] if value is None or isinstance(value, bool) else str(value)
            rows.append((item.name.replace("_", " "), text))
        return rows

    def __str__(self) -> str:
        """Write one line per fact."""
        return "\n".join(f"{name:>20}: {text}" for name, text in self._rows())

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
            f'<td style="text-align:left">{escape(text)}</td></tr>'
            for name, text in self._rows()
        )
        return f"<table><caption>Workspace status</caption>{rows}</table>"


def _unread_in(backend: Backend) -> str:
    from datalab_kernel.workspace._lazy_loading import note_of_reading

    return note_of_reading(backend)


def status_of(shelf: Shelf) -> WorkspaceStatus:
    """Look where the objects are, how many, how large, and whether they are saved."""
    with shelf.lock:
        backend = shelf.backend
        infos = [*backend.describe().values()]
        connection = backend.connection() if isinstance(backend, Connected) else None
        return WorkspaceStatus(
            mode=backend.label,
            where=backend.where,
            signals=sum(info.kind == "signal" for info in infos),
            images=sum(info.kind == "image" for info in infos),
            size_bytes=sum(info.size_bytes for info in infos),
            has_unsaved_changes=not shelf.is_saved,
            autosave=shelf.autosave.summary if shelf.autosave else "off",
            version=connection.version if connection else None,
            latency_s=round(connection.latency_s, 4) if connection else None,
            notes="; ".join(connection.notes) if connection else _unread_in(backend),
        )
