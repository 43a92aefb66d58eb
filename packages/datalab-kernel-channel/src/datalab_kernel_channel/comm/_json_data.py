"""What the data of a comm message may hold: JSON, with NaN as null and NumPy's scalars as numbers."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from datalab_kernel_channel._errors import WireValueError

__all__ = ["as_json"]


def as_json(value: Any, path: str) -> Any:
    """Return a value as JSON has it.

    Parameters
    ----------
    value
        Dicts with str keys, lists, tuples, str, numbers, bool and None, nested; scalars of NumPy.
    path
        What the value is called where it is refused, such as ``data``.

    Returns
    -------
    Any
        The same with lists for tuples, None for NaN and infinities, Python's numbers for NumPy's.

    Raises
    ------
    WireValueError
        For anything else; its ``path`` names the place.
    """
    try:
        return _plain(value, path, ())
    except RecursionError:
        message = f"{path} is nested too deeply for JSON; nothing was sent. Send it flatter, or as a buffer."
        raise WireValueError(message, path=path, value_type=type(value).__name__) from None


def _plain(value: Any, path: str, within: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict | list | tuple):
        if id(value) in within:
            raise _refused(value, path, "it contains itself")
        return _nested(value, path, (*within, id(value)))
    return _number(value, path)


def _nested(value: dict[Any, Any] | list[Any] | tuple[Any, ...], path: str, within: Any) -> Any:
    if not isinstance(value, dict):
        return [_plain(item, f"{path}[{at}]", within) for at, item in enumerate(value)]
    for key in value:
        if not isinstance(key, str):
            raise _refused(key, f"{path}[{key!r}]", "a key in JSON is a str")
    return {
        _text(key, path): _plain(item, f"{path}[{json.dumps(key, ensure_ascii=False)}]", within)
        for key, item in value.items()
    }


def _text(value: str, path: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refused(value, path, "it holds half of a surrogate pair") from None
    return value


def _number(value: Any, path: str) -> bool | int | float | None:
    """Return a scalar of NumPy's as Python's number."""
    generic = getattr(sys.modules.get("numpy"), "generic", None)  # a thread may still import it
    if generic is not None and isinstance(value, generic):
        match value.dtype.kind:
            case "b":
                return bool(value)
            case "i" | "u":
                return int(value)
            case "f":
                return float(value) if math.isfinite(value) else None
    is_binary = isinstance(value, bytes | bytearray | memoryview) or hasattr(value, "__array__")
    why = "its bytes travel in `buffers`" if is_binary else "JSON has no form for it"
    raise _refused(value, path, why)


def _refused(value: Any, path: str, why: str) -> WireValueError:
    kind = type(value).__name__
    message = (
        f"{path} is of type {kind}, and can't travel as JSON: {why}. Nothing was sent. Send dicts with str keys, "
        "lists, str, numbers, bool and None."
    )
    return WireValueError(message, path=path, value_type=kind)
