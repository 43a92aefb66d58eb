"""What of the kernel's messages has arrived: what stands behind their marks may be shown."""

from __future__ import annotations

import json
from collections import deque

from datalab_kernel_spec.protocol._words import MEETING
from datalab_kernel_spec.relay.outputs._pieces import Begun, Meeting
from datalab_kernel_spec.relay.sockets._message import msg_id_of

__all__ = ["Arrived", "meeting_number"]

MEETING_BYTES = 200
"""No meeting's content is longer."""
CELLS = 100
"""How many cells are remembered: their text may come late."""

_MEETING = MEETING.encode()


def meeting_number(content: bytes) -> int:
    """Return the number of a meeting; 0 if the content of a display is none."""
    if len(content) > MEETING_BYTES or _MEETING not in content:
        return 0
    return int(json.loads(content)["data"][MEETING])


class Arrived:
    """Which meetings and which cells' inputs have come from xpython."""

    def __init__(self) -> None:
        self.meeting = 0
        """The number of the last meeting."""
        self._cells: deque[str] = deque(maxlen=CELLS)

    def add_cell(self, header: bytes) -> None:
        """Note that the front ends know of a cell's beginning; take its request's header."""
        self._cells.append(msg_id_of(header))

    def has(self, place: Begun | Meeting) -> bool:
        """Say whether that has come, so that the text behind it may be shown."""
        if isinstance(place, Meeting):
            return place.number <= self.meeting
        if not place.header:
            return True
        return msg_id_of(place.header) in self._cells
