"""Single values to and from HDF5, in guidata's layout, by h5py's low-level interface.

h5py's convenient interface costs several times as much for each of the many small
attributes. guidata's layout: a number or text is an attribute, an array a dataset, a
dict a group with the attribute ``__dict``, a list a group with ``__seq`` and
members ``__seq0``, ``__seq1``, …
"""

from __future__ import annotations

import datetime
import math
from functools import cache, lru_cache
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5p, h5s, h5t

Array = np.ndarray[Any, Any]

DICT, SEQUENCE, TYPE_SUFFIX = "__dict", "__seq", "__type__"
MAX_DEPTH = 64
MAX_COMPRESSION = 2000
_DOUBLE = np.dtype("f8")

_SCALAR = h5s.create(h5s.SCALAR)
_TEXT_DTYPE = h5py.string_dtype()
_TEXT = h5t.py_create(_TEXT_DTYPE, logical=True)
_TEXT_IN_MEMORY = h5t.py_create(_TEXT_DTYPE)
UTF8_LINKS = h5p.create(h5p.LINK_CREATE)
UTF8_LINKS.set_char_encoding(h5t.CSET_UTF8)
_TRACKED = h5p.create(h5p.GROUP_CREATE)
_TRACKED.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
_NUMBER_DTYPES = {
    bool: np.dtype("?"),
    int: np.dtype("i8"),
    float: np.dtype("f8"),
    complex: np.dtype("c16"),
}


_KNOWN_NUMBERS = {
    h5t.INTEGER: np.dtype("i8"),
    h5t.FLOAT: np.dtype("f8"),
    h5t.ENUM: np.dtype("?"),
}


@cache
def _type_of(dtype: np.dtype[Any]) -> h5t.TypeID:
    return h5t.py_create(dtype, logical=True)


@lru_cache(maxsize=256)
def _space_of(shape: tuple[int, ...]) -> h5s.SpaceID:
    return h5s.create_simple(shape) if shape else _SCALAR


def create_group(parent: h5g.GroupID, name: str, *, keeps_order: bool = False) -> h5g.GroupID:
    """Create a group; one that keeps order lists its members as they were made."""
    plan = _TRACKED if keeps_order else None
    return h5g.create(parent, name.encode(), lcpl=UTF8_LINKS, gcpl=plan)


def write_attribute(group: h5g.GroupID, name: str, value: Any) -> None:
    """Write a number or a text as an attribute."""
    if isinstance(value, str):
        write_text(h5a.create(group, name.encode(), _TEXT, _SCALAR), value)
        return
    dtype = _NUMBER_DTYPES.get(type(value))
    if dtype is None:
        h5py.AttributeManager(h5py.Group(group))[name] = value
        return
    h5a.create(group, name.encode(), _type_of(dtype), _SCALAR).write(np.array(value, dtype))


def write_text(attribute: h5a.AttrID, value: str) -> None:
    """Write a text into an attribute of variable length that is there."""
    attribute.write(np.array(value, dtype=_TEXT_DTYPE), mtype=_TEXT_IN_MEMORY)


def write_array(group: h5g.GroupID, path: str, array: Array) -> None:
    """Write an array as a contiguous dataset, as it is; ``path`` starts at the group."""
    if not array.flags.c_contiguous:
        array = array.copy(order="C")
    kind = _type_of(array.dtype)
    space = _space_of(array.shape)
    dataset = h5d.create(group, path.encode(), kind, space, lcpl=UTF8_LINKS)
    if array.size:
        dataset.write(h5s.ALL, h5s.ALL, array, kind)


def open_text(group: h5g.GroupID, name: str) -> h5a.AttrID:
    """Open an attribute for :func:`write_text`."""
    return h5a.open(group, name.encode())


def write_tree(group: h5g.GroupID, name: str, value: Any) -> None:
    """Write a value of any kind that :func:`datalab_kernel.storage._metadata.encode` gives."""
    if isinstance(value, dict):
        member = create_group(group, name)
        for key, item in value.items():
            write_tree(member, key, item)
        write_attribute(member, DICT, len(value))
    elif isinstance(value, list):
        member = create_group(group, name)
        for index, item in enumerate(value):
            write_tree(member, f"{SEQUENCE}{index}", item)
        write_attribute(member, SEQUENCE, len(value))
    elif isinstance(value, np.ndarray):
        write_array(group, name, value)
    else:
        write_attribute(group, name, value)


# -- reading ------------------------------------------------------------------------------


