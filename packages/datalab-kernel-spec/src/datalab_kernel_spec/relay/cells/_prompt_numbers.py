"""What a cell's messages say of its number and its beginning.

xpython counts each request that isn't silent; IPython, and so other kernels' prompts, count
what goes into the history. Both texts are as in ipykernel: ``execute_input`` has the number
of the prompt, and a reply the last number that was used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.relay.sockets._json import parsed, written
from datalab_kernel_spec.relay.sockets._message import Message, Signer, unsigned

if TYPE_CHECKING:
    from datalab_kernel_spec.relay.cells._queue import CellQueue

__all__ = ["numbered", "timed"]


def numbered(queue: CellQueue, signer: Signer, cell: str, frames: list[bytes]) -> list[bytes]:
    """Return an ``execute_input`` with the number of the cell's prompt."""
    message = unsigned(frames)
    turn = queue.turn_of(cell)
    if turn is None or message.content.endswith(b'"execution_count":%d}' % turn.number):
        return frames  # as nearly always: xpython's signature holds
    content = {**message.content_fields, "execution_count": turn.number}
    return signer.frames(message._replace(content=written(content)))


def timed(queue: CellQueue, reply: Message, content: dict[str, Any]) -> Message:
    """Return an ``execute_reply`` with the last number used, and when the cell began."""
    if "execution_count" in content:
        content = {**content, "execution_count": queue.number - 1}
    metadata = parsed(reply.metadata)
    if turn := queue.turn_of(reply.parent_id):
        metadata["started"] = turn.started
    return reply._replace(content=written(content), metadata=written(metadata))
