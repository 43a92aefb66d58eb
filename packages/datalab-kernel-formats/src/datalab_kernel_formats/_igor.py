"""Igor Pro's binary waves (.ibw): a signal, an image, or the layers of one.

Read by igor2 (LGPL-3.0-or-later). A dimension's scale is ``sfA * index + sfB``; Igor draws
the first dimension along x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._hdf5_plot import Plot, Values
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_LETTERS = "xyzt"
_MARKS = (b"\x02\0", b"\x05\0", b"\0\x02", b"\0\x05")


def _read(path: Path, _: ReadOptions) -> list[DataObject]:
    from igor2 import binarywave

    with path.open("rb") as file:
        wave = binarywave.load(file)["wave"]
    values = np.asarray(wave["wData"])
    if values.dtype.kind not in "iufc":
        raise RefusedError("it is a wave of texts")
    header = wave["wave_header"]
    axes = [_axis(header, n, count) for n, count in enumerate(values.shape)]
    name = _text(header["bname"])
    # Igor has x first and layers last; images here have layers, y, x
    order = [*range(2, values.ndim), *([1] if values.ndim > 1 else []), 0]
    plot = Plot(
        name=name,
        data=Values(values=values.transpose(order), label=name, unit=_text(header["dataUnits"])),
        axes=tuple(axes[n] for n in order),
        metadata={"note": _text(wave.get("note", b""))},
    )
    return objects_of_plot(path, plot)


def _axis(header: Any, dimension: int, count: int) -> Values:
    """Return a dimension's scale: of version 5 its own, of version 2 the one of x."""
    if "sfA" in header:
        step, start = header["sfA"][dimension], header["sfB"][dimension]
        unit = _text(header["dimUnits"][dimension])
    else:
        step, start, unit = header["hsA"], header["hsB"], _text(header["xUnits"])
    points = float(start) + np.arange(count) * float(step)
    return Values(values=points, label=_LETTERS[dimension], unit=unit)


def _text(value: Any) -> str:
    """Return a text of igor2's: bytes, or an array of single bytes."""
    content = b"".join(np.ravel(value)) if isinstance(value, np.ndarray | list) else value
    return bytes(content).split(b"\0")[0].decode("latin-1").strip()


IBW = adapter(
    "Igor binary wave",
    (".ibw",),
    lambda head, path: path.suffix.lower() == ".ibw" and head.startswith(_MARKS),
    _read,
    library="igor2",
    licence="LGPL-3.0",
    keeps="scales and units of each dimension, note; adapter not run on a real file",
)
