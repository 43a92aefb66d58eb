"""Python values to trees: all is checked before anything is sent."""

from __future__ import annotations

import base64
import datetime
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel._errors import WireValueError
from datalab_kernel_channel.protocol._table import LIMITS
from datalab_kernel_channel.values._arrays import DTYPES, NDArray, array_parts, loaded_numpy
from datalab_kernel_channel.values._codecs import codec_for

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Encoded", "encode"]

TAG_BYTES = 256
"""What a tag takes as JSON at most, but for texts and shapes in it."""
SCALAR_BYTES = 48
"""What anything else does with the comma behind it, but for text."""
SAFE = 2**53 - 1
"""The largest integer that JavaScript's numbers tell from its neighbours."""
ODD_NUMBERS = {math.inf: "Infinity", -math.inf: "-Infinity", 0.0: "-0"}
HINTS: dict[type, str] = {
    set: "send a list: sorted(…)",
    frozenset: "send a list: sorted(…)",
    datetime.date: "send text: value.isoformat(), or a datetime",
    datetime.time: "send text: value.isoformat()",
    datetime.timedelta: "send seconds: value.total_seconds()",
    complex: "send [value.real, value.imag], or a NumPy array",
}


@dataclass(slots=True)
class Encoded:
    """A checked value: its tree, its bytes and its streams, not yet bound to a link."""

    tree: Any = None
    data: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    """Tags that wait for the place of their bytes, in order."""
    streams: list[tuple[dict[str, Any], Any]] = field(default_factory=list)
    """Tags that wait for the number of their stream, in order."""
    json_bytes: int = 0
    """What the tree takes as JSON, at most."""

    def bind(
        self, next_blob: Callable[[], int], next_stream: Callable[[Any], int]
    ) -> tuple[Any, int, list[bytes], list[tuple[int, bytes]]]:
        """Return the tree with all places filled in, its size, the item's own buffers, the blobs before it."""
        own: list[bytes] = []
        blobs: list[tuple[int, bytes]] = []
        for tag, stream in self.streams:
            tag["stream"] = next_stream(stream)
        for tag, data in self.data:
            _place(tag, data, own, blobs, next_blob)
        tree, size = self.tree, self.json_bytes
        if size > LIMITS["json_bytes"]:
            text = json.dumps(tree)
            size = len(text)
        if size > LIMITS["json_bytes"]:
            tree, size = {"$": "json"}, TAG_BYTES
            _place(tree, text.encode(), own, blobs, next_blob)
        return tree, size, own, blobs


def _place(
    tag: dict[str, Any],
    data: bytes,
    own: list[bytes],
    blobs: list[tuple[int, bytes]],
    next_blob: Callable[[], int],
) -> None:
    tag.pop("buffer", None)
    tag.pop("blob", None)
    if len(data) + sum(map(len, own)) <= LIMITS["part_bytes"]:
        tag["buffer"] = len(own)
        own.append(data)
    else:
        tag["blob"] = next_blob()
        blobs.append((tag["blob"], data))


