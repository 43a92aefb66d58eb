"""What the kernel hides in the reply of a cell: an error that it has shown, a wish to end.

xpython publishes a cell's error as it replies, so behind all that the cell printed meanwhile,
and leaves the payload out of such a reply. The kernel publishes it at once, through the
tunnel; the first line of the reply's traceback then says so, and carries the payload.
"""

from __future__ import annotations

import json
from typing import Any

from datalab_kernel_spec.protocol._words import SHOWN

__all__ = ["asks_exit", "is_shown", "unmarked"]


def is_shown(content: bytes) -> bool:
    """Say whether an error's content, as JSON, says that it was shown."""
    return SHOWN.encode() in content


def unmarked(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a reply with its own traceback and its payload."""
    first, *traceback = content.get("traceback") or [""]
    if not first.startswith(SHOWN):
        return content
    payload = json.loads(first.removeprefix(SHOWN))
    return {**content, "traceback": traceback, "payload": payload, "user_expressions": {}}


def asks_exit(reply: dict[str, Any]) -> bool:
    """Say whether a cell has asked for the end of its kernel, and not only of the front end."""
    payload = reply.get("payload") or []
    return any(one["source"] == "ask_exit" and not one["keepkernel"] for one in payload)
