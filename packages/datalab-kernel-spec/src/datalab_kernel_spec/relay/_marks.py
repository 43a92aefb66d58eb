"""Which cell a piece of a child's output belongs to: marks in the stream itself.

Pipes and sockets have no common order, so the kernel writes a mark into both pipes when a
cell begins: the header of its request between two sequences that no text has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Pieces", "mark"]

BEGIN = b"\x00\x1edatalab-kernel cell "
END = b"\x1e\x00"


def mark(header: bytes) -> bytes:
    """Return what the kernel writes when the cell of that request begins."""
    return BEGIN + header + END


class Pieces:
    """Take a stream apart at its marks."""

    def __init__(self) -> None:
        self._rest = b""
        self.header = b""
        """The header of the cell that began last; blank if none did."""

    def of(self, written: bytes) -> Iterator[bytes]:
        """Yield the text in what was read; :attr:`header` is that of the piece just given."""
        rest = self._rest + written
        while (at := rest.find(BEGIN)) >= 0:
            end = rest.find(END, at)
            if end < 0:
                break
            if at:
                yield rest[:at]
            self.header = rest[at + len(BEGIN) : end]
            rest = rest[end + len(END) :]
        keep = at if at >= 0 else _begun(rest)
        self._rest = rest[keep:]
        if keep:
            yield rest[:keep]


def _begun(text: bytes) -> int:
    """Return where a mark may have begun at the very end; the length if none has."""
    for length in range(min(len(BEGIN) - 1, len(text)), 0, -1):
        if text.endswith(BEGIN[:length]):
            return len(text) - length
    return len(text)
