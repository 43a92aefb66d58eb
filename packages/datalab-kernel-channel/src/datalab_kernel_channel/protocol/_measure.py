"""How large and how deep what came is, found out without following it further than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import LIMITS, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_measure"]

ENVELOPE_DEPTH = 8
"""What a frame, its list of items, an item and an error may add to the depth of a value."""
NUMBER_BYTES = 2
"""The least that a number and its comma take."""
COMPOUND = frozenset({str, list, dict})
"""What is looked into, or is as long as it is; JSON has no other such types."""


def check_measure(frame: Any, buffers: Sequence[Any]) -> None:
    """Refuse a frame that is too large or too deep.

    Raises
    ------
    Refused
        With the reason ``too_large`` or ``too_deep``.
    """
    size = sum(memoryview(buffer).nbytes for buffer in buffers)
    level, depth = [frame] if type(frame) in COMPOUND else [], 0
    while level:
        if depth > LIMITS["depth"] + ENVELOPE_DEPTH:
            raise Refused("too_deep", f"more than {LIMITS['depth']}")
        _check_size(size)
        below: list[Any] = []
        for node in level:
            if isinstance(node, str):
                size += len(node) + NUMBER_BYTES
            elif isinstance(node, list):
                size += NUMBER_BYTES * (1 + len(node))
                below += [item for item in node if type(item) in COMPOUND]
            else:
                size += sum(map(len, node)) + NUMBER_BYTES * (1 + len(node))
                below += [item for item in node.values() if type(item) in COMPOUND]
        level, depth = below, depth + 1
    _check_size(size)


def _check_size(size: int) -> None:
    if size > LIMITS["frame_bytes"]:
        raise Refused("too_large", f"more than {LIMITS['frame_bytes']} bytes")
