"""Signals and images of Sigima as plain objects with arrays; imported when one travels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sigima.objects import ImageObj, SignalObj

from datalab_kernel_channel.values._codecs import register_codec

ROWS = ("x", "y", "dx", "dy")
"""What the rows of a signal's ``xydata`` are."""


def _fields(obj: Any, without: str) -> dict[str, Any]:
    names = [item.get_name() for item in obj.get_items()]
    return {name: getattr(obj, name) for name in names if name != without}


def _fill(obj: Any, wire: dict[str, Any]) -> Any:
    for item in obj.get_items():
        is_computed = item.get_prop("data", "computed", None) is not None
        if item.get_name() in wire and not is_computed:
            setattr(obj, item.get_name(), wire[item.get_name()])
    return obj


def signal_to_wire(signal: SignalObj) -> dict[str, Any]:
    """Return ``{kind, title, x, y, dx?, dy?, …, metadata}``."""
    rows = () if signal.xydata is None else signal.xydata
    arrays = dict(zip(ROWS, rows, strict=False))
    return {"kind": "signal", **_fields(signal, "xydata"), **arrays}


def signal_from_wire(wire: dict[str, Any]) -> SignalObj:
    """Make a signal of what :func:`signal_to_wire` returns."""
    signal = _fill(SignalObj(), wire)
    rows = [wire[name] for name in ROWS if wire.get(name) is not None]
    signal.xydata = np.vstack(rows) if rows else None
    return signal


def image_to_wire(image: ImageObj) -> dict[str, Any]:
    """Return ``{kind, title, data, …, metadata}``."""
    return {"kind": "image", **_fields(image, "data"), "data": image.data}


def image_from_wire(wire: dict[str, Any]) -> ImageObj:
    """Make an image of what :func:`image_to_wire` returns."""
    return _fill(ImageObj(), wire)


register_codec(SignalObj, "sigima.signal", signal_to_wire, signal_from_wire)
register_codec(ImageObj, "sigima.image", image_to_wire, image_from_wire)
