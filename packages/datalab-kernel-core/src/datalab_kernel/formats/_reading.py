"""One file to its objects: which reader, by content, and a check of what came out."""

from __future__ import annotations

import struct
import tokenize
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import DataLabKernelError, FileFormatError, MissingPackageError
from datalab_kernel.errors._missing_packages import import_failure
from datalab_kernel.formats._reader import read_head
from datalab_kernel.formats._registry import reader_of, readers_of_suffix
from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._reader import Reader
    from datalab_kernel.objects import DataObject

# What the readers of foreign formats raise for files that aren't what they expect
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zlib.error,
)


def read_file(
    path: Path, options: ReadOptions, asked: Sequence[Reader] | None = None
) -> list[DataObject]:
    """Read the signals and images of a measurement file, by the reader that recognises it.

    Parameters
    ----------
    path
        An existing file that isn't a DataLab workspace.
    options
        What a person says about it.
    asked
        What :func:`~datalab_kernel.formats.readers` gave, where many files are read: it looks
        each time for what was installed since.

    Returns
    -------
    list of SignalObj or ImageObj
        At least one; each has finite x and can be kept exactly.

    Raises
    ------
    FileFormatError
        If nothing reads this kind of file, or it is damaged; it names the file, and the
        line where there is one.
    MissingPackageError
        If this kind of file is read with a package that isn't installed.
    """
    return _checked(path, lambda: find_reader(path, asked).read(path, options))


def read_with(reader: Reader, path: Path, options: ReadOptions) -> list[DataObject]:
    """Read a file as :func:`read_file` does, by a reader that is chosen already."""
    return _checked(path, lambda: reader.read(path, options))


def find_reader(path: Path, asked: Sequence[Reader] | None = None) -> Reader:
    """Return the reader that recognises a file.

    Raises
    ------
    FileFormatError
        If none does.
    """
    head = read_head(path)
    if not head:
        raise wrong(path, "it is empty", hint="")
    reader = reader_of(head, path, asked)
    if reader is None:
        reason = "no reader knows this kind of file"
        if names := readers_of_suffix(path.suffix.lower()):
            reason += f"; it isn't one of {' or '.join(names)}, as its suffix says"
        raise wrong(path, reason, hint="")
    return reader


def _checked(path: Path, read: Callable[[], Sequence[DataObject]]) -> list[DataObject]:
    """Read, check what came out, and turn whatever went wrong into an error that names the file."""
    from datalab_kernel.objects import check_storable

    try:
        objects = [*read()]
        if not objects:
            raise wrong(path, "there is no signal and no image in it", hint="")
        for obj in objects:
            _check_x(path, obj)
            check_storable(obj)
    except (FileFormatError, MissingPackageError):
        raise
    except DataLabKernelError as error:
        raise wrong(path, error.message, hint="") from error
    except ImportError as error:
        missing = import_failure(f"Loading {str(path)!r}", error)
        raise missing or wrong(
            path, f"what reads it can't be imported ({error})", hint=""
        ) from error
    except MemoryError as error:
        raise wrong(path, f"it is damaged or too large ({error})", hint="") from error
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise wrong(path, f"it is damaged or of another kind ({reason})", hint="") from error
    return objects


def _check_x(path: Path, obj: DataObject) -> None:
    data: Any = getattr(obj, "xydata", None)
    if data is None:
        return
    is_wrong = ~np.isfinite(data[0])
    if is_wrong.any():
        reason = f"x of {obj.title!r} isn't a finite number at point {int(is_wrong.argmax())}"
        raise wrong(path, reason)
