"""The words of a server, and of a DataLab kernel, about output that didn't reach everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["is_rate_warning", "says_missed"]

WORDS = re.compile(r"\s*IOPub (message|data) rate exceeded\.\s")
OPTION = "iopub_"


def is_rate_warning(message: Message) -> bool:
    """Return whether a message is the server's word that it drops output from now on."""
    if message.msg_type != "stream" or message.content.get("name") != "stderr":
        return False
    text = str(message.content.get("text", ""))
    return bool(WORDS.match(text)) and OPTION in text and "_rate_limit" in text


def says_missed(message: Message) -> bool:
    """Return whether a DataLab kernel says that it went on without a front end that took nothing."""
    return "missed" in (message.metadata.get("datalab_kernel") or {})
