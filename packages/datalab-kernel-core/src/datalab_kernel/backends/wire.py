"""What a workspace and a backend in another process say to each other, by messages of limited size.

A request is a method's name and its arguments, an answer its result or an error; both are
:func:`datalab_kernel.objects.pack`'s. They travel as numbered frames, each small enough for a
Jupyter server; only a whole one is acted on. Who carries the frames is no matter here.
"""

from __future__ import annotations

import builtins
import traceback
import warnings
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel import errors
from datalab_kernel.backends._protocol import Calculated, Placement, Put
from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.notes import Note
from datalab_kernel.objects import ObjectInfo, Packed, pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "FRAME_BYTES",
    "VERSION",
    "Assembly",
    "ForeignError",
    "calculated_of",
    "calculated_values",
    "error_of",
    "error_values",
    "frames_of",
    "info_of",
    "info_values",
    "put_of",
    "put_values",
    "warn",
    "warning_values",
]

VERSION = 1
FRAME_BYTES = 8 << 20
"""The most of buffers in a frame; a Jupyter server takes 10 MiB, JSON and all."""

Frame = tuple[dict[str, Any], list[memoryview]]


def frames_of(number: int, packed: Packed) -> Iterator[Frame]:
    """Cut a message into frames.

    Parameters
    ----------
    number
        Of the request; its answer has the same.
    packed
        The message.

    Yields
    ------
    data, buffers
        As a comm's message has them: plain values, and at most :data:`FRAME_BYTES` of buffers.
    """
    parts = [memoryview(packed.text), *(part.cast("B") for part in packed.buffers)]
    sizes = [len(part) for part in parts]
    count = max(1, -(-sum(sizes) // FRAME_BYTES))
    pieces = _pieces(parts)
    for place in range(count):
        data: dict[str, Any] = {"request": number, "frame": place, "frames": count}
        if place == 0:
            data["sizes"] = sizes
        yield data, next(pieces, [])


def _pieces(parts: Sequence[memoryview]) -> Iterator[list[memoryview]]:
    """Cut buffers, one behind the other, into lists of :data:`FRAME_BYTES` each."""
    piece: list[memoryview] = []
    room = FRAME_BYTES
    for part in parts:
        start = 0
        while start < len(part):
            taken = part[start : start + room]
            piece.append(taken)
            start += len(taken)
            room -= len(taken)
            if not room:
                yield piece
                piece, room = [], FRAME_BYTES
    if piece:
        yield piece


@dataclass(slots=True)
class Assembly:
    """Puts frames together to a message again, one message at a time.

    Attributes
    ----------
    number : int or None
        That of the message that is coming in; None between two.
    """

    number: int | None = None
    _place: int = 0
    _parts: list[bytearray] = field(default_factory=list)
    _part: int = 0
    _filled: int = 0

    def add(self, data: Any, buffers: Sequence[Any]) -> Packed | None:
        """Take the next frame; return the message if that is its last one.

        Raises
        ------
        ValueError
            If it isn't the next one. The message is dropped.
        """
        try:
            number, place, count = int(data["request"]), int(data["frame"]), int(data["frames"])
            if place == 0:
                self.number, self._place, self._part, self._filled = number, 0, 0, 0
                self._parts = [bytearray(int(size)) for size in data["sizes"]]
            if (number, place) != (self.number, self._place):
                message = f"frame {place} of message {number} came instead of frame {self._place} of {self.number}"
                raise ValueError(message)  # noqa: TRY301 - said like all that is wrong with a frame
            for buffer in buffers:
                self._fill(memoryview(buffer).cast("B"))
            self._place += 1
            return self._finished() if self._place == count else None
        except (LookupError, TypeError, ValueError) as error:
            self.number = None
            self._parts = []
            message = f"That is not the next frame of a message: {type(error).__name__}: {error}"
            raise ValueError(message) from error

    def _fill(self, rest: memoryview) -> None:
        while len(rest):
            part = self._parts[self._part]
            end = min(self._filled + len(rest), len(part))
            taken = end - self._filled
            part[self._filled : end] = rest[:taken]
            rest = rest[taken:]
            self._filled = end
            if end == len(part):
                self._part, self._filled = self._part + 1, 0

    def _finished(self) -> Packed:
        filled = sum(map(len, self._parts[: self._part])) + self._filled
        if filled != sum(map(len, self._parts)):
            message = (
                f"message {self.number} has {filled:,} bytes of {sum(map(len, self._parts)):,}"
            )
            raise ValueError(message)
        (text, *buffers), self._parts = self._parts, []
        self.number = None
        return Packed(bytes(text), tuple(map(memoryview, buffers)))


# -- what is in messages ------------------------------------------------------------------


def put_values(item: Put) -> dict[str, Any]:
    """Write what is to be stored as plain values and an object."""
    return {
        "name": item.name,
        "obj": item.obj,
        "group": item.group,
        "placement": item.placement.value,
    }


def put_of(values: dict[str, Any]) -> Put:
    """Undo :func:`put_values`, of an object that nobody else has; it must be one that can be kept."""
    from datalab_kernel.objects import check_storable

    check_storable(values["obj"])
    return Put(
        name=values["name"],
        obj=values["obj"],
        group=values["group"],
        placement=Placement(values["placement"]),
        is_owned=True,
    )


def info_values(info: ObjectInfo) -> dict[str, Any]:
    """Write what is known of an object as plain values."""
    return asdict(info)


def info_of(values: dict[str, Any]) -> ObjectInfo:
    """Undo :func:`info_values`."""
    return ObjectInfo(**values)


def calculated_values(done: Calculated) -> dict[str, Any]:
    """Write what was computed as plain values."""
    result = done.result
    kind = "" if result is None else ("geometry" if hasattr(result, "coords") else "table")
    return {
        "name": done.name,
        "kind": kind,
        "result": result.to_dict() if kind else None,
        "conversions": done.conversions,
        "notes": [asdict(note) for note in done.notes],
    }


def calculated_of(values: dict[str, Any]) -> Calculated:
    """Undo :func:`calculated_values`."""
    result = None
    if values["kind"]:
        from sigima.objects import GeometryResult, TableResult

        cls = {"table": TableResult, "geometry": GeometryResult}[values["kind"]]
        result = cls.from_dict(values["result"])
    notes = tuple(Note(**note) for note in values["notes"])
    return Calculated(
        name=values["name"], result=result, conversions=values["conversions"], notes=notes
    )


# -- warnings and errors ------------------------------------------------------------------


def warning_values(warned: warnings.WarningMessage) -> dict[str, str]:
    """Write a warning as plain values."""
    return {"name": warned.category.__name__, "message": str(warned.message)}


def warn(values: dict[str, str], stacklevel: int = 2) -> None:
    """Warn here of what was warned of there; an unknown category is a UserWarning."""
    kind = getattr(builtins, values["name"], None)
    is_known = isinstance(kind, type) and issubclass(kind, Warning)
    warnings.warn(values["message"], kind if is_known else UserWarning, stacklevel + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignError:
    """An error of a class that isn't known here."""

    name: str
    message: str
    traceback: list[str]


def error_values(error: BaseException) -> dict[str, Any]:
    """Write an error as plain values, with its facts."""
    is_ours = isinstance(error, DataLabKernelError) and hasattr(errors, type(error).__name__)
    is_plain = getattr(builtins, type(error).__name__, None) is type(error)
    return {
        "name": type(error).__name__,
        "is_known": is_ours or (is_plain and isinstance(error, Exception)),
        "message": error.message if isinstance(error, DataLabKernelError) else _text(error),
        "facts": _facts(error.facts) if isinstance(error, DataLabKernelError) else {},
        "traceback": traceback.format_exception(error),
    }


def _text(error: BaseException) -> str:
    one = len(error.args) == 1 and isinstance(error.args[0], str)
    return error.args[0] if one else str(error)


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, fact in facts.items():
        try:
            pack(fact)
            found[name] = fact
        except TypeError:
            found[name] = str(fact)
    return found


def error_of(values: dict[str, Any]) -> Exception | ForeignError:
    """Return an error of the class that it had, with its facts; of an unknown class, what it said."""
    name, message = str(values["name"]), str(values["message"])
    if values["is_known"] and name in errors.__all__:
        kind = getattr(errors, name)
        found: Exception = kind(message, **values["facts"])
        return found
    kind = getattr(builtins, name, None)
    if values["is_known"] and isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(message)
        except TypeError:  # UnicodeDecodeError takes more
            return RuntimeError(f"{name}: {message}")
    return ForeignError(name=name, message=message, traceback=[*values["traceback"]])
