"""JSON texts of values of one form, of which only what differs is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

_HOLE = "\0\0"
"""No key has a NUL, and what JSON has no word for is marked with one alone (``_tail``)."""


class Pattern:
    """The JSON text of values of one form, in which only those that are others are made again.

    Parameters
    ----------
    values
        Some of that form.
    leaves
        Their numbers, texts and arrays, in order.
    encode
        Makes a text of anything.
    """

    def __init__(self, values: Any, leaves: list[Any], encode: Callable[[Any], str]) -> None:
        self._text = encode(_blank(values)).replace("%", "%%").replace(encode(_HOLE), "%s")
        self._encode = encode
        self._last = _without_arrays(leaves)
        self._words = [encode(leaf) for leaf in self._last]

    def text(self, leaves: list[Any]) -> str:
        """Return the text for these values, but for what arrays hold."""
        values = _without_arrays(leaves)
        self._words = [
            word if value is last else self._encode(value)
            for value, last, word in zip(values, self._last, self._words, strict=True)
        ]
        self._last = values
        return self._text % (*self._words,)


def _without_arrays(leaves: list[Any]) -> list[Any]:
    return [leaf for leaf in leaves if type(leaf) is not np.ndarray]


def _blank(value: Any) -> Any:
    """Return a tree with holes for its numbers and texts."""
    if isinstance(value, dict):
        return {name: _blank(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_blank(item) for item in value]
    return value if isinstance(value, np.ndarray) else _HOLE
