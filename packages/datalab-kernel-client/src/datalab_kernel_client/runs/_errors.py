"""What keeps a notebook from being run, beside what a server or a kernel says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CannotResumeError",
    "NotebookError",
    "ParameterError",
    "RunLeftError",
    "RunLockedError",
]


class NotebookError(ClientError, ValueError):
    """A notebook can't be read, or isn't one; or its output has no place."""

    path: str


class ParameterError(ClientError, ValueError):
    """A parameter can't be understood, or can't be put into this notebook."""

    name: str = ""


class RunLockedError(ClientError, BlockingIOError):
    """Another process writes this output at the moment."""

    path: str
    pid: int
    host: str


class CannotResumeError(ClientError, RuntimeError):
    """A run can't be gone on with: its kernel is gone, or was restarted."""

    next_cell: int | None = None
    """Number of the code cell from which to run again, counted from 1."""


class RunLeftError(ClientError, RuntimeError):
    """The person who started a run left it; on a server the kernel goes on."""

    paths: Sequence[str] = ()
