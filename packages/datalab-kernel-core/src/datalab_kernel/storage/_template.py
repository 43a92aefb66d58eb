"""Trees in a file that are copied: their values are set before each copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from h5py import h5d, h5g, h5s

from datalab_kernel.storage._hdf5 import (
    DICT,
    SEQUENCE,
    create_attribute,
    create_group,
    dtype_of,
    set_attribute,
    type_of,
    write_attribute,
    write_small_array,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_EQUAL_IS_SAME = (str, bool, int)  # not of floats: 0.0 == -0.0

Array = np.ndarray[Any, Any]
Tree = dict[str, Any] | list[Any]
"""Of numbers, texts, arrays, and dicts and lists of these, as :func:`_metadata.encode` gives them."""


def named(tree: Tree) -> Iterable[tuple[str, Any]]:
    """Return what a group holds, by the names in it."""
    if isinstance(tree, dict):
        return tree.items()
    return ((f"{SEQUENCE}{number}", item) for number, item in enumerate(tree))


def mark_of(tree: Tree) -> str:
    """Return the attribute that says how many values a group holds."""
    return DICT if isinstance(tree, dict) else SEQUENCE


class Template:
    """A tree in the file whose values are set before it is copied."""

    def __init__(self, group: h5g.GroupID, tree: Tree, mark: str | None) -> None:
        self.group = group
        self._leaves: list[_Attribute | _Dataset] = []
        self._make(group, tree, mark)

    def _make(self, group: h5g.GroupID, tree: Tree, mark: str | None) -> None:
        for name, value in named(tree):
            if isinstance(value, (dict, list)):
                self._make(create_group(group, name), value, mark_of(value))
            elif isinstance(value, np.ndarray):
                self._leaves.append(_Dataset(write_small_array(group, name, value), value))
            else:
                self._leaves.append(_Attribute(group, name, value))
        if mark is not None:
            write_attribute(group, mark, len(tree))

    def set(self, values: list[Any]) -> None:
        """Give the tree these values, in the order in which they were taken from it."""
        for leaf, value in zip(self._leaves, values, strict=True):
            if value is not leaf.value:
                leaf.set(value)


class _Attribute:
    """An attribute of a template."""

    def __init__(self, group: h5g.GroupID, name: str, value: Any) -> None:
        self._dtype = dtype_of(value)
        assert self._dtype is not None  # noqa: S101 - for the type checker: its form says so
        self._attribute = create_attribute(group, name, self._dtype)
        set_attribute(self._attribute, value, self._dtype)
        self.value = value

    def set(self, value: Any) -> None:
        if value == self.value and type(value) in _EQUAL_IS_SAME:
            return
        assert self._dtype is not None  # noqa: S101 - for the type checker
        set_attribute(self._attribute, value, self._dtype)
        self.value = value


class _Dataset:
    """A small array of a template."""

    def __init__(self, dataset: h5d.DatasetID, value: Array) -> None:
        self._dataset = dataset
        self._kind = type_of(value.dtype)
        self._bytes = value.tobytes()
        self.value = None  # an array may be changed and come again

    def set(self, value: Array) -> None:
        content = value.tobytes()
        if content == self._bytes:
            return
        plain = value if value.flags.c_contiguous else value.copy(order="C")
        self._dataset.write(h5s.ALL, h5s.ALL, plain, self._kind)
        self._bytes = content
