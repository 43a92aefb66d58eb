"""Large buffers in pieces: cut before they are sent, and put together as they come."""

from __future__ import annotations

from typing import Any

from datalab_kernel_channel.protocol._table import LIMITS, Refused

__all__ = ["Blobs", "parts_of"]

PART_BYTES: int = LIMITS["part_bytes"]


def parts_of(number: int, data: bytes) -> list[tuple[dict[str, Any], memoryview]]:
    """Return the ``part`` items of a large buffer, each with its piece."""
    view = memoryview(data)
    item = {"item": "part", "blob": number, "size": view.nbytes}
    return [(item, view[start : start + PART_BYTES]) for start in range(0, view.nbytes, PART_BYTES)]


class Blobs:
    """Large buffers that came, until the item comes that uses them."""

    def __init__(self) -> None:
        self._last = 0
        self._pieces: dict[int, bytearray] = {}
        self._sizes: dict[int, int] = {}

    def add(self, number: int, size: int, piece: Any) -> None:
        """Take a piece.

        Raises
        ------
        Refused
            If it belongs to no blob that goes on, or too many wait to be used.
        """
        if number not in self._pieces:
            if number <= self._last:
                raise Refused("unknown_blob", f"{number} was used")
            if len(self._pieces) >= LIMITS["unused_blobs"]:
                raise Refused("too_many_blobs", f"{len(self._pieces)}")
            self._last = number
            self._pieces[number], self._sizes[number] = bytearray(), size
        whole = self._pieces[number]
        if len(whole) + memoryview(piece).nbytes > self._sizes[number]:
            raise Refused(
                "unknown_blob", f"{number} has {self._sizes[number]} bytes, and more came"
            )
        whole += piece

    def take(self, number: int) -> bytearray:
        """Return a whole blob and forget it."""
        whole = self._pieces.get(number)
        if whole is None or len(whole) < self._sizes[number]:
            raise Refused("unknown_blob", f"{number}")
        del self._sizes[number]
        return self._pieces.pop(number)
