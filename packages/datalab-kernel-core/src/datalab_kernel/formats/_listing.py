"""What can be read here, by what, and what would read the rest: rows for people."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from datalab_kernel.display._formats_table import FormatInfo, FormatTable
from datalab_kernel.errors._missing_packages import install_command
from datalab_kernel.formats._known import FORMATS_PACKAGE, KNOWN, KnownFormat
from datalab_kernel.formats._registry import READERS, plugins
from datalab_kernel.formats._unsupported import UNSUPPORTED, how_to_read

if TYPE_CHECKING:
    from datalab_kernel.formats._reader import Reader

_CORE = "datalab-kernel-core"
_FIRST_RELEASE = "1.0"
"""Since when our own readers read that don't say it."""


def list_formats() -> FormatTable:
    """List all formats that are known, those that are read here first; nothing heavy is imported.

    Returns
    -------
    FormatTable
        With :class:`~datalab_kernel.display._formats_table.FormatInfo` as its rows.
    """
    found = [_row(reader, package) for reader, package in plugins()]
    found += [_row(reader, _CORE) for reader in READERS if reader not in UNSUPPORTED]
    named = {row.name for row in found}
    found += [_unread(known) for known in KNOWN if known.name not in named]
    return FormatTable(sorted(found, key=lambda row: (not row.is_read, row.name.casefold())))


def _row(reader: Reader, package: str) -> FormatInfo:
    """Describe a reader; one whose library isn't installed reads nothing."""
    library = f" with {reader.library} {_version(reader.library)}" if reader.library else ""
    is_read = bool(not reader.library or _version(reader.library))
    needs = "" if is_read else f"Needs {reader.library}: {install_command(reader.library)}"
    return FormatInfo(
        name=reader.name,
        suffixes=reader.suffixes,
        is_read=is_read,
        by=f"{package}{library}".rstrip(),
        licence=reader.licence,
        remark=". ".join(text for text in (reader.keeps, needs) if text),
        since=reader.since or (_FIRST_RELEASE if package in {_CORE, FORMATS_PACKAGE} else ""),
    )


def _unread(known: KnownFormat) -> FormatInfo:
    return FormatInfo(
        name=known.name,
        suffixes=known.suffixes,
        is_read=False,
        by=" with ".join(known.packages),
        licence=known.licence,
        remark=how_to_read(known),
    )


def _version(package: str) -> str:
    """Return a package's version; empty if it isn't installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
