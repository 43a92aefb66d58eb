"""From an object to what is known of it without its data."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel.objects import _sigima
from datalab_kernel.objects._kinds import ObjectInfo

if TYPE_CHECKING:
    import numpy as np

    from datalab_kernel.objects._sigima import DataObject


@cache
def _text(dtype: np.dtype[Any]) -> str:
    return str(dtype)


def units_of(obj: DataObject) -> tuple[str, ...]:
    """Return the units of an object's axes, in the order x, y(, z); its arrays may be missing."""
    from datalab_kernel.objects._fields import value_of  # numpy and Sigima are loaded by now

    names = (
        ("xunit", "yunit") if isinstance(obj, _sigima.SignalObj) else ("xunit", "yunit", "zunit")
    )
    return tuple(value_of(obj, name) or "" for name in names)


def describe_object(obj: DataObject, *, group: str, is_from_notebook: bool = True) -> ObjectInfo:
    """Describe an object that is here; its title is its name."""
    from datalab_kernel.objects._fields import value_of  # numpy and Sigima are loaded by now

    if isinstance(obj, _sigima.SignalObj):
        xydata = value_of(obj, "xydata")
        return ObjectInfo(
            name=value_of(obj, "title"),
            kind="signal",
            group=group,
            shape=xydata.shape[1:],
            dtype=_text(xydata.dtype),
            units=units_of(obj),
            size_bytes=xydata.nbytes,
            is_from_notebook=is_from_notebook,
        )
    data = value_of(obj, "data")
    return ObjectInfo(
        name=value_of(obj, "title"),
        kind="image",
        group=group,
        shape=data.shape,
        dtype=_text(data.dtype),
        units=units_of(obj),
        size_bytes=data.nbytes,
        is_from_notebook=is_from_notebook,
    )
