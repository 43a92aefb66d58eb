"""The exception tree: public, documented, and the same in every mode.

Each error derives from :class:`DataLabKernelError` and from the builtin that a
caller would guess, carries its facts as attributes, survives pickling, and says
what was asked, what was found and what to do next.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "BackendContractError",
    "ComputationError",
    "DataLabAuthError",
    "DataLabBusyError",
    "DataLabKernelError",
    "DataLabRefusedError",
    "DataLabUnreachableError",
    "ExportError",
    "FileFormatError",
    "FileTakenError",
    "InvalidNameError",
    "LiveLimitError",
    "LiveModeRequiredError",
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
    "UnknownFunctionError",
    "UnsupportedDtypeError",
]


class DataLabKernelError(Exception):
    """Base of every error that this project raises on purpose.

    Parameters
    ----------
    message
        What was asked, what was found, what to do next.
    **facts
        The same in machine-readable form; each becomes an attribute.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts

    def __getattr__(self, name: str) -> Any:
        """Give the facts as attributes."""
        try:
            return self.__dict__["facts"][name]
        except KeyError:
            kind = type(self).__name__
            text = f"{kind!r} object has no attribute {name!r}"
            raise AttributeError(text) from None

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


class NoRendererError(DataLabKernelError, RuntimeError):
    """No installed package offers the renderer that was asked for.

    Attributes: ``name``, ``installed``.
    """


class NoExecutorError(DataLabKernelError, RuntimeError):
    """No installed package offers the executor that was asked for.

    Attributes: ``name``, ``installed``.
    """


class BackendContractError(DataLabKernelError, RuntimeError):
    """A backend broke the contract of :class:`datalab_kernel.backends.Backend`, or an executor its."""


class ObjectNotFoundError(DataLabKernelError, KeyError):
    """The workspace holds no object of that name (``name``, ``available``, ``suggestions``)."""


class NameTakenError(DataLabKernelError, ValueError):
    """An object of that name already exists (``names``)."""


class InvalidNameError(DataLabKernelError, ValueError):
    """A text that can't be an object's name (``name``)."""


class MetadataError(DataLabKernelError, ValueError):
    """Metadata that DataLab's files can't hold (``path``)."""


class UnsupportedDtypeError(DataLabKernelError, TypeError):
    """An array whose values can't be kept exactly (``dtype``)."""


class FileFormatError(DataLabKernelError, ValueError):
    """A file that is damaged or of another kind (``path``; ``line`` and ``failures`` if known)."""


class ExportError(DataLabKernelError, ValueError):
    """An object that a file format can't hold (``name``, ``path``)."""


class FileTakenError(DataLabKernelError, FileExistsError):
    """A file that isn't a DataLab workspace is where one was to be saved (``path``)."""


class MissingFileError(DataLabKernelError, FileNotFoundError):
    """A file or folder that isn't there (``path``)."""


class MissingPackageError(DataLabKernelError, ImportError):
    """An optional package that something asked for needs isn't installed (``package``)."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        for name in facts.keys() & {"name", "path"}:  # ImportError's own, else None
            setattr(self, name, facts[name])


class NotEnoughMemoryError(DataLabKernelError, MemoryError):
    """What was asked for needs more memory than there is (``needed_bytes``, ``available_bytes``)."""


class LiveModeRequiredError(DataLabKernelError, RuntimeError):
    """Something that only a running DataLab can do was asked of another mode."""


class LiveLimitError(DataLabKernelError, RuntimeError):
    """Something that can't be done in a running DataLab; the text names the limit (``detail``)."""


class DataLabUnreachableError(DataLabKernelError, ConnectionError):
    """No DataLab answers there, or the connection was lost (``url``, ``detail``)."""


class DataLabAuthError(DataLabKernelError, PermissionError):
    """DataLab wants a token, or another one (``url``, ``detail``)."""


class DataLabBusyError(DataLabKernelError, TimeoutError):
    """DataLab didn't answer in time: often a dialog box is open there (``url``, ``detail``)."""


class DataLabRefusedError(DataLabKernelError, RuntimeError):
    """DataLab refused, or what answers is no DataLab (``url``, ``detail``, ``status``)."""


class StandaloneModeRequiredError(DataLabKernelError, RuntimeError):
    """Something that only a workspace in memory needs was asked of one in DataLab (``mode``)."""


class UnknownFunctionError(DataLabKernelError, ValueError, AttributeError):
    """No processing function has that name (``function``, ``suggestions``)."""


class ParameterError(DataLabKernelError, ValueError, TypeError):
    """A function can't take these parameters (``function``, ``problems``, ``parameters``)."""


class OperandError(DataLabKernelError, ValueError, TypeError):
    """A function can't take these objects, or not together (``function``, ``names``)."""


class NothingSelectedError(DataLabKernelError, ValueError):
    """A function was given nothing to act on, and nothing is selected (``function``)."""


class ComputationError(DataLabKernelError, RuntimeError):
    """A function failed on an object; nothing was changed (``function``, ``names``)."""
