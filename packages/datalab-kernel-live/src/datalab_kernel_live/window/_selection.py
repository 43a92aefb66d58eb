"""What is selected in DataLab's window: nothing, or exactly what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.errors import LiveLimitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

NOBODY = ["00000000-0000-0000-0000-000000000000"]
"""Selecting what isn't there empties DataLab's selection; an empty list would keep it."""


def select_exactly(remote: RemoteDoor, uuids: Sequence[str], kind: Kind) -> None:
    """Show a panel and select objects in it, and make sure of it: what comes acts on these.

    Raises
    ------
    LiveLimitError
        If the person has selected something else at the same moment.
    """
    remote.set_panel(kind)
    remote.select(uuids, kind)
    found = remote.selected()
    if sorted(found) != sorted(uuids):
        message = "DataLab's selection changed at the same moment. Run this again."
        raise LiveLimitError(message, url=remote.url, detail=f"{found} is selected")
