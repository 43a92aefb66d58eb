"""Readers of files by a library, or by ourselves: whatever is wrong becomes one error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabKernelError, FileFormatError
from datalab_kernel.formats import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_TOLD_BY_THE_KERNEL = (DataLabKernelError, ImportError, MemoryError)


class RefusedError(ValueError):
    """Why a file isn't read, as the rest of a sentence: ``"it was cut off"``."""


def adapter(  # noqa: PLR0913 - what a reader is
    name: str,
    suffixes: tuple[str, ...],
    recognises: Callable[[bytes, Path], bool],
    read: Callable[[Path, ReadOptions], Sequence[DataObject]],
    *,
    library: str = "",
    licence: str = "",
    keeps: str = "",
) -> Reader:
    """Make the reader of a format.

    Parameters
    ----------
    name, suffixes, recognises, read
        As :class:`datalab_kernel.formats.Reader` has them; ``read`` raises :class:`RefusedError`
        for what it finds wrong itself.
    library
        What reads it, as people install it, which may raise anything; empty if nothing else
        is needed.
    licence, keeps
        As :class:`datalab_kernel.formats.Reader` has them.
    """

    def read_guarded(path: Path, options: ReadOptions) -> Sequence[DataObject]:
        try:
            return read(path, options)
        except _TOLD_BY_THE_KERNEL:
            raise
        except RefusedError as error:
            raise _error(path, str(error)) from error
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            reason = "it is damaged or of another kind"
            raise _error(
                path, f"{reason} ({library + ' says ' if library else ''}{said})"
            ) from error

    return Reader(
        name=name,
        suffixes=suffixes,
        recognises=recognises,
        read=read_guarded,
        library=library,
        licence=licence,
        keeps=keeps,
    )


def _error(path: Path, reason: str) -> FileFormatError:
    message = f"Can't load {str(path)!r}: {reason}."
    return FileFormatError(message, path=str(path), line=None, reason=reason)
