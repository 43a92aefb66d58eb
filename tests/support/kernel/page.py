"""The page's side of comms, on a kernel that a test watches."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.kernel.watch import Cell, Watch


def opened(watch: Watch, target: str = "test", data: Any = None) -> tuple[str, Cell]:
    """Open a comm as a page does; return its id and what the opening caused."""
    comm_id = uuid.uuid4().hex
    content = {"comm_id": comm_id, "target_name": target, "data": data or {}}
    return comm_id, watch.handled(watch.send("comm_open", content), within_s=watch.soon_s)


def told(watch: Watch, comm_id: str, data: Any = None, buffers: Sequence[bytes] = ()) -> Cell:
    """Send to a comm, and return what that caused."""
    content = {"comm_id": comm_id, "data": data or {}}
    return watch.handled(watch.send("comm_msg", content, buffers=buffers), within_s=watch.soon_s)


def closed(watch: Watch, comm_id: str) -> Cell:
    """Close a comm, and return what that caused."""
    content: dict[str, Any] = {"comm_id": comm_id, "data": {}}
    return watch.handled(watch.send("comm_close", content), within_s=watch.soon_s)


def of_type(cell: Cell, msg_type: str) -> list[dict[str, Any]]:
    """Return the whole messages of one type that a request has caused."""
    return [one for one in cell.published if one["msg_type"] == msg_type]


def lines(cell: Cell) -> list[str]:
    """Return what was printed, line by line."""
    return cell.text().splitlines()
