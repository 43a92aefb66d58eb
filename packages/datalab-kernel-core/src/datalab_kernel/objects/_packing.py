"""Values and objects as JSON text and binary buffers, for a wire; nothing that is read is executed.

Arrays are sent as they lie in memory, everything else as JSON. What comes back is the same to
the last bit, whoever sent it: a class, a function or an object of Python's can't be in it.
"""

from __future__ import annotations

import datetime
import json
import math
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sigima.objects import ImageObj, SignalObj

from datalab_kernel.objects._fields import CLASSES, Fields, from_fields, schema, to_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = np.ndarray[Any, Any]
TAG = "$"
_KINDS = "biufcUM"
"""Of dtypes: those that :func:`check_storable` lets through."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A value as JSON text, and the buffers that it refers to by their numbers."""

    text: bytes
    buffers: tuple[memoryview, ...] = ()


def pack(value: Any) -> Packed:
    """Write a value as JSON text and binary buffers.

    Parameters
    ----------
    value
        None, bool, numbers, text, bytes, dates, arrays (masked ones too), signals, images, and
        lists, tuples and mappings of these. Arrays aren't copied where they are contiguous.

    Raises
    ------
    TypeError
        For any other type.

    Examples
    --------
    >>> packed = pack({"gain": 1 + 2j, "runs": np.arange(3)})
    >>> packed.text
    b'{"gain": {"$": "complex", "value": [1.0, 2.0]}, "runs": {"$": "array", "value": [0, "<i8", [3]]}}'
    >>> unpack(packed)
    {'gain': (1+2j), 'runs': array([0, 1, 2])}
    """
    buffers: list[memoryview] = []
    tree = _Writer(buffers).tree(value)
    return Packed(json.dumps(tree).encode(), tuple(buffers))


def unpack(packed: Packed) -> Any:
    """Undo :func:`pack`; arrays are views of the buffers, as writeable as these.

    Raises
    ------
    ValueError
        If it isn't what :func:`pack` writes.
    """
    try:
        return _Reader(packed.buffers).value(json.loads(packed.text))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"These bytes are not a packed value: {type(error).__name__}: {error}"
        raise ValueError(message) from error


class _Writer:
    """Turns values into trees for JSON, and collects the buffers."""

    def __init__(self, buffers: list[memoryview]) -> None:
        self._buffers = buffers

    def tree(self, value: Any) -> Any:
        if value is None or type(value) in (bool, int, float, str):
            return value
        if type(value) is list:
            return [self.tree(item) for item in value]
        if isinstance(value, Mapping):
            return self._mapping(value)
        for kind, (name, write) in self._TAGGED.items():
            if isinstance(value, kind):
                return {TAG: name, "value": write(self, value)}
        for plain in (str, int, float):  # of a subclass, such as an enumeration
            if isinstance(value, plain):
                return plain(value)
        message = f"A {type(value).__name__} can't be sent."
        raise TypeError(message)

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        if all(type(key) is str for key in value) and TAG not in value:
            return {key: self.tree(item) for key, item in value.items()}
        pairs = [[self.tree(key), self.tree(item)] for key, item in value.items()]
        return {TAG: "dict", "value": pairs}

    def _buffer(self, data: memoryview) -> int:
        self._buffers.append(data)
        return len(self._buffers) - 1

    def _array(self, value: Array) -> list[Any]:
        if value.dtype.kind not in _KINDS:
            message = f"An array of {value.dtype} can't be sent."
            raise TypeError(message)
        data = np.ma.getdata(value)
        flat = np.ascontiguousarray(data).reshape(-1)
        raw = flat.view(np.uint8).data if flat.nbytes else memoryview(b"")
        return [self._buffer(raw), value.dtype.str, [*value.shape]]

    def _masked(self, value: Any) -> list[Any]:
        filling = np.asarray(value.fill_value, value.dtype)
        return [
            self._array(np.ma.getdata(value)),
            self._array(np.ma.getmaskarray(value)),
            self._array(filling),
        ]

    def _scalar(self, value: np.generic) -> list[Any]:
        return self._array(np.asarray(value))

    def _object(self, value: Any) -> dict[str, Any]:
        fields = to_fields(value)
        parts = {"attributes": fields.attributes, "arrays": fields.arrays}
        tree = {name: self._mapping(part) for name, part in parts.items()}
        return {"kind": fields.kind, "metadata": self._mapping(fields.metadata), **tree}

    def _moment(self, value: datetime.datetime) -> list[Any]:
        zone = value.tzinfo.key if isinstance(value.tzinfo, zoneinfo.ZoneInfo) else None
        return [value.isoformat(), value.fold, zone]

    _TAGGED: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {  # noqa: RUF012 - never changed
        np.ma.MaskedArray: ("masked", _masked),
        np.ndarray: ("array", _array),
        np.generic: ("scalar", _scalar),
        SignalObj: ("object", _object),
        ImageObj: ("object", _object),
        complex: ("complex", lambda _, value: [value.real, value.imag]),
        tuple: ("tuple", lambda self, value: [self.tree(item) for item in value]),
        bytes: ("bytes", lambda self, value: self._buffer(memoryview(value))),
        datetime.datetime: ("moment", _moment),
        datetime.date: ("date", lambda _, value: value.isoformat()),
    }


