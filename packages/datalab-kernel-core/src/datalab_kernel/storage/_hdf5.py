"""Writing single values in guidata's HDF5 layout, by h5py's low-level interface.

The layout: a number or text is an attribute, an array a dataset, a dict a group with
the attribute ``__dict``, a list a group with ``__seq`` and members ``__seq0``,
``__seq1``, … Trees of values are ``_tree_writer``'s, reading is ``_hdf5_read``'s.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5p, h5s, h5t

Array = np.ndarray[Any, Any]

DICT, SEQUENCE, TYPE_SUFFIX = "__dict", "__seq", "__type__"

SCALAR = h5s.create(h5s.SCALAR)
TEXT_DTYPE = h5py.string_dtype()
TEXT = h5t.py_create(TEXT_DTYPE, logical=True)
TEXT_IN_MEMORY = h5t.py_create(TEXT_DTYPE)
UTF8_LINKS = h5p.create(h5p.LINK_CREATE)
UTF8_LINKS.set_char_encoding(h5t.CSET_UTF8)
_TRACKED = h5p.create(h5p.GROUP_CREATE)
_TRACKED.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
_COMPACT = h5p.create(h5p.DATASET_CREATE)
_COMPACT.set_layout(h5d.COMPACT)
MOST_COMPACT_BYTES = 1 << 12
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
    dtype = dtype_of(value)
    if dtype is None:
        h5py.AttributeManager(h5py.Group(group))[name] = value
    else:
        set_attribute(create_attribute(group, name, dtype), value, dtype)


def dtype_of(value: Any) -> np.dtype[Any] | None:
    """Return the type that a value is written as; None for what h5py must find out."""
    if isinstance(value, str):
        return TEXT_DTYPE  # type: ignore[no-any-return]
    dtype = NUMBER_DTYPES.get(type(value))
    if dtype is None and isinstance(value, (np.number, np.bool_)):
        return np.dtype(type(value))
    return dtype


def create_attribute(group: h5g.GroupID, name: str, dtype: np.dtype[Any]) -> h5a.AttrID:
    """Create an attribute for a value of that type."""
    kind = TEXT if dtype is TEXT_DTYPE else type_of(dtype)
    return h5a.create(group, name.encode(), kind, SCALAR)


def set_attribute(attribute: h5a.AttrID, value: Any, dtype: np.dtype[Any]) -> None:
    """Give an attribute of that type a value."""
    kind = TEXT_IN_MEMORY if dtype is TEXT_DTYPE else type_of(dtype)
    attribute.write(np.array(value, dtype=dtype), mtype=kind)


def write_array(
    group: h5g.GroupID, path: str, array: Array, plan: h5p.PropDCID | None = None
) -> h5d.DatasetID:
    """Write an array as a dataset, as it is; ``path`` starts at the group.

    It is contiguous, unless the plan says something else.
    """
    if not array.flags.c_contiguous:
        array = array.copy(order="C")
    kind = type_of(array.dtype)
    space = _space_of(array.shape)
    dataset = h5d.create(group, path.encode(), kind, space, dcpl=plan, lcpl=UTF8_LINKS)
    if array.size:
        dataset.write(h5s.ALL, h5s.ALL, array, kind)
    return dataset


def write_small_array(group: h5g.GroupID, name: str, array: Array) -> h5d.DatasetID:
    """Write an array of metadata; a small one lies in its header, which HDF5 copies in less time."""
    plan = _COMPACT if 0 < array.nbytes <= MOST_COMPACT_BYTES else None
    return write_array(group, name, array, plan)
