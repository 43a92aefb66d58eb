"""A file opened to be read in part: each heap of texts is checked when HDF5 comes to it.

HDF5 asks this file for its bytes, so that a damaged heap never reaches it, and what isn't asked
for isn't read. Nothing keeps the file open or locked when the block ends.
"""

from __future__ import annotations

import errno
import io
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from h5py import h5f, h5fd, h5p

from datalab_kernel.platform import here
from datalab_kernel.storage._heaps import SIGNATURE, check_heap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_HEAP = SIGNATURE[:4]
_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)


class GuardedFile(io.FileIO):
    """A file whose heaps are checked while it is read."""

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; ValueError: they are those of a damaged heap."""
        count = super().readinto(buffer)
        view = memoryview(buffer)
        if view[:4].tobytes() == _HEAP:
            check_heap(view.tobytes(), self.tell() - count)
        return count

    def fill(self, buffer: Any, start: int) -> None:
        """Fill a buffer with the bytes from a place on, which HDF5 doesn't ask for.

        Raises
        ------
        ValueError
            If the file ends before.
        """
        self.seek(start)
        left = memoryview(buffer)
        while left:
            count = super().readinto(left)
            if not count:
                raise ValueError("the file ends within an array")
            left = left[count:]


@contextmanager
def hdf5_in(stream: GuardedFile) -> Iterator[h5f.FileID]:
    """Read a file that is open as HDF5.

    Raises
    ------
    BlockingIOError
        If another program is writing it.
    OSError
        If it is no HDF5 file.
    """
    share_lock(stream)
    plan = h5p.create(h5p.FILE_ACCESS)
    plan.set_fclose_degree(h5f.CLOSE_STRONG)
    plan.set_fileobj_driver(h5fd.fileobj_driver, stream)
    file = h5f.open(os.fsencode(stream.name), h5f.ACC_RDONLY, fapl=plan)
    try:
        yield file
    finally:
        file.close()


def share_lock(file: GuardedFile) -> None:
    """Share HDF5's own lock, until the file is closed; where there are no locks, HDF5 does without."""
    wish = os.environ.get("HDF5_USE_FILE_LOCKING", "").upper()
    if not here().has_file_locks or wish in {"FALSE", "0"}:
        return
    try:
        import fcntl
    except ImportError:  # Windows refuses to open what is being written
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise BlockingIOError(errno.EAGAIN, "unable to lock file", str(file.name)) from error
