"""One object of DataLab's HDF5 layout: what it is, its arrays, and then its texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.objects import Fields, ObjectInfo, _metadata, from_fields
from datalab_kernel.objects._fields import MAIN_ARRAY, schema
from datalab_kernel.objects._for_datalab import PUBLIC_NOTE_KEY, UUID_KEY, take_note
from datalab_kernel.objects._json_values import from_json_values
from datalab_kernel.objects._metadata import NOTE_KEY
from datalab_kernel.objects._noted_arrays import original_array, original_text
from datalab_kernel.storage._hdf5_read import read_attribute, read_attributes
from datalab_kernel.storage._identities import NUMBER_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from h5py.h5g import GroupID

    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.storage._hdf5_read import Source

UNITS = {"signal": ("xunit", "yunit"), "image": ("xunit", "yunit", "zunit")}


@dataclass(frozen=True, slots=True)
class Found:
    """An object whose arrays have been read, and whose texts have not."""

    group: GroupID
    kind: Kind
    arrays: dict[str, Any]
    has_metadata: bool


def find_object(parent: GroupID, link: bytes, kind: Kind, source: Source) -> Found:
    """Read an object's arrays.

    Raises
    ------
    ValueError
        If there is no object of that kind.
    """
    group = h5py.h5g.open(parent, link)
    members = source.names(group)
    arrays = {
        name: source.read_array(h5py.h5d.open(group, name.encode()))
        for name in schema(kind).arrays
        if name.encode() in members
    }
    main = arrays.get(MAIN_ARRAY[kind])
    _check_shape(link, kind, None if main is None else main.shape)
    return Found(group, kind, arrays, b"metadata" in members)


def find_texts(parent: GroupID, link: bytes, kind: Kind, source: Source) -> Found:
    """Find an object, and read no arrays: what is made of it lacks them."""
    group = h5py.h5g.open(parent, link)
    return Found(group, kind, {}, b"metadata" in source.names(group))


def _check_shape(link: bytes, kind: Kind, shape: tuple[int, ...] | None) -> None:
    is_right = shape is not None and len(shape) == 2 and (kind == "image" or shape[0] in (2, 4))  # noqa: PLR2004
    if not is_right:
        raise ValueError(f"{link.decode('utf-8', 'replace')!r} is no {kind}: its data is {shape}")


def finish_object(item: Found, source: Source) -> DataObject:
    """Read the rest of an object: its texts, numbers and metadata."""
    values = read_attributes(item.group)
    tree: dict[str, Any] = {}
    if item.has_metadata:
        tree = source.read_tree(h5py.h5g.open(item.group, b"metadata"))
    return object_of(item.kind, values, item.arrays, tree)


def object_of(
    kind: Kind, values: Mapping[str, Any], arrays: dict[str, Any], tree: dict[str, Any]
) -> DataObject:
    """Make an object of what a file has of it: its attributes, its arrays and its metadata's tree."""
    attributes = {
        name: value
        for name, default in schema(kind).defaults.items()
        if name in values and (value := _attribute(values[name], default)) != default
    }
    metadata = tree
    if tree:
        metadata.pop(NUMBER_KEY, None)
        note = take_note(metadata, attributes.get("title", ""))
        if note:
            _restore(note, attributes, arrays)
            metadata = from_json_values(metadata, note.get("json", ""))
            metadata = _metadata.decode(metadata, note.get("metadata", ""))
    return from_fields(Fields(kind, attributes, arrays, metadata))


def _attribute(value: Any, default: Any) -> Any:
    """Give an attribute the type that Sigima has it in; guidata writes None as a text."""
    if isinstance(default, bool):
        return bool(value)
    if isinstance(default, str):
        return str(value)
    return None if isinstance(value, str) else float(value)


def _restore(note: dict[str, Any], attributes: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Undo what the writer did to attributes and arrays."""
    for name, text in attributes.items():
        if isinstance(text, str):
            attributes[name] = original_text(text, note.get(f"{name} text"))
    for name, array in arrays.items():
        arrays[name] = original_array(name, array, note)


# -- without its arrays -------------------------------------------------------------------


def title_of(parent: GroupID, link: bytes, kind: Kind) -> str:
    """Read an object's title, and nothing else of it."""
    group = h5py.h5g.open(parent, link)
    return _text(group, kind, "title", _note_of(group, kind))


def describe_stored(parent: GroupID, link: bytes, kind: Kind, group_title: str) -> ObjectInfo:
    """Describe an object, of which no array is read; its title is its name.

    Raises
    ------
    ValueError
        If there is no object of that kind.
    """
    group = h5py.h5g.open(parent, link)
    note = _note_of(group, kind)
    name = MAIN_ARRAY[kind]
    dataset = open_member(group, name.encode())
    shape = dataset.shape if isinstance(dataset, h5py.h5d.DatasetID) else None
    _check_shape(link, kind, shape)
    assert shape is not None  # noqa: S101 - for the type checker: it was checked
    dtype = np.dtype(note.get(f"{name} dtype") or dataset.dtype)
    return ObjectInfo(
        name=_text(group, kind, "title", note),
        kind=kind,
        group=group_title,
        shape=shape[1:] if kind == "signal" else shape,
        dtype=str(dtype),
        units=tuple(_text(group, kind, unit, note) for unit in UNITS[kind]),
        size_bytes=math.prod(shape) * dtype.itemsize,
        is_from_notebook=True,
    )


def open_member(group: GroupID, name: bytes) -> Any:
    """Open a member of a group, or return None if there is none.

    Raises
    ------
    ValueError
        If it is a link to somewhere else, which isn't followed.
    """
    if not group.links.exists(name):
        return None
    if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
        raise ValueError(f"{name.decode('utf-8', 'replace')!r} is a link to somewhere else")
    return h5py.h5o.open(group, name)


def _text(group: GroupID, kind: Kind, name: str, note: dict[str, Any]) -> str:
    if not h5py.h5a.exists(group, name.encode()):
        return str(schema(kind).defaults.get(name) or "")
    return original_text(str(read_attribute(group, name.encode())), note.get(f"{name} text"))


def _note_of(group: GroupID, kind: Kind) -> dict[str, Any]:
    """Read an object's note, of its metadata only what that needs."""
    tree = open_member(group, b"metadata")
    if tree is None:
        return {}
    metadata: dict[str, Any] = {
        key: read_attributes(member)
        for key in (NOTE_KEY, PUBLIC_NOTE_KEY)
        if (member := open_member(tree, key.encode())) is not None
    }
    if PUBLIC_NOTE_KEY not in metadata:
        return metadata.get(NOTE_KEY) or {}
    if h5py.h5a.exists(tree, UUID_KEY.encode()):
        metadata[UUID_KEY] = read_attribute(tree, UUID_KEY.encode())
    return take_note(metadata, _text(group, kind, "title", {})) or {}
