"""Formats that are recognised and not read here: the error names the package that reads them.

A plug-in that reads such files is asked first, so that nothing of this is in its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from datalab_kernel.errors import FileFormatError
from datalab_kernel.errors._missing_packages import install_command
from datalab_kernel.formats._known import FORMATS_PACKAGE, KNOWN
from datalab_kernel.formats._reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._known import KnownFormat
    from datalab_kernel.formats._options import ReadOptions


def _refusing(known: KnownFormat) -> Reader:
    """Make the reader of a format that only says which package reads it."""

    def refuse(path: Path, _: ReadOptions) -> NoReturn:
        reason = f"it is a file of {known.name}, which nothing that is installed reads for load"
        message = f"Can't load {str(path)!r}: {reason}. {how_to_read(known)}"
        package = known.library or (FORMATS_PACKAGE if known.is_adapted else None)
        raise FileFormatError(message, path=str(path), line=None, reason=reason, package=package)

    return Reader(
        name=known.name, suffixes=known.suffixes, recognises=known.recognises, read=refuse
    )


def how_to_read(known: KnownFormat) -> str:
    """Say what a person can do to have files of a format read."""
    by_hand = "add the arrays that it gives, as workspace['name'] = x, y or an image."
    if known.is_adapted:
        with_library = f", with {known.library} ({known.licence})" if known.library else ""
        command = install_command(*known.packages)
        return f"The package {FORMATS_PACKAGE} reads such files{with_library}: {command}"
    if known.library:
        command = install_command(known.library)
        return (
            f"The package {known.library} ({known.licence}) reads such files ({command}): {by_hand}"
        )
    return "Export it as CSV or text where it was made, and load that."


UNSUPPORTED = tuple(_refusing(known) for known in KNOWN)
