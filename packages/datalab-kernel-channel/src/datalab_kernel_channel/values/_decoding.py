"""Trees to Python values: whatever came, it becomes a value or is refused."""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import math
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import LIMITS, Refused, check_tag
from datalab_kernel_channel.values._arrays import array_from_wire
from datalab_kernel_channel.values._codecs import codec_named

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Decoder"]

SAFE = 2**53 - 1
NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": -0.0}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Decoder:
    """Turns the trees of one item into values.

    Parameters
    ----------
    buffers
        The item's own.
    take_blob
        Returns the bytes of a blob, and forgets it; raises Refused.
    open_stream
        Makes a stream of its tag; raises Refused.
    """

    def __init__(
        self,
        buffers: list[Any],
        take_blob: Callable[[int], Any],
        open_stream: Callable[[dict[str, Any]], Any],
    ) -> None:
        self._buffers = buffers
        self._take_blob = take_blob
        self._open_stream = open_stream

    def value(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of a tree.

        Raises
        ------
        Refused
            With the reason ``bad_value``, ``too_deep``, ``unknown_blob``, or what `open_stream` refuses.
        """
        kind = type(tree)
        if kind is str or kind is bool or tree is None:
            return tree
        if kind is int:
            return tree if -SAFE <= tree <= SAFE else _float(tree)
        if kind is float:
            return tree
        if depth > LIMITS["depth"]:
            raise Refused("too_deep", f"more than {LIMITS['depth']}")
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        if kind is not dict:
            raise Refused("bad_value", kind.__name__)
        if "$" in tree:
            return self._tagged(tree, depth)
        return {key: self.value(item, depth + 1) for key, item in tree.items()}

    def _tagged(self, tag: dict[str, Any], depth: int) -> Any:
        return _TAGS[check_tag(tag)](self, tag, depth)

    def bytes_of(self, tag: dict[str, Any], _depth: int) -> bytes:
        return bytes(self._data(tag))

    def array_of(self, tag: dict[str, Any], _depth: int) -> Any:
        return array_from_wire(tag["dtype"], tag["shape"], self._data(tag))

    def object_of(self, tag: dict[str, Any], depth: int) -> dict[str, Any]:
        value = tag["value"]
        if not isinstance(value, dict):
            raise Refused("bad_value", "an object that isn't one")
        return {key: self.value(item, depth + 1) for key, item in value.items()}

    def codec_of(self, tag: dict[str, Any], depth: int) -> Any:
        return _by_codec(tag["name"], self.value(tag["value"], depth + 1))

    def stream_of(self, tag: dict[str, Any], _depth: int) -> Any:
        return self._open_stream(tag)

    def long_of(self, tag: dict[str, Any], depth: int) -> Any:
        try:
            tree = json.loads(bytes(self._data(tag)))
        except RecursionError:
            raise Refused("too_deep", "JSON in a buffer") from None
        except ValueError as error:
            raise Refused("bad_value", f"JSON in a buffer: {error}"[:80]) from None
        if isinstance(tree, dict) and tree.get("$") == "json":
            raise Refused("bad_value", "JSON in a buffer within another")
        return self.value(tree, depth)

    def _data(self, tag: dict[str, Any]) -> memoryview:
        match tag:
            case {"base64": str(text)}:
                try:
                    return memoryview(base64.b64decode(text, validate=True))
                except (binascii.Error, ValueError):
                    raise Refused("bad_value", "text that isn't base64") from None
            case {"buffer": int(index)} if 0 <= index < len(self._buffers):
                return memoryview(self._buffers[index]).cast("B")
            case {"blob": int(number)}:
                return memoryview(self._take_blob(number)).cast("B")
        raise Refused("bad_value", "bytes that aren't there")


_TAGS: dict[str, Callable[[Decoder, dict[str, Any], int], Any]] = {
    "bytes": Decoder.bytes_of,
    "array": Decoder.array_of,
    "number": lambda _decoder, tag, _depth: _number(tag["value"]),
    "int": lambda _decoder, tag, _depth: _integer(tag["value"]),
    "date": lambda _decoder, tag, _depth: _date(tag["ms"]),
    "object": Decoder.object_of,
    "codec": Decoder.codec_of,
    "stream": Decoder.stream_of,
    "json": Decoder.long_of,
}


def _number(text: str) -> float:
    if text not in NUMBERS:
        raise Refused("bad_value", "a number that isn't")
    return NUMBERS[text]


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Refused("bad_value", "a number without end") from None


def _integer(text: str) -> int:
    try:
        return int(text)  # Python itself refuses more than 4,300 digits
    except ValueError:
        raise Refused("bad_value", "digits that aren't") from None


def _date(ms: Any) -> datetime.datetime:
    try:
        return EPOCH + datetime.timedelta(milliseconds=ms)
    except (OverflowError, TypeError, ValueError):
        raise Refused("bad_value", "a date that isn't") from None


def _by_codec(name: str, value: Any) -> Any:
    codec = codec_named(name)
    if codec is None:
        return value
    try:
        return codec.from_wire(value)
    except Exception as error:
        raise Refused("bad_value", f"{name}: {type(error).__name__}: {error}"[:200]) from error
