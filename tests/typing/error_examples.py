"""The facts of errors, as mypy sees them; nothing here is run."""

from collections.abc import Mapping, Sequence
from typing import assert_type

from datalab_kernel import DataLabKernelError, Workspace, errors


def an_unknown_name(workspace: Workspace) -> str | None:
    """What the name may have meant is a list of names."""
    try:
        workspace["sien"]
    except errors.ObjectNotFoundError as error:
        assert_type(error.name, str)
        assert_type(error.suggestions, list[str])
        assert_type(error.available, list[str])
        return error.suggestions[0] if error.suggestions else None
    except KeyError:  # which an ObjectNotFoundError is
        raise
    return None


def files(workspace: Workspace) -> None:
    """Several files may fail, each for a reason of its own."""
    try:
        workspace.load("*.csv")
    except errors.FileFormatError as error:
        assert_type(error.line, int | None)
        assert_type(error.failures, Mapping[str, str])
    except errors.MissingFileError as error:
        assert_type(error.path, str)
        assert_type(error.suggestions, Sequence[str])


def datalab(workspace: Workspace) -> bool:
    """Whether DataLab may have acted is a fact."""
    try:
        workspace.connect()
    except (errors.DataLabBusyError, errors.DataLabUnreachableError) as error:
        assert_type(error.url, str | None)
        return error.was_sent
    return True


def what_is_no_fact(error: DataLabKernelError) -> None:
    """A fact that the class doesn't declare is a mistake in the notebook."""
    assert_type(error.message, str)
    error.suggestion  # type: ignore[attr-defined] # noqa: B018
    if isinstance(error, errors.NameTakenError):
        assert_type(error.names, list[str])
        error.name  # type: ignore[attr-defined] # noqa: B018
