"""The two kinds of object, and what is known of one without its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["KINDS", "Kind", "ObjectInfo"]

Kind = Literal["signal", "image"]
FORMULA_KEY = "__datalab_kernel_formula__"
"""In ``vars`` of an object that somebody holds: what it was got or computed by; never copied."""
KINDS: tuple[Kind, ...] = ("signal", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What is known of an object without its data.

    ``shape`` is ``(n,)`` for a signal of n points and ``(ny, nx)`` for an image;
    ``dtype`` is numpy's name of the y or pixel type; ``units`` are those of the
    axes in the order x, y(, z); ``size_bytes`` counts the arrays.
    """

    name: str
    kind: Kind
    group: str
    shape: tuple[int, ...]
    dtype: str
    units: tuple[str, ...]
    size_bytes: int
    is_from_notebook: bool


SIGIMAS_CLASS = "__sigimas_class__"
"""Of a class with operators: the one of Sigima's that it is made of."""
