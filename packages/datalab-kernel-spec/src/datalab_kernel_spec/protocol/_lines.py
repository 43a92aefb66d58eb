"""The pipes that join kernel and relay, and what the kernel tells the relay on one of them."""

from __future__ import annotations

import os
from typing import NamedTuple

__all__ = [
    "ABORTS_ITSELF",
    "CONNECTION_VARIABLE",
    "LINES_VARIABLE",
    "NUMBER",
    "PYTHON",
    "TUNNEL",
    "WORD_BYTES",
    "Lines",
]

CONNECTION_VARIABLE = "DATALAB_KERNEL_CONNECTION"
"""Names Jupyter's connection file inside the kernel, where ``%connect_info`` shows it."""
LINES_VARIABLE = "DATALAB_KERNEL_LINES"
"""Hands the lines to the relay on to an executable xpython (ours, not for people)."""

ABORTS_ITSELF = "aborts-itself"
"""The note with which a kernel says that it aborts what is queued behind an error."""
NUMBER = "number"
"""The number of the prompt after a cell, and the ``msg_id`` of that cell's request."""
PYTHON = "python"
"""The version of the Python that runs."""
TUNNEL = "tunnel"
"""The id of the comm that is the tunnel."""
WORD_BYTES = 8
"""The size of the relay's answers on ``credit``, each the number of a fence."""


class Lines(NamedTuple):
    """The file descriptors that join kernel and relay (the kernel's ends).

    Attributes
    ----------
    notes
        What the kernel tells the relay, a line each; its end says that the kernel ended.
    life
        Never carries anything; its end says that the relay ended.
    stdout, stderr
        Ways into the pipes that stay when a cell redirects descriptor 1 or 2.
    credit
        Where the relay says up to which fence it has room for more; its end says that the
        relay ended.
    """

    notes: int
    life: int
    stdout: int
    stderr: int
    credit: int

    def tell(self, note: str) -> None:
        """Send a line to the relay."""
        os.write(self.notes, f"{note}\n".encode())
