"""How objects are described to a notebook: as they were given, not as DataLab widened them.

DataLab lists the type that it holds (``float64`` for what was given as ``uint32``). What an
object was given as is known of what this process has put there or read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from datalab_kernel.backends import describe_object

if TYPE_CHECKING:
    from collections.abc import Collection

    from datalab_kernel import DataObject
    from datalab_kernel.backends import ObjectInfo
    from datalab_kernel.storage import Fields, ForDataLab

Listed = tuple[tuple[int, ...], str, tuple[str, ...]]


class Descriptions:
    """What objects are to a notebook, by their identity, or by their title without one."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Listed, ObjectInfo]] = {}

    def learn(self, key: str, held: Fields | ForDataLab, obj: DataObject) -> None:
        """Remember what an object is that DataLab holds in a wider form."""
        is_signal = held.kind == "signal"
        array = held.arrays["xydata" if is_signal else "data"]
        axes = ("xunit", "yunit") if is_signal else ("xunit", "yunit", "zunit")
        units = tuple(str(held.attributes.get(axis) or "") for axis in axes)
        shape = array.shape[1:] if is_signal else array.shape
        listed = (_shape(shape), str(array.dtype), units)
        self._known[key] = (listed, describe_object(obj, group=""))

    def corrected(self, key: str, info: ObjectInfo) -> ObjectInfo:
        """Return what is known of an object, unless DataLab lists something else by now."""
        listed, known = self._known.get(key, (None, info))
        if listed != (_shape(info.shape), info.dtype, info.units):
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


def _shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if all(shape) else (0,)  # DataLab may not know more of nothing
