"""Errors as the command says them: one paragraph on stderr, and an exit status."""

from __future__ import annotations

import sys

from datalab_kernel_client.errors import (
    ClientError,
    KernelNotFoundError,
    KernelSpecError,
    KernelSpecNotFoundError,
    KernelStartError,
    RequestCanceledError,
    RequestTimeoutError,
    SessionExistsError,
    SessionNotFoundError,
    SharedKernelError,
)
from datalab_kernel_client.runs._errors import (
    CannotResumeError,
    NotebookError,
    ParameterError,
    RunLockedError,
)
from datalab_kernel_client.runs._record import ExitStatus

__all__ = ["exit_status_of", "explain"]

_STATUSES: tuple[tuple[tuple[type[ClientError], ...], ExitStatus], ...] = (
    ((NotebookError, ParameterError, RunLockedError, SessionExistsError), ExitStatus.USAGE),
    ((SessionNotFoundError, KernelNotFoundError, SharedKernelError), ExitStatus.USAGE),
    ((KernelStartError, KernelSpecError, KernelSpecNotFoundError), ExitStatus.KERNEL),
    ((CannotResumeError, RequestCanceledError), ExitStatus.KERNEL),
    ((RequestTimeoutError,), ExitStatus.TIMEOUT),
)


def exit_status_of(error: ClientError) -> ExitStatus:
    """Return the exit status that an error leads to; what isn't named here is the server's."""
    found = (status for kinds, status in _STATUSES if isinstance(error, kinds))
    return next(found, ExitStatus.SERVER)


def explain(error: ClientError) -> None:
    """Print an error for a person."""
    sys.stderr.write(f"datalab-kernel: {error}\n")
    sys.stderr.flush()
