"""Reading DataLab's HDF5 workspace layout: what DataLab 1.3 writes, and what we do.

Whatever is wrong with a file becomes one error that names it; nothing partial is
returned.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import h5py

from datalab_kernel.errors import DataLabKernelError, FileFormatError
from datalab_kernel.objects._fields import CLASSES
from datalab_kernel.objects._metadata import NOTE_KEY
from datalab_kernel.objects._noted_arrays import original_text
from datalab_kernel.storage import _tail_read
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._extras import extras_of
from datalab_kernel.storage._guarded_file import GuardedFile, share_lock
from datalab_kernel.storage._hdf5_read import Source, read_attributes
from datalab_kernel.storage._heaps import check_heaps
from datalab_kernel.storage._objects_read import find_object, finish_object
from datalab_kernel.storage._writer import PANELS, SAVE_ID, VERSION_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from h5py.h5g import GroupID

    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.storage._hdf5_read import Allow
    from datalab_kernel.storage._objects_read import Found

DAMAGE = (
    OSError,
    RuntimeError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
)
"""What h5py raises for damaged files, and what decoding their values does."""
_OPEN_MARK = "file is already open for write"  # HDF5 says so of a file's own mark, as SWMR sets it


def is_workspace_file(path: Path) -> bool:
    """Say whether an HDF5 file is a DataLab workspace, by its content."""
    # a file that another program is writing is locked, and still what it is
    return any(_has_version(path, **options) for options in ({}, {"locking": False}))


def _has_version(path: Path, **options: bool) -> bool:
    try:
        with h5py.File(path, "r", **options) as file:
            return VERSION_NAME in file
    except DAMAGE:
        return False


def save_id_of(path: Path) -> str | None:
    """Return the identifier with which a file was saved; None if it has none, or can't be read."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            found = file[VERSION_NAME].attrs.get(SAVE_ID)
    except DAMAGE:
        return None
    return found if isinstance(found, str) else None


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
    with opened_locked(path) as stream:
        found = _tail_read.read_tail(stream)
    if found is not None:
        return found
    size_bytes = path.stat().st_size
    with path.open("rb") as heaps:
        return _read_checked(path, partial(h5py.File, path, "r"), heaps, size_bytes)


def read_one(path: Path, name: str, allow: Allow | None = None) -> tuple[DataObject, str] | None:
    """Read an object by what lies behind the HDF5 data, and its group's title; None: as HDF5 says.

    Raises
    ------
    FileFormatError, OSError
        As :func:`read_workspace`.
    """
    with opened_locked(path) as stream:
        return _tail_read.read_one(stream, name, allow)


@contextmanager
def opened_locked(path: Path) -> Iterator[GuardedFile]:
    """Open a file that no other program is writing; what is wrong with it names it.

    Raises
    ------
    FileFormatError, OSError
        As :func:`read_workspace`.
    """
    with GuardedFile(path) as stream:  # what the system says of it is clearer than what HDF5 says
        try:
            share_lock(stream)
            yield stream
        except DataLabKernelError:
            raise
        except DAMAGE as error:
            raise why(path, error) from error


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
    except DAMAGE as error:
        raise why(path, error) from error
    raise no_workspace(path)


def no_workspace(path: Path) -> FileFormatError:
    """Build the error for an HDF5 file of another program."""
    message = (
        f"Can't load {str(path)!r}: it is an HDF5 file of another program, not a DataLab workspace "
        f"(it has no {VERSION_NAME!r}). Nothing was changed. Read it with h5py and add its arrays."
    )
    return FileFormatError(message, path=str(path), reason=f"no {VERSION_NAME}")


def why(path: Path, error: Exception) -> Exception:
    """Build the error that says what was wrong with a file."""
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
                title=group_title(group), objects=[finish_object(item, source) for item in items]
            )
            for group, items in panel
        ]
        for panel in panels
    )
    return Contents(signals=signals, images=images, extras=Extras(extras_of(file)))


def _find_groups(
    file: h5py.File, root: str, kind: Kind, source: Source
) -> list[tuple[GroupID, list[Found]]]:
    if root not in file:
        return []
    panel = h5py.h5g.open(file.id, root.encode())
    groups = [h5py.h5g.open(panel, name) for name in source.names_in_order(panel)]
    return [
        (group, [find_object(group, link, kind, source) for link in source.names_in_order(group)])
        for group in groups
    ]


def group_title(group: GroupID) -> str:
    """Read the title of a group of objects."""
    attributes = read_attributes(group)
    title = str(attributes.get("title", ""))
    return original_text(title, attributes.get(NOTE_KEY))