def read_attributes(group: h5g.GroupID) -> dict[str, Any]:
    """Read a group's attributes: numbers and texts as Python's own, others as numpy's."""
    names: list[bytes] = []
    h5a.iterate(group, names.append)
    return {name.decode(): _attribute_value(group, name) for name in names}


def _attribute_value(group: h5g.GroupID, name: bytes) -> Any:
    # Most are single texts; asking for the type and shape first would double the time
    attribute = h5a.open(group, name)
    try:
        text = np.empty((), dtype=_TEXT_DTYPE)
        attribute.read(text, mtype=_TEXT_IN_MEMORY)
        return _decoded(text[()])
    except (OSError, TypeError):
        return _other_value(group, name, attribute)


def _other_value(group: h5g.GroupID, name: bytes, attribute: h5a.AttrID) -> Any:
    kind = attribute.get_type()
    dtype = _KNOWN_NUMBERS.get(kind.get_class())
    if dtype is not None and kind == _type_of(dtype) and attribute.shape == ():
        number = np.empty((), dtype)
        attribute.read(number, mtype=kind)
        return number.item()
    return as_python(h5py.AttributeManager(h5py.Group(group))[name.decode()])


def _decoded(text: Any) -> str:
    return text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text or "")


def as_python(value: Any) -> Any:
    """Turn numpy's own numbers and texts into Python's where nothing is lost by it."""
    if isinstance(value, (np.bool_, np.int64, np.uint64, np.float64, np.complex128, np.str_)):
        return value.item()
    return _decoded(value) if isinstance(value, bytes) else value


def read_array(dataset: h5d.DatasetID, file_size: int) -> Array:
    """Read a dataset into a new array.

    Raises
    ------
    ValueError
        If it claims to be larger than the file can hold.
    """
    kind, shape = dataset.get_type(), dataset.shape
    is_double = kind == _type_of(_DOUBLE)
    dtype = _DOUBLE if is_double else dataset.dtype
    claimed = math.prod(shape) * dtype.itemsize
    if claimed > file_size:
        _check_packed(dataset, claimed, file_size)
    if not is_double and (h5t.check_string_dtype(dtype) is not None or dtype.kind in "OV"):
        return np.asarray(h5py.Dataset(dataset)[()])
    array = np.empty(shape, dtype)
    if array.size:
        dataset.read(h5s.ALL, h5s.ALL, array, kind if is_double else None)
    return array


def _check_packed(dataset: h5d.DatasetID, claimed: int, file_size: int) -> None:
    is_chunked = dataset.get_create_plist().get_layout() == h5d.CHUNKED
    if not is_chunked or claimed > dataset.get_storage_size() * MAX_COMPRESSION:
        message = f"a dataset of {claimed:,} bytes can't be in a file of {file_size:,} bytes"
        raise ValueError(message)


def read_tree(group: h5g.GroupID, file_size: int, depth: int = 0) -> Any:
    """Read a dict or list that :func:`write_tree` or guidata wrote.

    Raises
    ------
    ValueError
        If it is nested too deeply, or incomplete.
    """
    if depth > MAX_DEPTH:
        message = f"groups are nested deeper than {MAX_DEPTH} levels"
        raise ValueError(message)
    values = _typed(read_attributes(group))
    for name in group:
        values[name.decode("utf-8", "surrogateescape")] = read_member(
            group, name, file_size, depth
        )
    length = values.pop(SEQUENCE, None)
    if length is not None:
        return [values[f"{SEQUENCE}{index}"] for index in range(int(length))]
    values.pop(DICT, None)
    return values


def read_member(group: h5g.GroupID, name: bytes, file_size: int, depth: int = 0) -> Any:
    """Read a dataset or a sub-group."""
    member = h5py.h5o.open(group, name)
    if isinstance(member, h5d.DatasetID):
        return read_array(member, file_size)
    return read_tree(member, file_size, depth + 1)


def _typed(attributes: dict[str, Any]) -> dict[str, Any]:
    """Apply guidata's notes of dates: ``<name>__type__`` beside ``<name>``."""
    kinds = {key: value for key, value in attributes.items() if key.endswith(TYPE_SUFFIX)}
    for key, kind in kinds.items():
        name = key.removesuffix(TYPE_SUFFIX)
        if name in attributes and kind in ("datetime", "date"):
            del attributes[key]
            attributes[name] = _date(attributes[name], kind)
    return attributes


def _date(value: Any, kind: str) -> datetime.date:
    if kind == "date":
        return datetime.date.fromordinal(int(value))
    return datetime.datetime.fromtimestamp(value)  # noqa: DTZ006 - guidata's dates are naive
