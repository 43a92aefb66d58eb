"""Reading DataLab's HDF5 workspace layout: what DataLab 1.3 writes, and what we do.

Whatever is wrong with a file becomes one error that names it; nothing partial is
returned.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import h5py

from datalab_kernel.errors import FileFormatError
from datalab_kernel.objects import Fields, _metadata, from_fields
from datalab_kernel.objects._fields import CLASSES, MAIN_ARRAY, schema
from datalab_kernel.objects._for_datalab import take_note
from datalab_kernel.objects._json_values import from_json_values
from datalab_kernel.objects._metadata import NOTE_KEY
from datalab_kernel.objects._noted_arrays import original_array, original_text
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._hdf5_read import Source, read_attributes
from datalab_kernel.storage._heaps import check_heaps
from datalab_kernel.storage._identities import NUMBER_KEY
from datalab_kernel.storage._writer import PANELS, VERSION_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from h5py.h5g import GroupID

    from datalab_kernel.objects import DataObject, Kind

# What h5py raises for damaged files, and what decoding their values does
_DAMAGE = (
    OSError,
    RuntimeError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
)
_OPEN_MARK = "file is already open for write"  # HDF5 says so of a file's own mark, as SWMR sets it


def is_workspace_file(path: Path) -> bool:
    """Say whether an HDF5 file is a DataLab workspace, by its content."""
    # a file that another program is writing is locked, and still what it is
    return any(_has_version(path, **options) for options in ({}, {"locking": False}))


def _has_version(path: Path, **options: bool) -> bool:
    try:
        with h5py.File(path, "r", **options) as file:
            return VERSION_NAME in file
    except _DAMAGE:
        return False


def is_being_written(path: Path) -> bool:
    """Say whether another program has a file open for writing, as far as HDF5's locks tell."""
    if not path.is_file():
        return False
    try:
        h5py.File(path, "r").close()
    except OSError as error:
        return _is_of_a_writer(error)
    return False


def _is_of_a_writer(error: Exception) -> bool:
    is_locked = isinstance(error, BlockingIOError) or "unable to lock file" in str(error)
    return is_locked or _OPEN_MARK in str(error)


def read_workspace(path: Path) -> Contents:
    """Read everything from a DataLab workspace file; the objects don't depend on it.

    Raises
    ------
    FileFormatError
        If it is damaged or something else.
    OSError
        If there is no such file, or it may not be read, or another program is writing it.
    """
    size_bytes = path.stat().st_size
    # first: what the system says of permissions is clearer than what HDF5 says
    with path.open("rb") as stream:
        return _read_checked(path, partial(h5py.File, path, "r"), stream, size_bytes)


def read_image(data: bytes, name: str) -> Contents:
    """Read everything from the bytes of a workspace file, called ``name`` in errors."""
    return _read_checked(
        Path(name), lambda: h5py.File(h5py.h5f.open_file_image(data)), BytesIO(data), len(data)
    )


def _read_checked(
    path: Path, opened: Callable[[], h5py.File], stream: BinaryIO, size_bytes: int
) -> Contents:
    try:
        with opened() as file:
            if VERSION_NAME in file:
                return _read(file, stream, size_bytes)
    except _DAMAGE as error:
        raise _why(path, error) from error
    message = (
        f"Can't load {str(path)!r}: it is an HDF5 file of another program, not a DataLab workspace "
        f"(it has no {VERSION_NAME!r}). Nothing was changed. Read it with h5py and add its arrays."
    )
    raise FileFormatError(message, path=str(path), reason=f"no {VERSION_NAME}")


def _why(path: Path, error: Exception) -> Exception:
    if _is_of_a_writer(error):
        message = (
            f"Can't load {str(path)!r}: another program is writing it. Close it there and try again"
        )
        if _OPEN_MARK in str(error):  # which stays when the program was killed
            message += f"; if none is, `h5clear -s {path}` takes away the mark that says so"
        return BlockingIOError(errno.EAGAIN, message, str(path))
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    message = (
        f"Can't load {str(path)!r}: it is damaged, or not an HDF5 file ({reason}). "
        "Nothing was changed. Give a file that DataLab or workspace.save wrote."
    )
    return FileFormatError(message, path=str(path), reason=reason)


@dataclass(frozen=True, slots=True)
class _Found:
    """An object whose arrays have been read, and whose texts have not."""

    group: GroupID
    kind: Kind
    arrays: dict[str, Any]
    has_metadata: bool


def _read(file: h5py.File, stream: BinaryIO, size_bytes: int) -> Contents:
    source = Source(size_bytes)
    panels = [
        _find_groups(file, root, kind, source)
        for (root, _, _), kind in zip(PANELS, CLASSES, strict=True)
    ]
    check_heaps(stream, size_bytes, source.extents)  # before any text is read: HDF5 may hang
    signals, images = (
        [
            StoredGroup(
                title=_group_title(group), objects=[_finish(item, source) for item in items]
            )
            for group, items in panel
        ]
        for panel in panels
    )
    return Contents(signals=signals, images=images, extras=Extras(extras_of(file)))


def _find_groups(
    file: h5py.File, root: str, kind: Kind, source: Source
) -> list[tuple[GroupID, list[_Found]]]:
    if root not in file:
        return []
    panel = h5py.h5g.open(file.id, root.encode())
    groups = [h5py.h5g.open(panel, name) for name in source.names_in_order(panel)]
    return [
        (group, [_find(group, link, kind, source) for link in source.names_in_order(group)])
        for group in groups
    ]


def _find(parent: GroupID, link: bytes, kind: Kind, source: Source) -> _Found:
    group = h5py.h5g.open(parent, link)
    members = source.names(group)
    arrays = {
        name: source.read_array(h5py.h5d.open(group, name.encode()))
        for name in schema(kind).arrays
        if name.encode() in members
    }
    main = arrays.get(MAIN_ARRAY[kind])
    if main is None or main.ndim != 2 or (kind == "signal" and len(main) not in (2, 4)):  # noqa: PLR2004
        shape = None if main is None else main.shape
        text = f"{link.decode('utf-8', 'replace')!r} is no {kind}: its data is {shape}"
        raise ValueError(text)
    return _Found(group, kind, arrays, b"metadata" in members)


def _finish(item: _Found, source: Source) -> DataObject:
    values = read_attributes(item.group)
    attributes = {
        name: value
        for name, default in schema(item.kind).defaults.items()
        if name in values and (value := _attribute(values[name], default)) != default
    }
    metadata: dict[str, Any] = {}
    if item.has_metadata:
        metadata = source.read_tree(h5py.h5g.open(item.group, b"metadata"))
        metadata.pop(NUMBER_KEY, None)
        note = take_note(metadata, attributes.get("title", ""))
        if note:
            _restore(note, attributes, item.arrays)
            metadata = from_json_values(metadata, note.get("json", ""))
            metadata = _metadata.decode(metadata, note.get("metadata", ""))
    return from_fields(Fields(item.kind, attributes, item.arrays, metadata))


def _group_title(group: GroupID) -> str:
    attributes = read_attributes(group)
    title = str(attributes.get("title", ""))
    return original_text(title, attributes.get(NOTE_KEY))


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
