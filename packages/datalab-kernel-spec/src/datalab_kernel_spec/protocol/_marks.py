"""What the kernel writes between the text in its pipes: which cell begins, what came before.

Pipes and sockets have no common order, so the kernel writes a mark into both pipes when a
cell begins: the header of its request between two sequences that no text has. Where text
and messages must keep their order it writes the number of a message, the meeting, which
it then publishes: what stands before the mark was written before that message.
"""

from __future__ import annotations

__all__ = ["BEGIN", "END", "mark", "meeting_mark"]

BEGIN = b"\x00\x1edatalab-kernel cell "
END = b"\x1e\x00"


def mark(header: bytes) -> bytes:
    """Return what the kernel writes when the cell of that request begins."""
    return BEGIN + header + END


def meeting_mark(number: int) -> bytes:
    """Return what the kernel writes before it publishes the meeting of that number."""
    return b"%b%d%b" % (BEGIN, number, END)
