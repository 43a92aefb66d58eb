"""The exception tree: public, documented, and the same in every mode.

Each error derives from :class:`DataLabKernelError` and from the builtin that a
caller would guess, carries its facts as attributes, survives pickling, and says
what was asked, what was found and what to do next.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.notes import Note

__all__ = [
    "BackendContractError",
    "ClusterLostError",
    "ComputationError",
    "ComputationWarning",
    "DataLabAuthError",
    "DataLabBusyError",
    "DataLabKernelError",
    "DataLabRefusedError",
    "DataLabUnreachableError",
    "ExportError",
    "FileChangedError",
    "FileFormatError",
    "FileTakenError",
    "FormatWarning",
    "InvalidNameError",
    "LiveLimitError",
    "LiveModeRequiredError",
    "LostChangeWarning",
    "MetadataError",
    "MissingFileError",
    "MissingPackageError",
    "NameTakenError",
    "NoBackendError",
    "NoExecutorError",
    "NoRendererError",
    "NotEnoughMemoryError",
    "NothingSelectedError",
    "ObjectNotFoundError",
    "OperandError",
    "ParameterError",
    "StandaloneModeRequiredError",
    "UnavailableHereError",
    "UnitError",
    "UnknownFunctionError",
    "UnsupportedDtypeError",
    "WorkerMismatchError",
]


class DataLabKernelError(Exception):
    """Base of every error that this project raises on purpose.

    Parameters
    ----------
    message
        What was asked, what was found, what to do next.
    **facts
        The same in machine-readable form; each becomes an attribute, which the class declares
        with its type. Those without a value of their own there are always given.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        for name, fact in facts.items():
            setattr(self, name, fact)

    def __str__(self) -> str:
        """Give the message as it is (KeyError would show its repr)."""
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and facts."""
        return _rebuild, (type(self), self.message, self.facts)


def _rebuild(
    kind: type[DataLabKernelError], message: str, facts: dict[str, Any]
) -> DataLabKernelError:
    return kind(message, **facts)


class NoBackendError(DataLabKernelError, RuntimeError):
    """No backend of the wanted kind is installed or reachable."""

    installed: list[str]
    name: str | None = None


class NoRendererError(DataLabKernelError, RuntimeError):
    """No installed package offers the renderer that was asked for."""

    name: str
    installed: list[str]


class NoExecutorError(DataLabKernelError, RuntimeError):
    """No installed package offers the executor that was asked for."""

    name: str
    installed: list[str]


class ClusterLostError(DataLabKernelError, ConnectionError):
    """The cluster that files are processed on doesn't answer any more; what is done is kept."""


class WorkerMismatchError(DataLabKernelError, RuntimeError):
    """Workers of a cluster have other versions than this process."""

    workers: Mapping[str, Mapping[str, str]]
    """Of each that differs, what does: versions by package."""
    expected: Mapping[str, str]
    """Those of this process."""


class BackendContractError(DataLabKernelError, RuntimeError):
    """A backend broke the contract of :class:`datalab_kernel.backends.Backend`, or an executor its."""

    name: str
    value: str | None = None
    """What its entry point names."""


class ObjectNotFoundError(DataLabKernelError, KeyError):
    """The workspace holds no object of that name."""

    name: str
    available: list[str]
    suggestions: list[str]


class NameTakenError(DataLabKernelError, ValueError):
    """An object of that name already exists."""

    names: list[str]


class InvalidNameError(DataLabKernelError, ValueError):
    """A text that can't be an object's name."""

    name: str


class MetadataError(DataLabKernelError, ValueError):
    """Metadata that DataLab's files can't hold."""

    path: str
    """The place, such as ``metadata['a'][0]``."""


class UnsupportedDtypeError(DataLabKernelError, TypeError):
    """An array whose values can't be kept exactly."""

    dtype: str


class FileFormatError(DataLabKernelError, ValueError):
    """A file that is damaged or of another kind."""

    path: str
    """The file; of several, the first."""
    reason: str = ""
    line: int | None = None
    package: str | None = None
    """What would read it."""
    failures: Mapping[str, str] = MappingProxyType({})
    """Of several files, a text for each one's path."""
    loaded: Sequence[str] = ()
    """Names of the objects that the others hold."""


