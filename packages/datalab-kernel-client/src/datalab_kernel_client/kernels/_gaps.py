"""The server's words about output that it dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["is_rate_warning"]

WORDS = re.compile(r"\s*IOPub (message|data) rate exceeded\.\s")
OPTION = "iopub_"


def is_rate_warning(message: Message) -> bool:
    """Return whether a message is the server's word that it drops output from now on."""
    if message.msg_type != "stream" or message.content.get("name") != "stderr":
        return False
    text = str(message.content.get("text", ""))
    return bool(WORDS.match(text)) and OPTION in text and "_rate_limit" in text
