"""Exceptions of functions that the other side called, as the other side gets them."""

from __future__ import annotations

import asyncio
import json
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_channel._errors import WireValueError

__all__ = ["error_to_wire", "own_traceback", "value_error_to_wire"]

HERE = str(Path(__file__).parents[1])
LONGEST_TEXT = 100_000


def own_traceback(error: BaseException) -> str:
    """Return the traceback as text, without this package's own frames before the user's."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(HERE):
        frames = frames.tb_next
    shown = frames if frames is not None else error.__traceback__
    return "".join(traceback.format_exception(type(error), error, shown))


def error_to_wire(error: BaseException) -> dict[str, Any]:
    """Return what the other side gets of an exception."""
    if isinstance(error, asyncio.CancelledError):
        return {"kind": "cancelled"}
    return {
        "kind": "thrown",
        "name": type(error).__name__,
        "message": str(error)[:LONGEST_TEXT],
        "stack": own_traceback(error)[-LONGEST_TEXT:],
        "args": [_plain(argument) for argument in error.args],
    }


def value_error_to_wire(error: WireValueError) -> dict[str, Any]:
    """Return what the other side gets when a function's value can't travel."""
    return {
        "kind": "value",
        "message": str(error),
        "path": error.path,
        "value_type": error.value_type,
    }


def _plain(argument: Any) -> Any:
    try:
        text = json.dumps(argument, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return repr(argument)[:LONGEST_TEXT]
    return json.loads(text) if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT]
