"""Writing groups with attributes, and trees of them, as copies of earlier ones of the same form.

Copying a whole tree costs HDF5 a quarter of making its groups, attributes and small arrays one by
one; so the second tree of a form becomes a template, whose values are set before each copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5d, h5g, h5o, h5s

from datalab_kernel.storage._hdf5 import (
    DICT,
    SEQUENCE,
    UTF8_LINKS,
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

    from datalab_kernel.storage._forms import Forms, Parts

TEMPLATES = "datalab_kernel_templates"
CAN_COPY_GROUPS = h5py.version.hdf5_version_tuple >= (1, 14, 4)
"""Before, HDF5 crashed when it copied an object with text attributes (its issue 2414)."""
_MOST_TEMPLATES = 500
_EQUAL_IS_SAME = (str, bool, int)  # not of floats: 0.0 == -0.0

Array = np.ndarray[Any, Any]
Tree = dict[str, Any] | list[Any]
"""Of numbers, texts, arrays, and dicts and lists of these, as :func:`_metadata.encode` gives them."""


class TreeWriter:
    """Writes groups with attributes, and trees of them, into one file."""

    def __init__(self, file: h5py.File, forms: Forms) -> None:
        self._file = file
        self._forms = forms
        self._count = 0

    def finish(self) -> None:
        """Remove the templates from the file; one object made none."""
        if self._count:
            self._forms.clear()
            del self._file[TEMPLATES]

    def write(
        self, parent: h5g.GroupID, path: str, tree: Tree, mark: str | None, parts: Parts | None
    ) -> None:
        """Write a tree as a group.

        Parameters
        ----------
        parent, path
            The path starts at the parent; all but its last part is there.
        tree, mark
            What it holds, and the attribute that says how many these are.
        parts
            The tree, taken apart; None if it can't be.
        """
        template = None if parts is None else self._template(parts, tree, mark)
        if template is not None and parts is not None:
            template.set(parts.leaves)
            h5o.copy(template.group, b".", parent, path.encode(), lcpl=UTF8_LINKS)
            return
        group = create_group(parent, path)
        for name, value in _named(tree):
            if isinstance(value, (dict, list)):
                own = _mark_of(value)
                self.write(group, name, value, own, self._forms.take_apart(value, own))
            elif isinstance(value, np.ndarray):
                write_small_array(group, name, value)
            else:
                write_attribute(group, name, value)
        if mark is not None:
            write_attribute(group, mark, len(tree))

    def _template(self, parts: Parts, tree: Tree, mark: str | None) -> Template | None:
        """Return the template of a form, which is made where it came before."""
        form = parts.form
        is_wanted = form.template is None and not form.is_new
        if is_wanted and CAN_COPY_GROUPS and self._count < _MOST_TEMPLATES:
            home = self._file.require_group(TEMPLATES).id
            form.template = Template(create_group(home, str(self._count)), tree, mark)
            self._count += 1
        return form.template


def _named(tree: Tree) -> Iterable[tuple[str, Any]]:
    """Return what a group holds, by the names in it."""
    if isinstance(tree, dict):
        return tree.items()
    return ((f"{SEQUENCE}{number}", item) for number, item in enumerate(tree))


def _mark_of(tree: Tree) -> str:
    return DICT if isinstance(tree, dict) else SEQUENCE


class Template:
    """A tree in the file whose values are set before it is copied."""

    def __init__(self, group: h5g.GroupID, tree: Tree, mark: str | None) -> None:
        self.group = group
        self._leaves: list[_Attribute | _Dataset] = []
        self._make(group, tree, mark)

    def _make(self, group: h5g.GroupID, tree: Tree, mark: str | None) -> None:
        for name, value in _named(tree):
            if isinstance(value, (dict, list)):
                self._make(create_group(group, name), value, _mark_of(value))
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
