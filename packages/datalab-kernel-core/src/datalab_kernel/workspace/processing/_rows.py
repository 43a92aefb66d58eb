"""What became of each file, as plain values that can be sent, written as JSON and compared."""

from __future__ import annotations

import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.objects import Kind


class Stamp(NamedTuple):
    """What tells whether a file has changed."""

    size: int
    mtime_ns: int


def stamp_of(path: str) -> Stamp | None:
    """Return a file's size and time; None: it isn't there."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns)


def as_stamp(values: Any) -> Stamp | None:
    """Return what JSON made a list of."""
    return None if values is None else Stamp(*values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a file wasn't processed.

    Attributes
    ----------
    kind : str
        The name of the exception's class, such as ``"FileFormatError"``.
    message : str
        What it said.
    step : str
        The step that failed, such as ``"gaussian_filter(sigma=2)"``; empty if the file
        couldn't be read.
    traceback : str
        Where it was raised, as Python prints it.
    """

    kind: str
    message: str
    step: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, error: Exception, step: str = "") -> Self:
        """Take from an exception what can be kept; its traceback would keep the arrays."""
        text = "".join(traceback.format_exception(error))
        return cls(kind=type(error).__name__, message=str(error), step=step, traceback=text)

    def __str__(self) -> str:
        """Say in which step what was raised."""
        return f"{f'{self.step}: ' if self.step else ''}{self.kind}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A table or geometry that a step found in an object, as Sigima writes it into a dict."""

    object: str
    function: str
    is_geometry: bool
    values: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, result: Any) -> Self:
        """Take Sigima's result of an object."""
        from sigima.objects import GeometryResult

        return cls(
            object=name,
            function=str(result.func_name or result.title),
            is_geometry=isinstance(result, GeometryResult),
            values=_plain(result.to_dict()),
        )

    def result(self) -> Any:
        """Return Sigima's result again."""
        from sigima.objects import GeometryResult, TableResult

        kind = GeometryResult if self.is_geometry else TableResult
        return kind.from_dict({**self.values})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of a file.

    ``file`` is as it was given, with the object's name behind ``::`` where that is one of a
    workspace's; ``output`` is where its results are, in ``groups`` of a kind with a title and the
    objects' names; ``failure`` is None where they are. ``stamp`` is the file's as it was read.
    """

    file: str
    seconds: float
    stamp: Stamp | None = None
    output: str = ""
    groups: tuple[tuple[Kind, str, tuple[str, ...]], ...] = ()
    found: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Say in a word what became of it."""
        return "failed" if self.failure else "done"

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Undo :meth:`to_json`.

        Raises
        ------
        KeyError, TypeError
            If that isn't what was written.
        """
        failure = values["failure"]
        return cls(
            **{
                **values,
                "groups": tuple(
                    (kind, title, tuple(names)) for kind, title, names in values["groups"]
                ),
                "found": tuple(Found(**one) for one in values["found"]),
                "stamp": as_stamp(values["stamp"]),
                "notes": tuple(values["notes"]),
                "failure": None if failure is None else Failure(**failure),
            }
        )


def _plain(value: Any) -> Any:
    """Return a tree without numpy's types."""
    match value:
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case np.ndarray():
            return value.tolist()
        case np.generic():
            return value.item()
        case _:
            return value
