"""Reading DataLab's HDF5 workspace layout: what DataLab 1.3 writes, and what we do.

Whatever is wrong with a file becomes one error that names it; nothing partial is
returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage import _hdf5, _metadata, _values
from datalab_kernel.storage._contents import Contents, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._fields import CLASSES, MAIN_ARRAY, Fields, from_fields, schema
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
                return _read(file, path.stat().st_size)
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


def _read(file: h5py.File, size: int) -> Contents:
    signals, images = (
        _read_panel(file, root, kind, size)
        for (root, _, _), kind in zip(PANELS, CLASSES, strict=True)
    )
    return Contents(signals=signals, images=images, extras=extras_of(file))


def _read_panel(file: h5py.File, root: str, kind: Kind, size: int) -> list[StoredGroup]:
    if root not in file:
        return []
    groups = []
    for group in file[root].values():
        objects = [_read_object(group.id, name, kind, size) for name in group.id]
        groups.append(StoredGroup(title=str(group.attrs.get("title", "")), objects=objects))
    return groups


def _read_object(parent: GroupID, link: bytes, kind: Kind, size: int) -> DataObject:
    group = h5py.h5g.open(parent, link)
    plan = schema(kind)
    found = _hdf5.read_attributes(group)
    attributes = {
        name: value
        for name, default in plan.defaults.items()
        if name in found and (value := _attribute(found[name], default)) != default
    }
    arrays = {
        name: _hdf5.read_array(h5py.h5d.open(group, name.encode()), size)
        for name in plan.arrays
        if name.encode() in group
    }
    metadata: dict[str, Any] = {}
    if b"metadata" in group:
        metadata = _hdf5.read_tree(h5py.h5g.open(group, b"metadata"), size)
    main = arrays.get(MAIN_ARRAY[kind])
    if main is None or main.ndim != 2:  # noqa: PLR2004
        shape = None if main is None else main.shape
        text = f"{link.decode('utf-8', 'replace')!r} is no {kind}: its data is {shape}"
        raise ValueError(text)
    metadata.pop(NUMBER_KEY, None)
    note = metadata.pop(_metadata.NOTE_KEY, None)
    if note:
        metadata = _metadata.decode(metadata, note.get("metadata", ""))
        arrays = {name: _original(name, array, note) for name, array in arrays.items()}
    return from_fields(Fields(kind, attributes, arrays, metadata))


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
