"""Marker files: what a process does, said on the disk until it has ended, however it ends.

A process holds a lock on its marker, which the operating system lets go of when the process
ends: a marker that nobody holds was left by a crash. No process id is compared: in containers
the same one comes again and again.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from datalab_kernel.platform import here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MarkerFile", "claimed"]

_LOCKED_BYTE = 1 << 30  # Windows locks bytes, and a locked one can't be read


class MarkerFile:
    """A file that this process makes, and holds until it removes or leaves it.

    A child that is forked doesn't hold it too.

    Parameters
    ----------
    path
        Where; its folder is there, the file isn't.
    text
        What is in it.

    Raises
    ------
    OSError
        If it can't be made; `FileExistsError` if it is there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> marker = MarkerFile(Path(folder.name) / "measuring.lock")
    >>> with claimed(marker.path) as stream:
    ...     stream is None  # somebody holds it
    True
    >>> marker.leave()
    >>> with claimed(marker.path) as stream:
    ...     stream is None
    False
    >>> marker.remove()
    >>> marker.path.exists()
    False
    >>> folder.cleanup()
    """

    def __init__(self, path: Path, text: str = "") -> None:
        self.path = path
        """Where it is."""
        self._pid = os.getpid()
        self._stream = path.open("x+", encoding="utf-8")
        _lock(self._stream, waits=True)
        if text:
            self._stream.write(text)
            self._stream.flush()
            with suppress(OSError):  # not every network folder knows it
                os.fsync(self._stream.fileno())
        if hasattr(os, "register_at_fork"):  # else a child that outlives us would hold the lock
            os.register_at_fork(after_in_child=self._stream.close)

    def leave(self) -> None:
        """Let go of it: to others it then looks as after a crash."""
        self._stream.close()

    def remove(self) -> None:
        """Remove it; calling this again does nothing, nor does calling it in a forked child."""
        self._stream.close()  # first: Windows removes no open file
        if os.getpid() == self._pid:
            self.path.unlink(missing_ok=True)


@contextmanager
def claimed(path: Path) -> Iterator[IO[str] | None]:
    """Hold a marker that was left behind.

    Parameters
    ----------
    path
        The marker, which another process has made.

    Yields
    ------
    IO or None
        The open file, to be read or written; None if somebody holds it, if it isn't there any
        more or is another user's, or where no locks are known.
    """
    try:
        stream = path.open("r+", encoding="utf-8")
    except OSError:
        yield None
        return
    with stream:
        yield stream if _lock(stream, waits=False) else None


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[str], *, waits: bool) -> bool:
        os.lseek(stream.fileno(), _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(stream.fileno(), 0, os.SEEK_SET)
        return True

else:

    def _lock(stream: IO[str], *, waits: bool) -> bool:
        """Lock an open file; say whether that succeeded. Closing it lets go of the lock."""
        if not here().has_file_locks:
            return True  # nobody else can hold it
        import fcntl

        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except OSError:  # somebody holds it; or no locks are known here, then nothing is claimed
            return False
        return True
