"""A workspace's file: DataLab's own (HDF5), or an archive where HDF5 isn't installed.

Which of the two is read is decided by the file's first bytes, which is written by its suffix.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from datalab_kernel.errors import FileFormatError
from datalab_kernel.errors._missing_packages import missing_package
from datalab_kernel.platform import here
from datalab_kernel.storage import _archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from datalab_kernel.storage._contents import Contents

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def is_workspace_file(path: Path) -> bool:
    """Say whether a file is a workspace, by its content."""
    start = _start_of(path)
    if not start.startswith(_SIGNATURE):
        return _archive.is_start_of_archive(start)
    need_hdf5(path)
    from datalab_kernel.storage import _reader

    return _reader.is_workspace_file(path)


def is_being_written(path: Path) -> bool:
    """Say whether another program has a file open for writing, as far as HDF5's locks tell."""
    if not (_start_of(path).startswith(_SIGNATURE) and here().has_file_locks):
        return False
    from datalab_kernel.storage import _reader

    return _reader.is_being_written(path)


def read_workspace(path: Path) -> Contents:
    """Read everything from a workspace's file; the objects don't depend on it.

    Raises
    ------
    FileFormatError
        If it is damaged or something else.
    MissingPackageError
        If it is an HDF5 file and h5py isn't installed.
    OSError
        If there is no such file, or it may not be read, or another program is writing it.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        message = f"Can't load {str(path)!r}: it is not a file. Give a DataLab workspace."
        raise FileFormatError(message, path=str(path), reason="not a file")
    if _archive.is_start_of_archive(_start_of(path)):
        return _archive.read(path)
    need_hdf5(path)
    from datalab_kernel.storage import _reader

    return _reader.read_workspace(path)


def write_workspace(
    path: Path,
    contents: Contents,
    *,
    nexus: bool = False,
    save_id: str = "",
    pace: Callable[[], object] | None = None,
) -> None:
    """Write everything to a file, atomically.

    Parameters
    ----------
    path
        With the suffix ``.npz`` it is an archive, else a file that DataLab opens.
    contents
        What is written.
    nexus
        Whether NeXus' viewers plot the objects in it too.
    save_id
        An identifier of this save, by which a journal knows the file that it belongs to
        (:func:`save_id_of`). It is gone when another program saves the file.
    pace
        Called now and then while it writes: it may let others work meanwhile.

    Raises
    ------
    MissingPackageError
        If it shall be an HDF5 file and h5py isn't installed.
    OSError
        If it can't be written; what was there is as it was.
    """
    if path.suffix.lower() == _archive.SUFFIX:
        _archive.write(path, contents, save_id=save_id, pace=pace)
        return
    need_hdf5(path)
    from datalab_kernel.storage import _writer

    _writer.write_workspace(path, contents, nexus=nexus, save_id=save_id, pace=pace)


def save_id_of(path: Path) -> str | None:
    """Return the identifier with which a workspace file was saved; None if it has none."""
    start = _start_of(path)
    if not start.startswith(_SIGNATURE):
        return _archive.save_id_of(path) if _archive.is_start_of_archive(start) else None
    need_hdf5(path)
    from datalab_kernel.storage import _reader

    return _reader.save_id_of(path)


def _start_of(path: Path) -> bytes:
    """Return what tells the two apart, sooner than HDF5 opens a file; nothing of what is no file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(64)
    except OSError:
        return b""


def is_hdf5(path: Path) -> bool:
    """Say whether a file is one of HDF5, by its first bytes."""
    return _start_of(path).startswith(_SIGNATURE)


def need_hdf5(path: Path) -> None:
    """Raise MissingPackageError where an HDF5 file can't be read, for want of h5py."""
    if here().has_hdf5:
        return
    rest = (
        f"Without it, save('analysis{_archive.SUFFIX}') keeps everything, and load reads that wherever "
        "the kernel runs. "
    )
    raise missing_package(f"The HDF5 file {str(path)!r}", "h5py", rest)
