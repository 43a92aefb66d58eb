"""``exit()`` and ``quit()`` in a cell: what the reply says of them."""

from __future__ import annotations

from typing import Any

__all__ = ["asks_exit"]


def asks_exit(reply: dict[str, Any]) -> bool:
    """Say whether a cell has asked for the end of its kernel, and not only of the front end."""
    payload = reply.get("payload") or []
    return any(one["source"] == "ask_exit" and not one["keepkernel"] for one in payload)
