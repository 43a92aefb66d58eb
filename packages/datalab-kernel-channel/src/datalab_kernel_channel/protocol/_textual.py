"""A frame's buffers as text beside it, for links that carry none, such as a Jupyter server's to a gateway."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PROBE", "as_text", "buffers_of"]

PROBE = (b"\0",)
"""What a ``join`` carries to find out whether its link carries buffers."""
KEY = "base64"


def as_text(frame: Mapping[str, Any], buffers: Sequence[Any]) -> dict[str, Any]:
    """Return a frame that holds its buffers.

    Examples
    --------
    >>> as_text({"frame": "data"}, [b"abc"])
    {'frame': 'data', 'base64': ['YWJj']}
    """
    return {**frame, KEY: [base64.b64encode(buffer).decode() for buffer in buffers]}


def buffers_of(frame: Mapping[str, Any], buffers: Sequence[Any]) -> Sequence[Any]:
    """Return a frame's buffers: those that it holds, or those that came beside it.

    Raises
    ------
    Refused
        If what it holds isn't base64.
    """
    texts = frame.get(KEY)
    if texts is None:
        return buffers
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refused("not_an_object", f"{KEY} is a list of texts")
    try:
        return [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError) as error:
        raise Refused("bad_value", f"{KEY}: {error}") from None
