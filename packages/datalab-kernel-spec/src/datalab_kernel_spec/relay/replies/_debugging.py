"""What of the debugger xpython promises and never gives, or takes without a look.

Who asks for the rich view of variables gets an answer; what is promised is the plain view.
A variable is copied to the globals under a name, not to an expression.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["refusal", "without_rich_view"]

PROMISE = b'"richRendering"'
RICH = "richInspectVariables"
COPY = "copyToGlobals"
PLAIN = "This kernel shows variables in a debugger as plain text."
NO_NAME = "{!r} can't name a variable."


def refusal(request: Message) -> dict[str, Any] | None:
    """Return the content of the answer to a ``debug_request``, if it isn't one for xpython."""
    if RICH.encode() not in request.content and COPY.encode() not in request.content:
        return None
    content = request.content_fields
    name = (content.get("arguments") or {}).get("dstVariableName")
    match content.get("command"):
        case command if command == RICH:
            why = PLAIN
        case command if command == COPY and not str(name).isidentifier():
            why = NO_NAME.format(name)
        case _:
            return None
    number = content.get("seq", 0)
    answer = {"type": "response", "request_seq": number, "seq": number, "success": False}
    return {**answer, "command": command, "message": why}


def without_rich_view(reply: Message) -> Message:
    """Take the promise out of what the debugger says of itself."""
    if PROMISE not in reply.content:
        return reply
    content = reply.content_fields
    if isinstance(content.get("body"), dict):
        content["body"] = {**content["body"], "richRendering": False}
    return reply._replace(content=json.dumps(content).encode())
