"""A file format as a value: how its files are recognised, and what reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

HEAD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reads the files of one format.

    A package offers one by an entry point of the group ``datalab_kernel.formats``; the
    readers of packages are asked before those of the core. Whether it reads well, tests
    that subclass :class:`datalab_kernel.testing.ReaderContract` show.

    Parameters
    ----------
    name
        What people call the format: ``"Teledyne LeCroy"``.
    suffixes
        Which suffixes its files usually have, such as ``".trc"``, in lower case. They are
        told to people where a file isn't recognised; they decide nothing.
    recognises
        Says of a file, by its first bytes (at most 256 KiB, never none) and its path,
        whether it is of this format. It is asked of files of any kind.
    read
        Returns the signals and images of a file of that kind, at least one, in the file's
        order; called with its path and with what a person says about it. What it raises
        becomes a :class:`~datalab_kernel.errors.FileFormatError` that names the file, and
        a package that it fails to import is named as one to install.
    library
        The package that reads these files, as people install it; empty where the reader does
        it itself.
    licence
        That package's licence.
    keeps
        What else than the numbers is kept, in a few words, for the table of formats; also what
        has not been tried.
    since
        The version of its package that read the format first; empty if it always did.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sigima import create_signal
    >>> def read(path, options):
    ...     values = [float(word) for word in path.read_text().split()[1:]]
    ...     return [create_signal(path.stem, range(len(values)), values)]
    >>> reader = Reader(
    ...     name="Toy",
    ...     suffixes=(".toy",),
    ...     recognises=lambda head, path: head.startswith(b"TOY "),
    ...     read=read,
    ... )
    >>> reader.recognises(b"TOY 1 2", Path("a.toy"))
    True
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes, Path], bool]
    read: Callable[[Path, ReadOptions], Sequence[DataObject]]
    library: str = ""
    licence: str = ""
    keeps: str = ""
    since: str = ""


def read_head(path: Path) -> bytes:
    """Read what readers recognise a file by: its first bytes."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib's takes twice as long
        return file.read(HEAD_BYTES)


def by_magic(*marks: bytes) -> Callable[[bytes, Any], bool]:
    """Recognise files that begin with one of these bytes.

    Examples
    --------
    >>> by_magic(b"TDSm")(b"TDSm and more", None)
    True
    """
    return lambda head, _: head.startswith(marks)
