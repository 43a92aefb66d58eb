"""What the relay process is given when it is forked, and the folder that it removes at its end."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

__all__ = ["PORTS", "RelayEnds", "remove_folder"]

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


class RelayEnds(NamedTuple):
    """Connections to both sides: files' contents, process ids and file descriptors."""

    front: dict[str, Any]
    inner: dict[str, Any]
    folder: str
    kernel_pid: int
    parent_pid: int
    notes: int
    credit: int
    outputs: dict[str, int]
    terminals: dict[str, int]


def remove_folder(folder: str) -> None:
    """Remove the sockets' names and the connection file; what is connected stays connected."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():  # noqa: PTH112, PTH208
        os.unlink(f"{folder}/{name}")  # noqa: PTH108
    if os.path.isdir(folder):  # noqa: PTH112
        os.rmdir(folder)  # noqa: PTH106
