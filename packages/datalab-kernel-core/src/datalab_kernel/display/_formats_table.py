"""Which formats are read here, by what, and what would read the others: rows, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import overload

_STYLE = "text-align:left;padding:2px 8px;vertical-align:top"
_HEADINGS = ("format", "suffixes", "read by", "since", "remarks")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatInfo:
    """A format of files, and what reads it.

    Parameters
    ----------
    name, suffixes
        What people call it, and how its files usually end.
    is_read
        Whether ``load`` reads it with what is installed now.
    by
        The package that reads it, with the library that it uses and its version; of a format
        that isn't read, the packages that would; empty if none is known.
    licence
        That of the library, if there is one.
    remark
        What is kept besides the numbers; of a format that isn't read, what to do.
    since
        The version of the package that read it first; empty where none says.
    """

    name: str
    suffixes: tuple[str, ...]
    is_read: bool
    by: str
    licence: str = ""
    remark: str = ""
    since: str = ""

    def cells(self) -> tuple[str, ...]:
        """Return what is shown of the row, in the order of the headings."""
        by = f"{self.by} ({self.licence})" if self.licence else self.by
        return self.name, " ".join(self.suffixes), by, self.since, self.remark


class FormatTable(Sequence[FormatInfo]):
    """The formats in a row: those that are read here, then the others.

    Parameters
    ----------
    rows
        In the order in which they are shown.
    """

    def __init__(self, rows: Sequence[FormatInfo]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, place: int) -> FormatInfo: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[FormatInfo]: ...

    def __getitem__(self, place: int | slice) -> FormatInfo | Sequence[FormatInfo]:
        """Return a row, or several."""
        return self._rows[place]

    def __len__(self) -> int:
        """Return how many formats are known."""
        return len(self._rows)

    def __repr__(self) -> str:
        """Write two tables of text, the formats that are read first."""
        parts = []
        for title, rows in self._parts():
            cells = [_HEADINGS, *(row.cells() for row in rows)]
            widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
            lines = [
                "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
                for row in cells
            ]
            parts.append("\n".join([title, *(line.rstrip() for line in lines)]))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return "".join(_html(title, rows) for title, rows in self._parts())

    def _parts(self) -> list[tuple[str, list[FormatInfo]]]:
        read = [row for row in self._rows if row.is_read]
        others = [row for row in self._rows if not row.is_read]
        return [
            (f"{len(read)} formats are read here", read),
            (f"{len(others)} more are recognised, and not read", others),
        ]


def _html(title: str, rows: Sequence[FormatInfo]) -> str:
    head = "".join(f'<th scope="col" style="{_STYLE}">{name}</th>' for name in _HEADINGS)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{_STYLE}">{escape(text)}</td>' for text in row.cells())
        + "</tr>"
        for row in rows
    )
    caption = f'<caption style="text-align:left"><b>{escape(title)}</b></caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