class _Unsendable(Exception):  # noqa: N818 - becomes a WireValueError when its path is known
    def __init__(self, reason: str, value: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.value_type = type(value).__name__
        self.path = ""


def encode(value: Any, *, path: str, stream_of: Callable[[Any], Any] | None = None) -> Encoded:
    """Check a value and turn it into a tree.

    Parameters
    ----------
    value
        What travels.
    path
        What the value is called in an error, such as ``args``.
    stream_of
        Returns the stream that a value stands for, or None.

    Raises
    ------
    WireValueError
        With the path of what can't travel.
    """
    encoder = _Encoder(stream_of or (lambda _value: None))
    try:
        tree = encoder.tree(value, 0)
    except _Unsendable as bad:
        where = f"{path}{bad.path}"
        raise WireValueError(
            f"{where} can't travel to the page: {bad.reason}.",
            path=where,
            value_type=bad.value_type,
        ) from None
    return Encoded(tree, encoder.data, encoder.streams, encoder.json_bytes)


def text_bytes(text: str) -> int:
    """Return what a text takes as JSON, at most."""
    return 4 + len(text) * (2 if text.isascii() and text.isprintable() else 12)


class _Encoder:
    def __init__(self, stream_of: Callable[[Any], Any]) -> None:
        self.data: list[tuple[dict[str, Any], bytes]] = []
        self.streams: list[tuple[dict[str, Any], Any]] = []
        self.json_bytes = 0
        self._stream_of = stream_of

    def tree(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.json_bytes += text_bytes(value) if kind is str else SCALAR_BYTES
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            return scalar(value)
        if depth >= LIMITS["depth"]:
            raise _Unsendable(f"it is nested more than {depth} deep (does it hold itself?)", value)
        return _COMPOUNDS.get(kind, _Encoder._other)(self, value, depth)

    def array_of(self, values: Any, depth: int) -> list[Any]:
        out: list[Any] = []
        try:
            out.extend(self.tree(value, depth + 1) for value in values)
        except _Unsendable as bad:
            bad.path = f"[{len(out)}]{bad.path}"
            raise
        return out

    def object_of(self, values: dict[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in values.items():
            if type(key) is not str:
                if not isinstance(key, str):
                    raise _Unsendable(f"its key {key!r} isn't text", values)
                key = str.__str__(key)  # noqa: PLW2901 - of a subclass, such as numpy.str_
            self.json_bytes += text_bytes(key)
            try:
                out[key] = self.tree(value, depth + 1)
            except _Unsendable as bad:
                bad.path = f"[{json.dumps(key)}]{bad.path}"
                raise
        return {"$": "object", "value": out} if "$" in out else out

    def _data(self, tag: dict[str, Any], data: bytes) -> dict[str, Any]:
        self.json_bytes += TAG_BYTES + SCALAR_BYTES * len(tag.get("shape", ()))
        if len(data) < LIMITS["inline_bytes"]:
            tag["base64"] = base64.b64encode(data).decode()
            self.json_bytes += len(tag["base64"])
        else:
            self.data.append((tag, data))
        return tag

    def bytes_of(self, value: Any, _depth: int) -> dict[str, Any]:
        return self._data(
            {"$": "bytes"}, value if type(value) is bytes else memoryview(value).tobytes()
        )

    def _other(self, value: Any, depth: int) -> Any:
        codec = codec_for(type(value))
        if codec is not None:
            self.json_bytes += TAG_BYTES + text_bytes(codec.name)
            return {
                "$": "codec",
                "name": codec.name,
                "value": self.tree(codec.to_wire(value), depth + 1),
            }
        numpy = loaded_numpy()
        if numpy is not None and isinstance(value, numpy.ndarray):
            return self._numpy_array(value, numpy)
        if numpy is not None and isinstance(value, numpy.generic):
            return self._numpy_scalar(value, depth)
        stream = self._stream_of(value)
        return self._of_subclass(value, depth) if stream is None else self._stream(stream)

    def _stream(self, stream: Any) -> dict[str, Any]:
        tag = {"$": "stream", "stream": 0, "size": stream.size_bytes}
        tag |= {"name": stream.name, "media_type": stream.media_type}
        self.json_bytes += TAG_BYTES + text_bytes(f"{stream.name}{stream.media_type}")
        self.streams.append((tag, stream))
        return tag

    def _of_subclass(self, value: Any, depth: int) -> Any:
        plain: dict[type, Callable[[Any], Any]] = {
            str: str.__str__,
            int: int.__int__,
            float: float.__float__,
            dict: dict,
            list: list,
            tuple: tuple,
            datetime.datetime: _plain_datetime,
        }
        for kind, convert in plain.items():
            if isinstance(value, kind):
                return self.tree(convert(value), depth)
        hints = [hint for kind, hint in HINTS.items() if isinstance(value, kind)]
        if type(value).__name__ == "Decimal":
            hints = ["send float(value), or text"]
        name = type(value).__name__
        raise _Unsendable("; ".join([f"a {name} has no form there", *hints[:1]]), value)

    def ndarray_of(self, value: NDArray, _depth: int) -> dict[str, Any]:
        if value.dtype not in DTYPES:
            raise _Unsendable(f"an array of {value.dtype} can't travel", value)
        return self._data(
            {"$": "array", "dtype": value.dtype, "shape": [*value.shape]}, bytes(value.data)
        )

    def _numpy_array(self, value: Any, numpy: Any) -> dict[str, Any]:
        parts = array_parts(value, numpy)
        if isinstance(parts, str):
            raise _Unsendable(parts, value)
        dtype, shape, data = parts
        return self._data({"$": "array", "dtype": dtype, "shape": shape}, data)

    def _numpy_scalar(self, value: Any, depth: int) -> Any:
        plain = value.item()
        if isinstance(plain, bool | int | float | str | bytes):
            return self.tree(plain, depth)
        if type(value).__name__ == "longdouble":
            return _number(float(value))
        raise _Unsendable(f"a NumPy {value.dtype} has no form there", value)


def _integer(value: int) -> int:
    if not -SAFE <= value <= SAFE:
        raise _Unsendable(
            "JavaScript's numbers aren't exact beyond ±(2**53 - 1); send text or float(…)", value
        )
    return value


def _number(value: float) -> Any:
    if math.isfinite(value) and (value or math.copysign(1, value) > 0):
        return value
    return {"$": "number", "value": "NaN" if math.isnan(value) else ODD_NUMBERS[value]}


def _date(value: datetime.datetime) -> dict[str, Any]:
    try:
        seconds = value.timestamp()
    except (ValueError, OverflowError, OSError):
        seconds = math.nan
    if not math.isfinite(seconds):  # pandas.NaT, or a year that no clock knows
        raise _Unsendable("it is no point in time", value)
    return {"$": "date", "ms": round(seconds * 1000, 3)}


def _plain_datetime(value: datetime.datetime) -> datetime.datetime:
    """Return a datetime of a subclass, such as pandas.Timestamp, as a plain one."""
    if value != value:  # noqa: PLR0124 - pandas.NaT
        raise _Unsendable("it is no point in time", value)
    return datetime.datetime.fromtimestamp(value.timestamp(), datetime.UTC)


def _same(value: Any) -> Any:
    return value


_SCALARS: dict[type, Callable[[Any], Any]] = {
    str: _same,
    bool: _same,
    type(None): _same,
    int: _integer,
    float: _number,
    datetime.datetime: _date,
}
_COMPOUNDS: dict[type, Callable[[_Encoder, Any, int], Any]] = {
    list: _Encoder.array_of,
    tuple: _Encoder.array_of,
    dict: _Encoder.object_of,
    bytes: _Encoder.bytes_of,
    bytearray: _Encoder.bytes_of,
    memoryview: _Encoder.bytes_of,
    NDArray: _Encoder.ndarray_of,
}
"""By type; what isn't here is looked at more closely."""
