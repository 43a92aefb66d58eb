"""Errors that the kernel has shown already when a cell's reply comes.

xpython publishes a cell's error as it replies, so behind all that the cell printed meanwhile,
and leaves the payload out of such a reply. The kernel publishes it at once, through the
tunnel; the first line of the reply's traceback then says so, and carries the payload.
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["SHOWN", "is_shown", "marked", "unmarked"]

SHOWN = "datalab_kernel.Shown:"


def marked(traceback: list[str], payload: list[dict[str, Any]]) -> list[str]:
    """Return a traceback that says that it was shown."""
    return [SHOWN + json.dumps(payload), *traceback]


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
