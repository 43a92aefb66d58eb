"""Trees of values taken apart: their form, which many objects share, and the values themselves.

What depends on the form alone is found out once: its template in a file (``_template``), the
text around its values (``_pattern``), and whether its keys are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._metadata import is_safe, shown_text
from datalab_kernel.storage._hdf5 import MOST_COMPACT_BYTES, NUMBER_DTYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datalab_kernel.storage._pattern import Pattern
    from datalab_kernel.storage._template import Template

_MOST_FORMS, _MOST_LEAVES = 10_000, 64
_NUMBERS = frozenset(NUMBER_DTYPES)
_ARRAY_KINDS = "biufc"


class Form:
    """Names and types of a tree's values, in order, and what was made for it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.has_safe_names = all(map(is_safe, names))
        self.is_new = True
        """Whether it came only once."""
        self.template: Template | None = None
        self.pattern: Pattern | None = None


@dataclass(slots=True)
class Parts:
    """A tree's form, and its numbers, texts and small arrays in order."""

    form: Form
    leaves: list[Any]


class Forms:
    """The forms that came so far."""

    def __init__(self) -> None:
        self._forms: dict[tuple[Any, ...], Form] = {}

    def clear(self) -> None:
        """Let go of what was made for them in a file."""
        self._forms.clear()

    def take_apart(self, tree: dict[str, Any] | list[Any], mark: str | None) -> Parts | None:
        """Take a tree apart.

        Parameters
        ----------
        tree
            A dict or list of them, numbers, texts and arrays.
        mark
            What its group is marked with.

        Returns
        -------
        Parts or None
            None if it is large, or holds something that HDF5 doesn't keep as it is.
        """
        key: list[Any] = [mark]
        leaves: list[Any] = []
        if not _walk(tree, key, leaves):
            return None
        whole = tuple(key)
        form = self._forms.get(whole)
        if form is not None:
            form.is_new = False
        elif len(self._forms) < _MOST_FORMS:
            form = self._forms[whole] = Form(part for part in key[1:] if type(part) is str)
        else:
            return None
        return Parts(form, leaves)


def _walk(tree: dict[str, Any] | list[Any], key: list[Any], leaves: list[Any]) -> bool:
    """Collect the key of a tree's form, and its values; say whether it could be done."""
    pairs: Iterable[tuple[Any, Any]] = enumerate(tree) if isinstance(tree, list) else tree.items()
    for name, value in pairs:
        kind = type(value)
        key += (name, kind)
        if kind is str:
            is_plain = value.isascii() and "\0" not in value
            if not is_plain and shown_text(value) != value:
                return False
            leaves.append(value)
        elif kind in _NUMBERS:
            leaves.append(value)
        elif kind is dict or kind is list:
            if len(leaves) > _MOST_LEAVES or not _walk(value, key, leaves):
                return False
            key.append(None)  # the end of what is in it
        elif kind is np.ndarray and value.dtype.kind in _ARRAY_KINDS:
            if value.nbytes > MOST_COMPACT_BYTES:
                return False
            key += (value.dtype, value.shape)
            leaves.append(value)
        else:
            return False
    return len(leaves) <= _MOST_LEAVES
