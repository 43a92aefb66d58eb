"""Replacing a file so that a crash at any moment leaves the old one or the new one."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside a file; when the block ends well, it takes the file's place.

    What was written is on the disk before it does (fsync), a symbolic link is followed,
    and the permissions of a file that is replaced are kept. When the block fails, the
    temporary file is removed and the old one is as it was.

    Raises
    ------
    OSError
        If the disk is full or the folder can't be written; it names the file.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        _check_writable(target)
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        _sync(temporary)
        temporary.replace(target)
    except DataLabKernelError:  # of what was to be written, which says itself what is wrong
        raise
    except (OSError, RuntimeError) as error:
        # h5py raises RuntimeError when closing a file on a full disk, and writes "errno = 28" into it
        said = re.search(r"\berrno = (\d+)", str(error))
        number = getattr(error, "errno", None) or (int(said[1]) if said else errno.EIO)
        reason = os.strerror(number) if number != errno.EIO else str(error)
        kept = (
            "The file that was there is as it was." if target.exists() else "Nothing is left there."
        )
        message = f"Can't save: {reason}. {kept} Choose another place, or make room and try again"
        raise OSError(number, message, str(path)) from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    _sync_folder(target.parent)


def _check_writable(target: Path) -> None:
    """Refuse what renaming could get around: a file or folder that is read-only."""
    for place in (target, target.parent):
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows can't open a folder; its rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