class _Reader:
    """Turns trees and buffers into values."""

    def __init__(self, buffers: Sequence[Any]) -> None:
        self._buffers = buffers

    def value(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return [self.value(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        if TAG not in tree:
            return {key: self.value(item) for key, item in tree.items()}
        return self._TAGGED[tree[TAG]](self, tree["value"])

    def _array(self, value: Any) -> Array:
        number, text, shape = value
        dtype = np.dtype(text)
        if dtype.kind not in _KINDS or min(0, number, *shape) < 0:
            message = f"an array of {dtype} in buffer {number}"
            raise ValueError(message)
        if math.prod(shape) * dtype.itemsize == 0:
            return np.zeros(shape, dtype)
        found: Array = np.frombuffer(self._buffers[number], dtype).reshape(shape)
        return found

    def _masked(self, value: Any) -> Any:
        data, mask, filling = map(self._array, value)
        found: Any = np.ma.MaskedArray(data, mask=mask)
        found.fill_value = filling[()]
        return found

    def _object(self, value: Any) -> Any:
        kind = value["kind"]
        plan = schema(kind)
        attributes, arrays = self.value(value["attributes"]), self.value(value["arrays"])
        unknown = [*(attributes.keys() - plan.defaults.keys()), *(arrays.keys() - {*plan.arrays})]
        is_right = all(isinstance(array, np.ndarray) for array in arrays.values())
        metadata = self.value(value["metadata"])
        if kind not in CLASSES or unknown or not is_right or not isinstance(metadata, dict):
            message = f"no {kind} has {', '.join(unknown) or 'these'}"
            raise ValueError(message)
        return from_fields(Fields(kind, attributes, arrays, metadata))

    def _moment(self, value: Any) -> datetime.datetime:
        text, fold, zone = value
        found = datetime.datetime.fromisoformat(text).replace(fold=fold)
        if zone is None:
            return found
        try:
            return found.replace(tzinfo=zoneinfo.ZoneInfo(zone))
        except zoneinfo.ZoneInfoNotFoundError:
            return found  # this computer doesn't know the zone; the offset is right

    _TAGGED: dict[str, Callable[[Any, Any], Any]] = {  # noqa: RUF012 - never changed
        "dict": lambda self, pairs: {self.value(key): self.value(item) for key, item in pairs},
        "tuple": lambda self, items: tuple(self.value(item) for item in items),
        "complex": lambda _, parts: complex(*parts),
        "bytes": lambda self, number: bytes(self._buffers[number]),
        "date": lambda _, text: datetime.date.fromisoformat(text),
        "moment": _moment,
        "array": _array,
        "scalar": lambda self, value: self._array(value)[()],
        "masked": _masked,
        "object": _object,
    }
