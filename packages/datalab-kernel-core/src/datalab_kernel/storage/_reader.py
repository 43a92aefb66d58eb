"""Reading DataLab's HDF5 workspace layout: what DataLab 1.3 writes, and what we do.

Whatever is wrong with a file becomes one error that names it; nothing partial is
returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage import _hdf5, _metadata, _values
from datalab_kernel.storage._contents import Contents, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._fields import CLASSES, MAIN_ARRAY, Fields, from_fields, schema
from datalab_kernel.storage._heaps import check_heaps
from datalab_kernel.storage._writer import NUMBER_KEY, PANELS, VERSION_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from h5py.h5g import GroupID

    from datalab_kernel._objects import DataObject
    from datalab_kernel.backends import Kind

# What h5py raises for damaged files, and what decoding their values does
_DAMAGE = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    MemoryError,
)


def is_workspace_file(path: Path) -> bool:
    """Say whether a file is a DataLab workspace, by its content."""
    try:
        with h5py.File(path, "r") as file:
            return VERSION_NAME in file
    except OSError:
        return False


def read_workspace(path: Path) -> Contents:
    """Read everything from a DataLab workspace file; the objects don't depend on it.

    Raises
    ------
    FileFormatError
        If it is damaged or something else.
    """
    try:
        with h5py.File(path, "r") as file:
            if VERSION_NAME in file:
                return _read(file, path)
    except _DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = (
            f"Can't load {str(path)!r}: it is damaged, or not an HDF5 file ({reason}). "
            "Nothing was changed. Give a file that DataLab or workspace.save wrote."
        )
        raise FileFormatError(message, path=str(path), reason=reason) from error
    message = (
        f"Can't load {str(path)!r}: it is an HDF5 file of another program, not a DataLab workspace "
        f"(it has no {VERSION_NAME!r}). Nothing was changed. Read it with h5py and add its arrays."
    )
    raise FileFormatError(message, path=str(path), reason=f"no {VERSION_NAME}")


@dataclass(frozen=True, slots=True)
class _Found:
    """An object whose arrays have been read, and whose texts have not."""

    group: GroupID
    kind: Kind
    arrays: dict[str, Any]


def _read(file: h5py.File, path: Path) -> Contents:
    size = path.stat().st_size
    extents: list[tuple[int, int]] = []
    found = {
        kind: [(group, _find_objects(group.id, kind, size, extents)) for group in _groups(file, root)]
        for (root, _, _), kind in zip(PANELS, CLASSES, strict=True)
    }
    check_heaps(path, size, extents)
    signals, images = (
        [StoredGroup(title=_title(group), objects=[_finish(item, size) for item in items])
         for group, items in found[kind]]
        for kind in CLASSES
    )  # fmt: skip
    return Contents(signals=signals, images=images, extras=extras_of(file))


def _groups(file: h5py.File, root: str) -> list[h5py.Group]:
    return list(file[root].values()) if root in file else []


def _title(group: h5py.Group) -> str:
    return str(_hdf5.read_attributes(group.id).get("title", ""))


def _find_objects(
    parent: GroupID, kind: Kind, size: int, extents: list[tuple[int, int]]
) -> list[_Found]:
    return [_find_object(h5py.h5g.open(parent, link), link, kind, size, extents) for link in parent]


def _find_object(
    group: GroupID, link: bytes, kind: Kind, size: int, extents: list[tuple[int, int]]
) -> _Found:
    arrays: dict[str, Any] = {}
    for name in schema(kind).arrays:
        if name.encode() in group:
            dataset = h5py.h5d.open(group, name.encode())
            arrays[name] = _hdf5.read_array(dataset, size)
            offset = dataset.get_offset()
            if offset is not None:
                extents.append((offset, arrays[name].nbytes))
    main = arrays.get(MAIN_ARRAY[kind])
    if main is None or main.ndim != 2:  # noqa: PLR2004
        shape = None if main is None else main.shape
        text = f"{link.decode('utf-8', 'replace')!r} is no {kind}: its data is {shape}"
        raise ValueError(text)
    return _Found(group, kind, arrays)


def _finish(item: _Found, size: int) -> DataObject:
    values = _hdf5.read_attributes(item.group)
    attributes = {
        name: value
        for name, default in schema(item.kind).defaults.items()
        if name in values and (value := _attribute(values[name], default)) != default
    }
    arrays = item.arrays
    metadata: dict[str, Any] = {}
    if b"metadata" in item.group:
        metadata = _hdf5.read_tree(h5py.h5g.open(item.group, b"metadata"), size)
    metadata.pop(NUMBER_KEY, None)
    note = metadata.pop(_metadata.NOTE_KEY, None)
    if note:
        metadata = _metadata.decode(metadata, note.get("metadata", ""))
        arrays = {name: _original(name, array, note) for name, array in arrays.items()}
    return from_fields(Fields(item.kind, attributes, arrays, metadata))


def _attribute(value: Any, default: Any) -> Any:
    """Give an attribute the type that Sigima has it in; guidata writes None as a text."""
    if isinstance(default, bool):
        return bool(value)
    if isinstance(default, str):
        return str(value)
    return None if isinstance(value, str) else float(value)


def _original(name: str, array: Any, note: dict[str, Any]) -> Any:
    """Undo what the writer did to an array."""
    mask = note.get(f"{name} mask")
    if mask is not None and mask.shape == array.shape:
        array = np.ma.array(array, mask=mask.astype(bool), fill_value=note[f"{name} fill"][()])
    original = note.get(f"{name} dtype")
    return array if original is None else _values.restore(array, original)
