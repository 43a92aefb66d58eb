"""Writing single values and trees of values in guidata's HDF5 layout, by h5py's low-level interface.

The layout: a number or text is an attribute, an array a dataset, a dict a group with
the attribute ``__dict``, a list a group with ``__seq`` and members ``__seq0``,
``__seq1``, … Reading is ``_hdf5_read``'s.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5o, h5p, h5s, h5t

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = np.ndarray[Any, Any]

DICT, SEQUENCE, TYPE_SUFFIX = "__dict", "__seq", "__type__"
TEMPLATES = "datalab_kernel_templates"
MAX_TEMPLATES, MAX_TEMPLATE_SIZE = 500, 32
CAN_COPY_GROUPS = h5py.version.hdf5_version_tuple >= (1, 14, 4)
"""Before, HDF5 crashed when it copied an object with text attributes (its issue 2414)."""

SCALAR = h5s.create(h5s.SCALAR)
TEXT_DTYPE = h5py.string_dtype()
TEXT = h5t.py_create(TEXT_DTYPE, logical=True)
TEXT_IN_MEMORY = h5t.py_create(TEXT_DTYPE)
UTF8_LINKS = h5p.create(h5p.LINK_CREATE)
UTF8_LINKS.set_char_encoding(h5t.CSET_UTF8)
_TRACKED = h5p.create(h5p.GROUP_CREATE)
_TRACKED.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
NUMBER_DTYPES = {
    bool: np.dtype("?"),
    int: np.dtype("i8"),
    float: np.dtype("f8"),
    complex: np.dtype("c16"),
}


@cache
def type_of(dtype: np.dtype[Any]) -> h5t.TypeID:
    """Return HDF5's type of a numpy type."""
    return h5t.py_create(dtype, logical=True)


@lru_cache(maxsize=256)
def _space_of(shape: tuple[int, ...]) -> h5s.SpaceID:
    return h5s.create_simple(shape) if shape else SCALAR


def create_group(parent: h5g.GroupID, name: str, *, keeps_order: bool = False) -> h5g.GroupID:
    """Create a group; one that keeps order lists its members as they were made."""
    plan = _TRACKED if keeps_order else None
    return h5g.create(parent, name.encode(), lcpl=UTF8_LINKS, gcpl=plan)


def write_attribute(group: h5g.GroupID, name: str, value: Any) -> None:
    """Write a number or a text as an attribute."""
    dtype = _dtype_of(value)
    if dtype is None:
        h5py.AttributeManager(h5py.Group(group))[name] = value
    else:
        _write(_create_attribute(group, name, dtype), value, dtype)


def _dtype_of(value: Any) -> np.dtype[Any] | None:
    """Return the type that a value is written as; None for what h5py must find out."""
    if isinstance(value, str):
        return TEXT_DTYPE  # type: ignore[no-any-return]
    dtype = NUMBER_DTYPES.get(type(value))
    if dtype is None and isinstance(value, (np.number, np.bool_)):
        return np.dtype(type(value))
    return dtype


def _create_attribute(group: h5g.GroupID, name: str, dtype: np.dtype[Any]) -> h5a.AttrID:
    kind = TEXT if dtype is TEXT_DTYPE else type_of(dtype)
    return h5a.create(group, name.encode(), kind, SCALAR)


def _write(attribute: h5a.AttrID, value: Any, dtype: np.dtype[Any]) -> None:
    kind = TEXT_IN_MEMORY if dtype is TEXT_DTYPE else None
    attribute.write(np.array(value, dtype=dtype), mtype=kind)


def write_array(group: h5g.GroupID, path: str, array: Array) -> None:
    """Write an array as a contiguous dataset, as it is; ``path`` starts at the group."""
    if not array.flags.c_contiguous:
        array = array.copy(order="C")
    kind = type_of(array.dtype)
    space = _space_of(array.shape)
    dataset = h5d.create(group, path.encode(), kind, space, lcpl=UTF8_LINKS)
    if array.size:
        dataset.write(h5s.ALL, h5s.ALL, array, kind)


class _Template:
    """A group with attributes of certain names and types, whose values are set before it is copied."""

    def __init__(self, home: h5g.GroupID, name: str, values: Mapping[str, Any]) -> None:
        self.group = create_group(home, name)
        self.dtypes = [_dtype_of(value) for value in values.values()]
        self.attributes = [
            _create_attribute(self.group, key, dtype)
            for key, dtype in zip(values, self.dtypes, strict=True)
            if dtype is not None
        ]
        self.values: list[Any] = [None] * len(values)

    def set(self, values: Mapping[str, Any]) -> None:
        for place, value in enumerate(values.values()):
            if value is self.values[place]:
                continue
            dtype = self.dtypes[place]
            assert dtype is not None  # noqa: S101 - for the type checker: has_template saw to it
            _write(self.attributes[place], value, dtype)
            self.values[place] = value


class TreeWriter:
    """Writes groups with attributes, and trees of them, into one file.

    Each new group is a copy of one with attributes of the same names and types: copying
    it costs HDF5 less than writing two attributes.
    """

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._home = file.create_group(TEMPLATES).id
        self._templates: dict[Any, _Template] = {}

    def finish(self) -> None:
        """Remove the templates from the file."""
        self._templates.clear()
        del self._file[TEMPLATES]

    def create_group(self, parent: h5g.GroupID, path: str, values: Mapping[str, Any]) -> None:
        """Create a group with attributes."""
        kinds = tuple([(name, type(value)) for name, value in values.items()])
        template = self._templates.get(kinds)
        if template is None:
            if not self._is_worth_a_template(values):
                group = create_group(parent, path)
                for name, value in values.items():
                    write_attribute(group, name, value)
                return
            template = _Template(self._home, str(len(self._templates)), values)
            self._templates[kinds] = template
        template.set(values)
        h5o.copy(template.group, b".", parent, path.encode(), lcpl=UTF8_LINKS)

    def _is_worth_a_template(self, values: Mapping[str, Any]) -> bool:
        return (
            CAN_COPY_GROUPS
            and len(values) <= MAX_TEMPLATE_SIZE
            and len(self._templates) < MAX_TEMPLATES
            and all(_dtype_of(value) is not None for value in values.values())
        )

    def write_tree(self, parent: h5g.GroupID, path: str, value: Any) -> None:
        """Write a dict, list or array that :func:`_metadata.encode` gives."""
        if isinstance(value, np.ndarray):
            write_array(parent, path, value)
            return
        if isinstance(value, dict):
            mark, members = DICT, value
        else:
            mark, members = SEQUENCE, {f"{SEQUENCE}{i}": item for i, item in enumerate(value)}
        attributes: dict[str, Any] = {}
        others: dict[str, Any] = {}
        for key, item in members.items():
            kept = others if isinstance(item, (dict, list, np.ndarray)) else attributes
            kept[key] = item
        attributes[mark] = len(value)
        self.create_group(parent, path, attributes)
        for key, item in others.items():
            self.write_tree(parent, f"{path}/{key}", item)
