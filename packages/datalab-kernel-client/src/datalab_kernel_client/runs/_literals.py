"""Values as Python source, for the cell that sets a notebook's parameters."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["python_literal"]


def python_literal(value: Any) -> str:
    """Return source that evaluates to a value of JSON or YAML, in any Python without imports.

    Dates and other things that YAML knows beside JSON's become text.

    Examples
    --------
    >>> python_literal({"gain": 2.5, "names": ["a", None], "limit": float("inf")})
    "{'gain': 2.5, 'names': ['a', None], 'limit': float('inf')}"
    """
    match value:
        case None | bool() | int() | str():
            return repr(value)
        case float():
            return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
        case list() | tuple():
            return f"[{', '.join(map(python_literal, value))}]"
        case dict():
            pairs = (
                f"{python_literal(key)}: {python_literal(item)}" for key, item in value.items()
            )
            return f"{{{', '.join(pairs)}}}"
        case set():
            return f"{{{', '.join(map(python_literal, value))}}}" if value else "set()"
        case _:
            return repr(str(value))
