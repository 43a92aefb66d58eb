"""How large and how deep what came is, found out without following it further than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import LIMITS, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_measure"]

ENVELOPE_DEPTH = 8
"""What a frame, its list of items, an item and an error may add to the depth of a value."""
DEEPEST: int = LIMITS["depth"] + ENVELOPE_DEPTH
MOST_BYTES: int = LIMITS["frame_bytes"]
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
    size = sum([memoryview(buffer).nbytes for buffer in buffers])
    level, depth = [frame] if type(frame) in COMPOUND else [], 0
    while level and depth <= DEEPEST and size <= MOST_BYTES:
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is str:
                size += len(node) + NUMBER_BYTES
                continue
            size += NUMBER_BYTES * (1 + len(node))
            if kind is dict:
                size += len("".join(node))
                node = node.values()  # noqa: PLW2901 - what is below it
            below += [item for item in node if type(item) in COMPOUND]
        level, depth = below, depth + 1
    if size > MOST_BYTES:
        raise Refused("too_large", f"more than {MOST_BYTES} bytes")
    if level:
        raise Refused("too_deep", f"more than {LIMITS['depth']}")
