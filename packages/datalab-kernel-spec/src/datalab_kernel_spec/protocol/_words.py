"""What travels inside Jupyter's messages and means something to the other half alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "ABORTED",
    "CELL_ID",
    "FENCE",
    "KEEP_GOING",
    "MEETING",
    "RESUME",
    "SHOWN",
    "TYPES",
    "marked",
    "types_as_match",
]

ABORTED = "datalab_kernel.Aborted"
"""The ``ename`` with which the kernel answers a cell that it did not run."""
CELL_ID = "datalab_kernel_cell_id"
"""Added to the header of a request: which cell of the notebook it is, from its metadata."""
FENCE = "application/vnd.datalab-kernel.fence"
"""The type of the data in the kernel's fences (see ``relay._credit``)."""
KEEP_GOING = "datalab_kernel_keep_going"
"""Added to the header of a request whose error aborts nothing."""
MEETING = "application/vnd.datalab-kernel.meeting"
"""The type of the data in the kernel's meetings (see ``_marks``)."""
RESUME = "resume"
"""The relay's word through the tunnel that what follows came after the failure of a cell."""
SHOWN = "datalab_kernel.Shown:"
"""Begins the first line of a reply's traceback that was published before the reply."""
TYPES = "\x00datalab-kernel types:"
"""Begins a match of a ``complete_reply`` that carries the types of the others."""


def marked(traceback: list[str], payload: list[dict[str, Any]]) -> list[str]:
    """Return a traceback that says that it was shown, and carries the payload of its cell."""
    return [SHOWN + json.dumps(payload), *traceback]


def types_as_match(types: list[dict[str, Any]]) -> str:
    """Return the match that carries the types of the others."""
    return TYPES + json.dumps(types)
