"""JSON as the standard library reads and writes it, without its functions around those in C.

A message's five parts pass several of them, and each costs a cell what the whole part does.
"""

from __future__ import annotations

import json
from json import encoder
from typing import Any

__all__ = ["parsed", "written"]

_decoder: Any = json.JSONDecoder()
_decode, _scan = _decoder.decode, _decoder.scan_once
_how = {"key": ": ", "item": ", ", "sort_keys": False, "skipkeys": False, "allow_nan": True}
_encode = encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, json.JSONEncoder().default, encoder.encode_basestring_ascii, None, *_how.values()
)


def parsed(part: bytes) -> Any:
    """Return what a part holds (as ``json.loads``, which looks for other encodings first)."""
    text = part.decode("utf-8", "surrogatepass")
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        return _decode(text)  # with blanks before it, or no JSON
    return value if end == len(text) else _decode(text)


def written(value: Any) -> bytes:
    """Return a value's JSON (as ``json.dumps``)."""
    return "".join(_encode(value, 0)).encode()
