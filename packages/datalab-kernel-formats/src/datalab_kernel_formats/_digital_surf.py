"""Digital Surf's surfaces (MountainsMap .sur, .pro): heights over the surface's own lengths.

Read by surfalize (GPL-3.0-or-later), which is why it is an extra of its own. surfalize gives
heights and lengths in micrometres.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel_formats._adapter import adapter
from datalab_kernel_formats._objects import Axis, image

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import ImageObj

_MICROMETRE = "µm"


def _read(path: Path, _: ReadOptions) -> list[ImageObj]:
    """Read the one surface of a file; points that weren't measured are NaN."""
    from surfalize import Surface

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The surface has different pixel size")
        surface = Surface.load(path)
    x, y = (Axis(label=name, unit=_MICROMETRE, step=_shortest(step))
            for name, step in (("x", surface.step_x), ("y", surface.step_y)))  # fmt: skip
    z = Axis(label="height", unit=_MICROMETRE)
    return [image(path, surface.data, x=x, y=y, z=z, metadata=surface.metadata)]


def _shortest(step: float) -> float:
    """Return a step that was stored in 32 bits as the decimal that it was: 0.1, not 0.10000000149."""
    return float(str(np.float32(step)))


DIGITAL_SURF = adapter(
    "Digital Surf",
    (".sur",),
    lambda head, _: head.startswith((b"DIGITAL SURF", b"DSCOMPRESSED")),
    _read,
    library="surfalize",
    licence="GPL-3.0",
    keeps="heights and lengths in micrometres, header",
)
