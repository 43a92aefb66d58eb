"""What the kernel writes between the text in its pipes: which cell begins, what came before.

Pipes and sockets have no common order, so the kernel writes a mark into both pipes when a
cell begins: the header of its request between two sequences that no text has. Where text
and messages must keep their order it writes the number of a message, the meeting, which
it then publishes: what stands before the mark was written before that message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Begun", "Meeting", "Pieces", "Text", "mark", "meeting_mark"]

BEGIN = b"\x00\x1edatalab-kernel cell "
END = b"\x1e\x00"


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


def mark(header: bytes) -> bytes:
    """Return what the kernel writes when the cell of that request begins."""
    return BEGIN + header + END


def meeting_mark(number: int) -> bytes:
    """Return what the kernel writes before it publishes the meeting of that number."""
    return b"%b%d%b" % (BEGIN, number, END)


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
