"""Reading single values and trees of values in guidata's HDF5 layout, from files that nobody vouches for.

A file is believed only as far as its size allows: no array is made that it can't hold,
no group is read twice, and no link out of it is followed.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
from h5py import h5, h5a, h5d, h5g, h5l, h5o, h5p, h5s, h5t

from datalab_kernel.storage._hdf5 import (
    DICT,
    NUMBER_DTYPES,
    SEQUENCE,
    TEXT,
    TEXT_DTYPE,
    TEXT_IN_MEMORY,
    TYPE_SUFFIX,
    Array,
    type_of,
)

Allow = Callable[[int], object]
MAX_DEPTH = 64
MAX_COMPRESSION = 2000
_DOUBLE = np.dtype("f8")
_DOUBLE_TYPE = type_of(_DOUBLE)
LARGE_BYTES = 1 << 24
_TEXT_BYTES = 16  # of the reference to a text of variable length
# Single values by the class of their type: type in the file, in memory, numpy's, bytes in the file
_KNOWN = {h5t.STRING: (TEXT, TEXT_IN_MEMORY, TEXT_DTYPE, _TEXT_BYTES)} | {
    kind.get_class(): (kind, kind, dtype, dtype.itemsize)
    for dtype in NUMBER_DTYPES.values()
    for kind in (type_of(dtype),)
}
_READABLE = {h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.STRING, h5t.COMPOUND}


class Source:
    """One file being read, and how much of it is left to be believed.

    ``extents`` has offset and size in bytes of each contiguous array that was read. ``allow`` is
    told how many bytes a large array needs before it is read, and may raise.
    """

    def __init__(self, size_bytes: int, allow: Allow | None = None) -> None:
        self._allow = allow
        self._size_bytes = size_bytes
        self._bytes_left = size_bytes
        self._seen: set[int] = set()
        self.extents: list[tuple[int, int]] = []

    # -- groups -----------------------------------------------------------------------

    def names(self, group: h5g.GroupID) -> list[bytes]:
        """List a group's members in the alphabet's order.

        Raises
        ------
        ValueError
            If one is a link to somewhere else, or the group was listed before: no
            workspace has such, and following them may never end.
        """
        return self._names(group, h5.INDEX_NAME)

    def names_in_order(self, group: h5g.GroupID) -> list[bytes]:
        """List a group's members in the order of their making, if the group keeps that."""
        tracked = group.get_create_plist().get_link_creation_order() & h5p.CRT_ORDER_TRACKED
        return self._names(group, h5.INDEX_CRT_ORDER if tracked else h5.INDEX_NAME)

    def _names(self, group: h5g.GroupID, order: int) -> list[bytes]:
        address = h5o.get_info(group).addr
        if address in self._seen:
            raise ValueError("a group is linked to twice")
        self._seen.add(address)
        names: list[bytes] = []
        foreign: list[bytes] = []

        def collect(name: bytes, info: h5l.LinkInfo) -> None:
            (names if info.type == h5l.TYPE_HARD else foreign).append(name)

        group.links.iterate(collect, idx_type=order, info=True)
        if foreign:
            text = f"{foreign[0].decode('utf-8', 'replace')!r} is a link to somewhere else"
            raise ValueError(text)
        return names

    # -- arrays -----------------------------------------------------------------------

    def read_array(self, dataset: h5d.DatasetID) -> Array:
        """Read a dataset into a new array.

        Raises
        ------
        ValueError
            If it claims to be larger than the file can hold, or lies outside of it.
        """
        kind, shape = dataset.get_type(), dataset.shape
        is_double = kind == _DOUBLE_TYPE
        dtype = _DOUBLE if is_double else dataset.dtype
        if shape is None:
            raise ValueError("an array has no shape")
        wanted_bytes = math.prod(shape) * dtype.itemsize
        self._claim(dataset, wanted_bytes)
        if self._allow is not None and wanted_bytes > LARGE_BYTES:
            self._allow(wanted_bytes)
        if not is_double and dtype.kind in "OV":
            raise ValueError(f"an array is of HDF5's type {dtype}")
        array = np.empty(shape, dtype)
        if array.size:
            dataset.read(h5s.ALL, h5s.ALL, array, kind if is_double else None)
        return array

    def _claim(self, dataset: h5d.DatasetID, wanted_bytes: int) -> None:
        offset = dataset.get_offset()
        if offset is not None and wanted_bytes <= self._bytes_left:
            self._bytes_left -= wanted_bytes
            self.extents.append((offset, wanted_bytes))
            return
        plan = dataset.get_create_plist()
        layout = plan.get_layout()
        if layout == h5d.VIRTUAL or (layout == h5d.CONTIGUOUS and plan.get_external_count()):
            raise ValueError("an array lies in another file")
        allowed = self._bytes_left
        if layout == h5d.CHUNKED:
            allowed = min(dataset.get_storage_size(), self._size_bytes) * MAX_COMPRESSION
        if wanted_bytes > allowed:
            text = (
                f"arrays of {wanted_bytes:,} bytes can't be in a file of {self._size_bytes:,} bytes"
            )
            raise ValueError(text)

    # -- trees ------------------------------------------------------------------------

    def read_tree(self, group: h5g.GroupID, depth: int = 0) -> Any:
        """Read a dict or list that we or guidata wrote.

        Raises
        ------
        ValueError
            If it is nested too deeply, or incomplete.
        """
        if depth > MAX_DEPTH:
            raise ValueError(f"groups are nested deeper than {MAX_DEPTH} levels")
        values = _typed(read_attributes(group))
        for name in self.names(group):
            values[name.decode("utf-8", "surrogateescape")] = self._read_member(group, name, depth)
        length = values.pop(SEQUENCE, None)
        if length is not None:
            return [values[f"{SEQUENCE}{index}"] for index in range(int(length))]
        values.pop(DICT, None)
        return values

    def _read_member(self, group: h5g.GroupID, name: bytes, depth: int) -> Any:
        member = h5o.open(group, name)
        if isinstance(member, h5d.DatasetID):
            if h5t.check_string_dtype(member.dtype) is not None:
                return _array_of_texts(member)
            return self.read_array(member)
        return self.read_tree(member, depth + 1)


