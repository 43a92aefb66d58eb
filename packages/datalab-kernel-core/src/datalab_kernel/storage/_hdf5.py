"""Single values to and from HDF5, in guidata's layout, by h5py's low-level interface.

h5py's convenient interface costs several times as much for each of the many small
attributes. guidata's layout: a number or text is an attribute, an array a dataset, a
dict a group with the attribute ``__dict``, a list a group with ``__seq`` and
members ``__seq0``, ``__seq1``, …
"""

from __future__ import annotations

import datetime
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5p, h5s, h5t

Array = np.ndarray[Any, Any]

DICT, SEQUENCE, TYPE_SUFFIX = "__dict", "__seq", "__type__"
MAX_DEPTH = 64
MAX_COMPRESSION = 2000

_SCALAR = h5s.create(h5s.SCALAR)
_TEXT_DTYPE = h5py.string_dtype()
_TEXT = h5t.py_create(_TEXT_DTYPE, logical=True)
_TEXT_IN_MEMORY = h5t.py_create(_TEXT_DTYPE)
_UTF8_LINKS = h5p.create(h5p.LINK_CREATE)
_UTF8_LINKS.set_char_encoding(h5t.CSET_UTF8)
_TRACKED = h5p.create(h5p.GROUP_CREATE)
_TRACKED.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
_NUMBER_TYPES = {
    kind: (h5t.py_create(np.dtype(dtype), logical=True), np.dtype(dtype))
    for kind, dtype in ((bool, "?"), (int, "i8"), (float, "f8"), (complex, "c16"))
}


def create_group(parent: h5g.GroupID, name: str, *, keeps_order: bool = False) -> h5g.GroupID:
    """Create a group; one that keeps order lists its members as they were made."""
    plan = _TRACKED if keeps_order else None
    return h5g.create(parent, name.encode(), lcpl=_UTF8_LINKS, gcpl=plan)


def write_attribute(group: h5g.GroupID, name: str, value: Any) -> None:
    """Write a number or a text as an attribute."""
    if isinstance(value, str):
        attribute = h5a.create(group, name.encode(), _TEXT, _SCALAR)
        attribute.write(np.array(value, dtype=_TEXT_DTYPE), mtype=_TEXT_IN_MEMORY)
        return
    known = _NUMBER_TYPES.get(type(value))
    if known is None:
        h5py.AttributeManager(h5py.Group(group))[name] = value
        return
    file_type, dtype = known
    h5a.create(group, name.encode(), file_type, _SCALAR).write(np.array(value, dtype))


def write_array(group: h5g.GroupID, name: str, array: Array) -> None:
    """Write an array as a contiguous dataset, as it is."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    file_type = h5t.py_create(array.dtype, logical=True)
    space = h5s.create_simple(array.shape) if array.shape else _SCALAR
    dataset = h5d.create(group, name.encode(), file_type, space, lcpl=_UTF8_LINKS)
    if array.size:
        dataset.write(h5s.ALL, h5s.ALL, array)


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
    values = {}
    for index in range(h5a.get_num_attrs(group)):
        attribute = h5a.open(group, index=index)
        values[attribute.name.decode()] = _attribute_value(group, attribute)
    return values


def _attribute_value(group: h5g.GroupID, attribute: h5a.AttrID) -> Any:
    kind = attribute.get_type()
    is_scalar = attribute.shape == ()
    if is_scalar and kind.get_class() == h5t.STRING and kind.is_variable_str():
        text = np.empty((), dtype=_TEXT_DTYPE)
        attribute.read(text, mtype=_TEXT_IN_MEMORY)
        return _decoded(text[()])
    if is_scalar and kind.get_class() in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM):
        number = np.empty((), dtype=kind.dtype)
        attribute.read(number, mtype=kind if number.dtype == bool else None)
        return as_python(number[()])
    value = h5py.AttributeManager(h5py.Group(group))[attribute.name.decode()]
    return as_python(value)


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
    dtype = dataset.dtype
    shape = dataset.shape
    claimed = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if claimed > file_size:
        packed = dataset.get_storage_size()
        is_chunked = dataset.get_create_plist().get_layout() == h5d.CHUNKED
        if not is_chunked or claimed > packed * MAX_COMPRESSION:
            message = f"a dataset of shape {shape} can't be in a file of {file_size:,} bytes"
            raise ValueError(message)
    if h5t.check_string_dtype(dtype) is not None or dtype.kind in "OV":
        return np.asarray(h5py.Dataset(dataset)[()])
    array = np.empty(shape, dtype)
    if array.size:
        dataset.read(h5s.ALL, h5s.ALL, array)
    return array


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
