"""Which readers there are, in the order in which they are asked: plug-ins, then the core's.

Plug-ins are the entry points of the group ``datalab_kernel.formats``, each one
:class:`Reader`; they are looked for and imported when the first file is read. One that is
broken is named in a warning, and hinders no other.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.formats._arrays import NPY
from datalab_kernel.formats._dicom import DICOM
from datalab_kernel.formats._pictures import PICTURE
from datalab_kernel.formats._reader import Reader, read_head
from datalab_kernel.formats._sigima import RAW, SIGIMA
from datalab_kernel.formats._table import wrong
from datalab_kernel.formats._text_reader import TEXT
from datalab_kernel.formats._unsupported import UNSUPPORTED
from datalab_kernel.formats.instruments import INSTRUMENTS
from datalab_kernel.formats.matlab import MAT, MAT73
from datalab_kernel.formats.scopes._keysight import KEYSIGHT
from datalab_kernel.formats.scopes._lecroy import LECROY
from datalab_kernel.formats.scopes._rigol import RIGOL
from datalab_kernel.formats.scopes._tektronix import TEKTRONIX
from datalab_kernel.formats.tiff._reader import TIFF
from datalab_kernel.plugins import installation, offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.metadata import EntryPoint
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject
    from datalab_kernel.plugins import Installation

GROUP = "datalab_kernel.formats"
READERS = (
    *(NPY, MAT, MAT73, TIFF, PICTURE, DICOM, RAW),
    *UNSUPPORTED,
    *INSTRUMENTS,
    SIGIMA,
    *(TEKTRONIX, LECROY, RIGOL, KEYSIGHT),
    TEXT,  # takes any text, and so is the last
)
"""The core's."""


def reader_of(head: bytes, path: Path, asked: Iterable[Reader] | None = None) -> Reader | None:
    """Return the first reader that recognises a file; None if there is none.

    ``asked`` are the readers that are asked, where many files are read; else all.
    """
    asked = readers() if asked is None else asked
    return next((one for one in asked if one.recognises(head, path)), None)


def is_plugin_format(path: Path) -> bool:
    """Say whether another package's reader recognises a file."""
    found = plugins()
    if not (found and path.is_file()):
        return False
    head = read_head(path)
    return bool(head) and any(one.recognises(head, path) for one, _ in found)


def readers_of_suffix(suffix: str) -> list[str]:
    """Return the names of the readers whose files usually have a suffix."""
    return [*dict.fromkeys(reader.name for reader in readers() if suffix in reader.suffixes)]


def readers() -> tuple[Reader, ...]:
    """Return all readers, those of plug-ins first, as what is installed now has them."""
    return (*(reader for reader, _ in plugins()), *READERS)


def plugins() -> tuple[tuple[Reader, str], ...]:
    """Return the readers of other packages, each with its package's name."""
    return _plugins(installation())


@lru_cache(maxsize=1)
def _plugins(_: Installation) -> tuple[tuple[Reader, str], ...]:
    """Import the plug-ins' readers, once for what is installed."""
    found = ((_load(point), point) for point in offered(GROUP))
    return tuple((reader, _package(point)) for reader, point in found if reader is not None)


def _load(point: EntryPoint) -> Reader | None:
    try:
        reader = point.load()
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise anything
        _warn(point, f"can't be imported ({_said(error)})")
        return None
    if not isinstance(reader, Reader):
        _warn(point, f"is a {type(reader).__name__} and no datalab_kernel.formats.Reader")
        return None
    return _guarded(reader, point)


def _guarded(reader: Reader, point: EntryPoint) -> Reader:
    """Return a plug-in's reader, of which no failure hinders another or escapes unnamed."""

    def recognises(head: bytes, path: Path) -> bool:
        try:
            return bool(reader.recognises(head, path))
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
            _warn(point, f"fails to say whether it recognises {path.name!r} ({_said(error)})")
            return False

    def read(path: Path, options: ReadOptions) -> Sequence[DataObject]:
        try:
            return reader.read(path, options)
        except (DataLabKernelError, ImportError, MemoryError):
            raise
        except Exception as error:
            reason = f"the reader {point.name} ({_package(point)}) says: {_said(error)}"
            raise wrong(path, reason, hint="") from error

    return replace(reader, recognises=recognises, read=read)


def _warn(point: EntryPoint, problem: str) -> None:
    message = (
        f"The file format {point.name!r} of the package {_package(point)} isn't read: "
        f"{point.value} {problem}. Update or uninstall that package."
    )
    warnings.warn(message, RuntimeWarning, stacklevel=2)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
