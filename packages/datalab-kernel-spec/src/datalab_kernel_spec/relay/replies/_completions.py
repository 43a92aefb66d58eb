"""The types of completions, which xpython computes and then leaves out of its reply.

The kernel adds one match more that isn't a match: a mark, then the types as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from datalab_kernel_spec.protocol._words import TYPES

if TYPE_CHECKING:
    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["KEY", "with_types"]

KEY = "_jupyter_types_experimental"


def with_types(reply: Message) -> Message:
    """Move the types of a ``complete_reply`` from its last match to its metadata."""
    content = reply.content_fields
    matches = content.get("matches") or [""]
    if not matches[-1].startswith(TYPES):
        return reply
    types = json.loads(matches.pop()[len(TYPES) :])
    content["metadata"] = {**(content.get("metadata") or {}), KEY: types}
    return reply._replace(content=json.dumps(content).encode())
