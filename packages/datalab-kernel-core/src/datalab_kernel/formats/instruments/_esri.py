"""ESRI's grids as text (.asc): an image in coordinates, NaN where there is no value.

References
----------
ESRI, "ArcGIS: Esri ASCII raster format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats.instruments._text_file import (
    beginning,
    lines_of,
    number_of,
    numbers_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.objects import DataObject

_KEYS = {"ncols", "nrows", "xllcorner", "yllcorner", "xllcenter", "yllcenter", "cellsize", "dx", "dy",
         "nodata_value"}  # fmt: skip
_NORTH = Note("The rows were turned round: the file begins in the north, the image in the south.")


def _read(path: Path) -> list[DataObject]:
    from sigima import create_image

    said: dict[str, float] = {}
    rows: list[tuple[int, str]] = []
    for number, line in enumerate(lines_of(path), start=1):
        words = line.split()
        if not rows and len(words) == 2 and words[0].lower() in _KEYS:  # noqa: PLR2004 - a key, its value
            said[words[0].lower()] = number_of(words[1], words[0])
        elif words:
            rows.append((number, line))
    nx, ny = (_whole(path, said, key) for key in ("ncols", "nrows"))
    for number, line in rows:
        if len(line.split()) != nx:
            raise refused(path, f"it has {len(line.split())} columns, and ncols is {nx}", number)
    if len(rows) != ny:
        raise refused(path, f"it has {len(rows)} rows, and nrows is {ny}")
    data = numbers_of(path, rows).reshape(ny, nx)[::-1].copy()
    data[data == said.get("nodata_value", -9999.0)] = np.nan
    dx, dy = (said.get(key, said.get("cellsize", np.nan)) for key in ("dx", "dy"))
    x0, y0 = (_first(said, axis, step) for axis, step in (("x", dx), ("y", dy)))
    if not (np.isfinite([dx, dy, x0, y0]).all() and min(dx, dy) > 0):
        raise refused(path, "its corner or its cell size is missing")
    image: Any = create_image(path.stem, data, labels=("x", "y", ""))
    image.set_uniform_coords(dx, dy, x0, y0)
    image.metadata["source"] = str(path)
    attach_notes(image, _NORTH)
    return [image]


def _whole(path: Path, said: dict[str, float], key: str) -> int:
    value = said.get(key, 0.0)
    if not (value >= 1 and value == int(value)):
        raise refused(path, f"its {key} is {value:g}")
    return int(value)


def _first(said: dict[str, float], axis: str, step: float) -> float:
    """Return the centre of the first cell: it is given, or half a cell from the corner."""
    corner = said.get(f"{axis}llcorner", np.nan)
    return said.get(f"{axis}llcenter", corner + step / 2)


ESRI = text_reader(
    "ESRI grid",
    (".asc", ".grd"),
    beginning(rb"\s*ncols\s+\d+\s+nrows\s+\d+\s"),
    _read,
    keeps="coordinates, cell size, NaN for NODATA_value",
)
