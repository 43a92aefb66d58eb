"""The text of a pipe, taken apart at the marks that the kernel writes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from datalab_kernel_spec.protocol._marks import BEGIN, END

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Begun", "Meeting", "Pieces", "Text"]


class Begun(NamedTuple):
    """The place where a cell begins."""

    header: bytes


class Meeting(NamedTuple):
    """The place that a message has among the text."""

    number: int


class Text(NamedTuple):
    """What somebody wrote."""

    header: bytes
    """The header of the cell that began last; blank if none did."""
    text: bytes


class Pieces:
    """Take a stream apart at its marks."""

    def __init__(self) -> None:
        self._rest = b""
        self._header = b""

    def of(self, written: bytes) -> Iterator[Begun | Meeting | Text]:
        """Yield what was read, in its order."""
        rest = self._rest + written
        while (at := rest.find(BEGIN)) >= 0:
            end = rest.find(END, at)
            if end < 0:
                break
            if at:
                yield Text(self._header, rest[:at])
            said = rest[at + len(BEGIN) : end]
            rest = rest[end + len(END) :]
            if said.isdigit():
                yield Meeting(int(said))
            else:
                self._header = said
                yield Begun(said)
        keep = at if at >= 0 else _begun(rest)
        self._rest = rest[keep:]
        if keep:
            yield Text(self._header, rest[:keep])


def _begun(text: bytes) -> int:
    """Return where a mark may have begun at the very end; the length if none has."""
    for length in range(min(len(BEGIN) - 1, len(text)), 0, -1):
        if text.endswith(BEGIN[:length]):
            return len(text) - length
    return len(text)