class FormatWarning(UserWarning):
    """What a file holds was guessed while it was read, and could be something else.

    Parameters
    ----------
    message
        What was guessed, and what to say if it is otherwise.
    notes
        The guesses of one call, each once.
    """

    notes: Sequence[Note]

    def __init__(self, message: str, notes: Sequence[Note] = ()) -> None:
        super().__init__(message)
        self.notes = notes


class ComputationWarning(UserWarning):
    """What a function gave is known to mislead on such data; it was computed and stored as asked.

    Parameters
    ----------
    message
        A line for each of the notes, with the way out.
    function
        What was computed.
    notes
        All notes of one call, each once.
    """

    function: str
    notes: Sequence[Note]

    def __init__(self, message: str, *, function: str = "", notes: Sequence[Note] = ()) -> None:
        super().__init__(message)
        self.function = function
        self.notes = notes


class ExportError(DataLabKernelError, ValueError):
    """An object that a file format can't hold."""

    path: str
    name: str | None = None


class FileChangedError(DataLabKernelError, OSError):
    """A file of which objects were still to be read was changed, moved or deleted."""

    path: str
    unread: Sequence[str]
    """The objects that can't be read any more."""


class FileTakenError(DataLabKernelError, FileExistsError):
    """A file that isn't a DataLab workspace is where one was to be saved."""

    path: str


class MissingFileError(DataLabKernelError, FileNotFoundError):
    """A file or folder that isn't there."""

    path: str
    suggestions: Sequence[str] = ()


class MissingPackageError(DataLabKernelError, ImportError):
    """An optional package that something asked for needs isn't installed."""

    package: str
    command: str
    """What installs it."""


class UnavailableHereError(DataLabKernelError, RuntimeError):
    """What was asked for needs something that a web page doesn't have: threads, sockets, processes."""


class NotEnoughMemoryError(DataLabKernelError, MemoryError):
    """What was asked for needs more memory than there is."""

    needed_bytes: int
    available_bytes: int


class LiveModeRequiredError(DataLabKernelError, RuntimeError):
    """Something that only a running DataLab can do was asked of another mode."""

    mode: str


class LiveLimitError(DataLabKernelError, RuntimeError):
    """Something that can't be done in a running DataLab; the text names the limit."""

    url: str
    detail: str
    name: str | None = None
    was_sent: bool | None = None


class DataLabUnreachableError(DataLabKernelError, ConnectionError):
    """No DataLab answers there, or the connection was lost."""

    url: str | None
    detail: str
    was_sent: bool
    """Whether DataLab may have acted on what was asked."""
    method: str | None = None


class DataLabAuthError(DataLabKernelError, PermissionError):
    """DataLab wants a token, or another one."""

    url: str
    detail: str
    was_sent: bool


class DataLabBusyError(DataLabKernelError, TimeoutError):
    """DataLab didn't answer in time: often a dialog box is open there."""

    url: str | None
    detail: str
    was_sent: bool
    method: str | None = None


class DataLabRefusedError(DataLabKernelError, RuntimeError):
    """DataLab refused, or what answers is no DataLab."""

    url: str | None
    detail: str
    was_sent: bool
    status: int | None = None
    method: str | None = None


class StandaloneModeRequiredError(DataLabKernelError, RuntimeError):
    """Something that only a workspace in memory needs was asked of one in DataLab."""

    mode: str


class UnknownFunctionError(DataLabKernelError, ValueError, AttributeError):
    """No processing function has that name."""

    function: str
    suggestions: list[str]


class ParameterError(DataLabKernelError, ValueError, TypeError):
    """A function can't take these parameters."""

    function: str
    problems: list[str]
    parameters: list[str]
    """Names of those that it has, as far as that helps."""


class OperandError(DataLabKernelError, ValueError, TypeError):
    """A function can't take these objects, or not together."""

    function: str | None
    names: list[str]


class UnitError(OperandError):
    """A function needs objects in one unit, and these are in units of different quantities."""

    units: list[str]
    """Those of ``names``."""


class NothingSelectedError(DataLabKernelError, ValueError):
    """A function was given nothing to act on, and nothing is selected."""

    function: str | None


class ComputationError(DataLabKernelError, RuntimeError):
    """A function failed on an object; nothing was changed."""

    function: str
    names: list[str]


class LostChangeWarning(UserWarning):
    """A cell changed a copy of an object, which nobody keeps: the workspace is as it was."""
