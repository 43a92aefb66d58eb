"""How objects are described to a notebook: as they were given, not as DataLab widened them.

DataLab lists the type that it holds (``float64`` for what was given as ``uint32``). What an
object was given as is known of what this process has put there or read. And what DataLab
listed once needn't be asked again where that is costly: it copies an object to describe it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.backends import Kind, ObjectInfo, describe_object

if TYPE_CHECKING:
    from collections.abc import Collection

    from datalab_kernel import DataObject
    from datalab_kernel.objects import Fields, ForDataLab

Listed = tuple[tuple[int, ...], str, tuple[str, ...]]


def described(info: dict[str, Any], name: str, *, group: str, is_from_notebook: bool) -> ObjectInfo:
    """Return what the Web API says about an object in the words of the backends."""
    kind: Kind = "image" if info["type"] == "image" else "signal"
    return ObjectInfo(
        name=name,
        kind=kind,
        group=group,
        shape=tuple(int(length) for length in info["shape"]),
        dtype=str(info["dtype"]),
        units=tuple(info.get(axis) or "" for axis in _axes(kind)),
        size_bytes=_size_bytes(kind, info["shape"], str(info["dtype"])),
        is_from_notebook=is_from_notebook,
    )


def listed_info(held: Fields | ForDataLab, name: str) -> ObjectInfo:
    """Return how DataLab lists an object that it holds in this form."""
    array = held.arrays["xydata" if held.kind == "signal" else "data"]
    shape = array.shape[1:] if held.kind == "signal" else array.shape
    dtype = str(array.dtype)
    return ObjectInfo(
        name=name,
        kind=held.kind,
        group="",
        shape=_shape(shape),
        dtype=dtype,
        units=tuple(str(held.attributes.get(axis) or "") for axis in _axes(held.kind)),
        size_bytes=_size_bytes(held.kind, shape, dtype),
        is_from_notebook=True,
    )


def _axes(kind: Kind) -> tuple[str, ...]:
    return ("xunit", "yunit") if kind == "signal" else ("xunit", "yunit", "zunit")


def _size_bytes(kind: Kind, shape: Collection[int], dtype: str) -> int:
    rows = 2 if kind == "signal" else 1  # x and y
    return rows * int(np.prod([*shape], dtype=int)) * np.dtype(dtype).itemsize


class Descriptions:
    """What objects are to a notebook, by their identity, or by their title without one."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Listed, ObjectInfo]] = {}
        self._listed: dict[str, ObjectInfo] = {}  # as DataLab has it

    def learn(self, key: str, held: Fields | ForDataLab, obj: DataObject) -> ObjectInfo:
        """Remember what an object is that DataLab holds in a wider form; return the latter."""
        listed = listed_info(held, key)
        self._known[key] = (_compared(listed), describe_object(obj, group=""))
        self._listed[key] = listed
        return listed

    def remember(self, key: str, listed: ObjectInfo) -> None:
        """Remember what DataLab says about an object."""
        self._listed[key] = listed

    def remembered(self, key: str) -> ObjectInfo | None:
        """Return what DataLab said about an object, or None if that isn't known."""
        return self._listed.get(key)

    def corrected(self, key: str, info: ObjectInfo) -> ObjectInfo:
        """Return what is known of an object, unless DataLab lists something else by now."""
        listed, known = self._known.get(key, (None, info))
        if listed is None or listed != _compared(info):
            return info
        return replace(
            info,
            shape=known.shape,
            dtype=known.dtype,
            units=known.units,
            size_bytes=known.size_bytes,
        )

    def keep(self, keys: Collection[str]) -> None:
        """Forget all others."""
        self._known = {key: self._known[key] for key in keys if key in self._known}
        self._listed = {key: self._listed[key] for key in keys if key in self._listed}


def _compared(info: ObjectInfo) -> Listed:
    return _shape(info.shape), info.dtype, info.units


def _shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if all(shape) else (0,)  # DataLab may not know more of nothing
