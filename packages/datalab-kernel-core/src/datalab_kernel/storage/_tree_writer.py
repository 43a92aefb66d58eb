"""Writing groups with attributes, and trees of them, as copies of earlier ones of the same form.

Copying a whole tree costs HDF5 a quarter of making its groups, attributes and small arrays one by
one; so the second tree with the same names and types becomes a template, whose values are set
before each copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5d, h5g, h5o, h5s

from datalab_kernel.storage._hdf5 import (
    DICT,
    NUMBER_DTYPES,
    SEQUENCE,
    UTF8_LINKS,
    create_attribute,
    create_group,
    dtype_of,
    set_attribute,
    type_of,
    write_array,
    write_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = "datalab_kernel_templates"
CAN_COPY_GROUPS = h5py.version.hdf5_version_tuple >= (1, 14, 4)
"""Before, HDF5 crashed when it copied an object with text attributes (its issue 2414)."""
_MOST_TEMPLATES, _MOST_LEAVES, _MOST_ARRAY_BYTES = 500, 64, 1 << 12
_MOST_SEEN = 10_000
_PLAIN = frozenset({str, *NUMBER_DTYPES})
_EQUAL_IS_SAME = (str, bool, int)  # not of floats: 0.0 == -0.0

Array = np.ndarray[Any, Any]
_Form = tuple[Any, ...]
"""The names and types of a tree's values, in order."""


class TreeWriter:
    """Writes groups with attributes, and trees of them, into one file."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._templates: dict[_Form, _Template] = {}
        self._seen: set[_Form] = set()

    def finish(self) -> None:
        """Remove the templates from the file; one object made none."""
        if self._templates:
            self._templates.clear()
            del self._file[TEMPLATES]

    def write(
        self,
        parent: h5g.GroupID,
        path: str,
        attributes: Mapping[str, Any],
        members: Mapping[str, Any],
    ) -> None:
        """Write a group with attributes, whose members are trees and arrays.

        Parameters
        ----------
        parent, path
            The path starts at the parent; all but its last part is there.
        attributes
            Numbers and texts.
        members
            Dicts, lists and arrays as :func:`_metadata.encode` gives them.
        """
        leaves: list[Any] = []
        form = _form(attributes, members, leaves) if CAN_COPY_GROUPS else None
        template = self._template(form, attributes, members) if form is not None else None
        if template is not None:
            template.set(leaves)
            h5o.copy(template.group, b".", parent, path.encode(), lcpl=UTF8_LINKS)
            return
        group = create_group(parent, path)
        for name, value in attributes.items():
            write_attribute(group, name, value)
        for name, value in members.items():
            if isinstance(value, np.ndarray):
                write_array(group, name, value)
            else:
                self.write(group, name, *parts_of(value))

    def _template(
        self, form: _Form, attributes: Mapping[str, Any], members: Mapping[str, Any]
    ) -> _Template | None:
        """Return the template of that form, which is made where it came before."""
        template = self._templates.get(form)
        if template is None and form in self._seen and len(self._templates) < _MOST_TEMPLATES:
            home = self._file.require_group(TEMPLATES).id
            group = create_group(home, str(len(self._templates)))
            template = self._templates[form] = _Template(group, attributes, members)
        if template is None and len(self._seen) < _MOST_SEEN:
            self._seen.add(form)
        return template


def parts_of(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the attributes and the members of the group that a dict or list is written as."""
    if isinstance(value, dict):
        mark, items = DICT, value
    else:
        mark, items = SEQUENCE, {f"{SEQUENCE}{i}": item for i, item in enumerate(value)}
    attributes: dict[str, Any] = {}
    members: dict[str, Any] = {}
    for key, item in items.items():
        (members if isinstance(item, (dict, list, np.ndarray)) else attributes)[key] = item
    attributes[mark] = len(value)
    return attributes, members


def _form(
    attributes: Mapping[str, Any], members: Mapping[str, Any], leaves: list[Any]
) -> _Form | None:
    """Return the form of a tree, and collect its values; None if it can't be a template."""
    form: list[Any] = []
    is_one = _walk(attributes, members, form, leaves)
    return tuple(form) if is_one and len(leaves) <= _MOST_LEAVES else None


def _walk(
    attributes: Mapping[str, Any], members: Mapping[str, Any], form: list[Any], leaves: list[Any]
) -> bool:
    for name, value in attributes.items():
        kind = type(value)
        if kind not in _PLAIN:
            return False
        form += (name, kind)
        leaves.append(value)
    for name, value in members.items():
        if isinstance(value, np.ndarray):
            if value.nbytes > _MOST_ARRAY_BYTES:
                return False
            form += (name, value.dtype, value.shape)
            leaves.append(value)
        else:
            form += (name, type(value))
            if not _walk(*parts_of(value), form, leaves):
                return False
            form.append(None)  # the end of what is in it
    return len(leaves) <= _MOST_LEAVES


class _Template:
    """A tree in the file whose values are set before it is copied."""

    def __init__(
        self, group: h5g.GroupID, attributes: Mapping[str, Any], members: Mapping[str, Any]
    ) -> None:
        self.group = group
        self._leaves: list[_Attribute | _Dataset] = []
        self._make(group, attributes, members)

    def _make(
        self, group: h5g.GroupID, attributes: Mapping[str, Any], members: Mapping[str, Any]
    ) -> None:
        self._leaves += [_Attribute(group, name, value) for name, value in attributes.items()]
        for name, value in members.items():
            if isinstance(value, np.ndarray):
                self._leaves.append(_Dataset(write_array(group, name, value), value))
            else:
                self._make(create_group(group, name), *parts_of(value))

    def set(self, values: list[Any]) -> None:
        """Give the tree these values, in the order in which :func:`_walk` meets them."""
        for leaf, value in zip(self._leaves, values, strict=True):
            leaf.set(value)


class _Attribute:
    """An attribute of a template."""

    def __init__(self, group: h5g.GroupID, name: str, value: Any) -> None:
        self._dtype = dtype_of(value)
        assert self._dtype is not None  # noqa: S101 - for the type checker: _walk saw to it
        self._attribute = create_attribute(group, name, self._dtype)
        set_attribute(self._attribute, value, self._dtype)
        self._value = value

    def set(self, value: Any) -> None:
        last = self._value
        if value is last or (value == last and type(value) in _EQUAL_IS_SAME):
            return
        assert self._dtype is not None  # noqa: S101 - for the type checker
        set_attribute(self._attribute, value, self._dtype)
        self._value = value


class _Dataset:
    """A small array of a template."""

    def __init__(self, dataset: h5d.DatasetID, value: Array) -> None:
        self._dataset = dataset
        self._kind = type_of(value.dtype)
        self._bytes = value.tobytes()

    def set(self, value: Array) -> None:
        content = value.tobytes()
        if content == self._bytes:
            return
        plain = value if value.flags.c_contiguous else value.copy(order="C")
        self._dataset.write(h5s.ALL, h5s.ALL, plain, self._kind)
        self._bytes = content
