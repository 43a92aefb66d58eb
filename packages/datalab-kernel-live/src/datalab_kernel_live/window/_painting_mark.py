"""Marks on the disk that say which kernels hold DataLab's painting, and so outlive their crash.

A kernel holds a lock on its mark, which the operating system lets go of however the kernel
ends: a mark that nobody holds was left by a crash. No process id is compared: in containers
the same one comes again and again.
"""

from __future__ import annotations

import logging
import secrets
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATTERN = "datalab-kernel-holds-painting-*.lock"

logger = logging.getLogger(__name__)


class PaintingMark:
    """Says, until :meth:`remove`, that this process holds the painting.

    Parameters
    ----------
    folder
        Where DataLab's settings are, so that whoever changes these finds the mark.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _PATTERN.replace("*", secrets.token_hex(8))
        self._stream: IO[bytes] | None = None
        try:
            self._stream = self._path.open("xb")
        except OSError:  # it is only for crashes
            logger.info("No mark can be made in %s", folder, exc_info=True)
        else:
            _lock(self._stream)

    def remove(self) -> None:
        """Say that painting isn't held any more."""
        self.leave()
        with suppress(OSError):
            self._path.unlink()

    def leave(self) -> None:
        """Leave the mark to whoever connects next: painting couldn't be put back."""
        if self._stream is not None:
            self._stream.close()


def abandoned_marks(folder: Path) -> list[Path]:
    """Return the marks of processes that have ended without removing them.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as name:
    ...     mark = PaintingMark(Path(name))
    ...     before = abandoned_marks(Path(name))
    ...     mark.leave()
    ...     len(before), len(abandoned_marks(Path(name)))
    (0, 1)
    """
    found = []
    for path in sorted(folder.glob(_PATTERN)):
        try:
            with path.open("r+b") as stream:
                is_left = _lock(stream)
        except OSError:  # removed meanwhile, or another user's
            continue
        if is_left:
            found.append(path)
    return found


if sys.platform == "win32":

    def _lock(stream: IO[bytes]) -> bool:
        """Take the lock on a mark, unless somebody has it."""
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(stream: IO[bytes]) -> bool:
        """Take the lock on a mark, unless somebody has it."""
        import fcntl

        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
