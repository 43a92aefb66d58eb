"""The line magic ``%datalab``: what a notebook says to its workspace without Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel._namespace import Namespace

__all__ = ["UnknownCommandError", "datalab_magic"]

HELP = """\
%datalab status   what the workspace is, where, and what it holds
%datalab mode     standalone or live
%datalab help     this text"""


class UnknownCommandError(DataLabKernelError, ValueError):
    """Something that ``%datalab`` doesn't know (``command``)."""


def datalab_magic(namespace: Namespace) -> Callable[[str], Any]:
    """Return the magic's function for the workspace of a namespace."""

    def datalab(line: str) -> Any:
        command = line.strip() or "help"
        if command == "help":
            print(HELP)  # noqa: T201 - this is what the person asked for
            return None
        if command == "status":
            return namespace.value("workspace").status()
        if command == "mode":
            return namespace.value("workspace").mode.value
        message = f"%datalab {command} is not known. What it knows:\n{HELP}"
        raise UnknownCommandError(message, command=command)

    datalab.__doc__ = f"Ask the workspace of this notebook.\n\n{HELP}"
    return datalab
