"""MATLAB's variables as plain values, and their flat list: each by the name that MATLAB has for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_DEEPEST = 20


class Unreadable:
    """In place of a value that isn't numbers, text, a struct or a cell; ``what`` says what it is."""

    def __init__(self, what: str) -> None:
        self.what = what


@dataclass(slots=True)
class Variables:
    """Arrays, what else was said (numbers and texts), and what can't be read, each by its name."""

    arrays: dict[str, Array] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: Any, depth: int = 0) -> None:
        """Add a value; of structs and cells what is in them.

        Parameters
        ----------
        name
            What MATLAB calls it: ``run.signal``, ``run(2).signal``, ``c{1}``.
        value
            An array, a number, a text, a dict (a struct), a list of dicts (an array of
            structs), another list (a cell), or :class:`Unreadable`.

        Examples
        --------
        >>> found = Variables()
        >>> found.add("run", {"y": np.array([1.0, 2.0]), "fs": 50.0, "c": ["a", "b"]})
        >>> [*found.arrays], found.settings
        (['run.y'], {'run.fs': 50.0, 'run.c{1}': 'a', 'run.c{2}': 'b'})
        """
        if depth > _DEEPEST:
            self.unreadable[name] = f"nested deeper than {_DEEPEST} levels"
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self.add(f"{name}.{key}", item, depth + 1)
        elif isinstance(value, list):
            is_structs = all(isinstance(item, Mapping) for item in value)
            form = "{}({})" if is_structs else "{}{{{}}}"
            for place, item in enumerate(value, 1):
                self.add(form.format(name, place), item, depth + 1)
        else:
            self._add_leaf(name, value)

    def _add_leaf(self, name: str, value: Any) -> None:
        if isinstance(value, Unreadable):
            self.unreadable[name] = value.what
            return
        if isinstance(value, str):
            self.settings[name] = value
            return
        array = np.asarray(value)
        if array.dtype.kind == "U":
            self.settings[name] = [str(text) for text in array.ravel()]
        elif array.dtype.kind not in "biufc":
            self.unreadable[name] = f"of type {array.dtype}"
        elif array.size > 1:
            self.arrays[name] = array
        elif array.size == 1:
            self.settings[name] = array.ravel()[0].item()
        else:
            self.unreadable[name] = "empty"
