"""Marks on the disk that say which kernels hold DataLab's painting, and so outlive their crash."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from datalab_kernel.markers import MarkerFile, claimed

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
        self._marker: MarkerFile | None = None
        try:
            self._marker = MarkerFile(folder / _PATTERN.replace("*", secrets.token_hex(8)))
        except OSError:  # it is only for crashes
            logger.info("No mark can be made in %s", folder, exc_info=True)

    def remove(self) -> None:
        """Say that painting isn't held any more."""
        if self._marker is not None:
            with suppress(OSError):
                self._marker.remove()

    def leave(self) -> None:
        """Leave the mark to whoever connects next: painting couldn't be put back."""
        if self._marker is not None:
            self._marker.leave()


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
    return [path for path in sorted(folder.glob(_PATTERN)) if _is_abandoned(path)]


def _is_abandoned(path: Path) -> bool:
    with claimed(path) as stream:
        return stream is not None
