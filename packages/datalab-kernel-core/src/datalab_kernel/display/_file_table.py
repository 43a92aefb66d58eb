"""What a workspace's file holds: rows, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from datalab_kernel.display._objects_table import (
    COLUMNS,
    MAX_ROWS,
    cells_of,
    file_html,
    object_size,
)
from datalab_kernel.objects import _names

if TYPE_CHECKING:
    from datalab_kernel.objects import ObjectInfo

_HEADINGS = ("name", *COLUMNS, "group")


class FileContents(Sequence["ObjectInfo"]):
    """The objects of a file, in the order in which they are loaded.

    Parameters
    ----------
    path
        The file.
    infos
        What is known of each object; its name is the one that loading gives it.
    remark
        What lies beside the file and counts when it is loaded: a journal of autosave.

    Attributes
    ----------
    path : str
        The file.
    remark : str
        What lies beside it; empty if nothing does.
    """

    def __init__(self, path: str, infos: Sequence[ObjectInfo], remark: str = "") -> None:
        self.path = path
        self.remark = remark
        self._infos = tuple(infos)

    @property
    def names(self) -> list[str]:
        """The objects' names, for ``load(path, names=[...])``."""
        return [info.name for info in self._infos]

    @property
    def size_bytes(self) -> int:
        """How many bytes the objects' values take in memory."""
        return sum(info.size_bytes for info in self._infos)

    @overload
    def __getitem__(self, place: int | str) -> ObjectInfo: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[ObjectInfo]: ...

    def __getitem__(self, place: int | str | slice) -> ObjectInfo | Sequence[ObjectInfo]:
        """Return an object's row by its place or name, or several."""
        if not isinstance(place, str):
            return self._infos[place]
        for info in self._infos:
            if info.name == place:
                return info
        raise _names.not_found(place, self.names, where="the file")

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self._infos)

    @property
    def _heading(self) -> str:
        count = _names.count_objects(len(self))
        line = f"{Path(self.path).name}: {count}, {object_size(self.size_bytes)}"
        return f"{line}. {self.remark}" if self.remark else line

    def __repr__(self) -> str:
        """Write a table of at most 50 rows."""
        shown = self._infos[:MAX_ROWS]
        rows = [[info.name, *cells_of(info), info.group] for info in shown]
        table = [[*_HEADINGS], *rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS))]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        rest = len(self) - MAX_ROWS
        more = [f"… and {rest:,} more: .names"] if rest > 0 else []
        return "\n".join([self._heading, *(lines if rows else []), *more])

    def _repr_html_(self) -> str:
        return file_html(self._infos, self._heading)

    def _ipython_key_completions_(self) -> list[str]:
        return self.names