def _array_of_texts(dataset: h5d.DatasetID) -> Array:
    texts = np.asarray(h5py.Dataset(dataset)[()])
    return np.array([_decoded(text) for text in texts.ravel()], dtype=np.str_).reshape(texts.shape)


# -- attributes ---------------------------------------------------------------------------


def read_attributes(group: h5g.GroupID) -> dict[str, Any]:
    """Read a group's attributes: numbers and texts as Python's own, others as numpy's."""
    names: list[bytes] = []
    h5a.iterate(group, names.append)
    return {name.decode(): read_attribute(group, name) for name in names}


def read_attribute(group: h5g.GroupID, name: bytes) -> Any:
    """Read one attribute, which is there.

    Raises
    ------
    ValueError
        If it is of a type that no workspace has.
    """
    attribute = h5a.open(group, name)
    kind = attribute.get_type()
    its_class = kind.get_class()
    if its_class not in _READABLE:
        raise ValueError(f"the attribute {name.decode()!r} is of a type that can't be read")
    known = _KNOWN.get(its_class)
    # Reading as another type than the file's own can crash HDF5 where that type is damaged,
    # and h5py doesn't check that what it reads fits the memory that it is given
    if known and kind == known[0] and _size(attribute) == known[3]:
        value = np.empty((), known[2])
        attribute.read(value, mtype=known[1])
        return _decoded(value[()]) if its_class == h5t.STRING else value.item()
    return as_python(h5py.AttributeManager(h5py.Group(group))[name.decode()])


def _size(attribute: h5a.AttrID) -> int:
    """Return how many bytes a value takes in the file: one number or one text, or several."""
    try:
        return int(attribute.get_storage_size())
    except RuntimeError:  # of an empty one
        return 0


def _decoded(text: Any) -> str:
    return text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text or "")


def as_python(value: Any) -> Any:
    """Turn numpy's own numbers and texts into Python's where nothing is lost by it."""
    if isinstance(value, (np.bool_, np.int64, np.float64, np.complex128, np.str_)):
        return value.item()
    if isinstance(value, h5py.Empty):
        return ""
    return _decoded(value) if isinstance(value, bytes) else value


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
