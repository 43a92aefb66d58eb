"""Gwyddion's files: the channels and graph curves of .gwy, the one field of .gsf.

Both are read here, after their published layouts. Gwyddion's offset is that of the top left corner; the centre of the first pixel is half a pixel further.

References
----------
Gwyddion user guide, "Gwyddion native data files" and "Gwyddion Simple Field files".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._gwy_objects import read_gwy_object
from datalab_kernel_formats._objects import Axis, image, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject, ImageObj

_GWY_MARK = b"GWYP"
_GSF_MARK = b"Gwyddion Simple Field 1.0\n"
_FIELD = re.compile(r"/(\d+)/data")
_GRAPH = re.compile(r"/0/graph/graph/(\d+)")
_UNREAD = {"GwyBrick": "volume data", "GwySurface": "XYZ data", "GwyLawn": "curve maps",
           "GwySpectra": "point spectra"}  # fmt: skip


def _read_gwy(path: Path, _: ReadOptions) -> list[DataObject]:
    """Read the channels, in the order of their numbers, then the curves of graphs."""
    container = read_gwy_object(path.read_bytes()[len(_GWY_MARK) :])
    fields = _numbered(container, _FIELD)
    result: list[DataObject] = []
    for number, field in fields:
        name = str(container.get(f"/{number}/data/title", "")) or f"channel {number}"
        metadata = container.get(f"/{number}/meta") or {}
        result.append(_field(path, field, "" if len(fields) == 1 else name, name, metadata))
    for _number, graph in _numbered(container, _GRAPH):
        result += [_curve(path, graph, curve) for curve in graph.get("curves", [])]
    kinds = sorted({_UNREAD[one.kind] for one in container.values()
                    if getattr(one, "kind", None) in _UNREAD})  # fmt: skip
    if kinds and result:
        note = Note(f"The file also has {' and '.join(kinds)}, which were skipped.",
                    "Gwyddion exports them, for instance as text.")  # fmt: skip
        for obj in result:
            attach_notes(obj, note)
    elif kinds:
        raise RefusedError(f"there is only {' and '.join(kinds)} in it, no channel and no graph")
    return result


def _numbered(container: Any, pattern: re.Pattern[str]) -> list[tuple[int, Any]]:
    found = [(int(match[1]), value) for key, value in container.items()
             if (match := pattern.fullmatch(key))]  # fmt: skip
    return sorted(found, key=lambda pair: pair[0])


def _field(path: Path, field: Any, part: str, name: str, metadata: Any) -> ImageObj:
    nx, ny = field["xres"], field["yres"]
    if nx < 1 or ny < 1 or len(field["data"]) != nx * ny:
        raise RefusedError(f"{name!r} has {len(field['data'])} values of {nx} x {ny} pixels")
    unit = _unit(field.get("si_unit_xy"))
    return image(
        path,
        field["data"].reshape(ny, nx),
        part=part,
        x=_pixel_axis("x", unit, field.get("xoff", 0.0), field.get("xreal", 1.0), nx),
        y=_pixel_axis("y", unit, field.get("yoff", 0.0), field.get("yreal", 1.0), ny),
        z=Axis(label=name, unit=_unit(field.get("si_unit_z"))),
        metadata=dict(metadata),
    )


def _pixel_axis(label: str, unit: str, corner: float, length: float, pixels: int) -> Axis:
    """Return the axis of pixel centres of a field that begins at ``corner``."""
    if not (np.isfinite([corner, length]).all() and length > 0):
        raise RefusedError(f"its {label} begins at {corner} and is {length} long")
    step = length / pixels
    return Axis(label=label, unit=unit, start=corner + step / 2, step=step)


def _curve(path: Path, graph: Any, curve: Any) -> DataObject:
    x, y = np.asarray(curve["xdata"]), np.asarray(curve["ydata"])
    return signal(
        path,
        x,
        y,
        part=" ".join(filter(None, [graph.get("title", ""), curve.get("description", "")])),
        xaxis=Axis(label=graph.get("bottom_label", ""), unit=_unit(graph.get("x_unit"))),
        yaxis=Axis(label=graph.get("left_label", ""), unit=_unit(graph.get("y_unit"))),
    )


def _unit(unit: Any) -> str:
    return str(unit.get("unitstr", "")) if unit else ""


def _read_gsf(path: Path, _: ReadOptions) -> list[ImageObj]:
    """Read the one field of a simple file: 32-bit numbers behind a header padded to 4 bytes."""
    content = path.read_bytes()
    header, _nul, _rest = content.partition(b"\0")
    begin = len(header) + 4 - len(header) % 4
    lines = header[len(_GSF_MARK) :].decode("utf-8").splitlines()
    pairs = (line.partition("=") for line in lines)
    said = {name.strip(): value.strip() for name, _equals, value in pairs}
    nx, ny = int(said.pop("XRes")), int(said.pop("YRes"))
    if nx < 1 or ny < 1 or len(content) != begin + 4 * nx * ny:
        there = (len(content) - begin) / 4
        raise RefusedError(f"there are {there:g} values of {nx} x {ny} pixels")
    data = np.frombuffer(content, "<f4", offset=begin).reshape(ny, nx)
    unit = said.pop("XYUnits", "")
    name = said.pop("Title", "")
    xoff, yoff = (float(said.pop(key, 0)) for key in ("XOffset", "YOffset"))
    xreal, yreal = (float(said.pop(key, 1)) for key in ("XReal", "YReal"))
    obj = image(
        path,
        data,
        x=_pixel_axis("x", unit, xoff, xreal, nx),
        y=_pixel_axis("y", unit, yoff, yreal, ny),
        z=Axis(label=name, unit=said.pop("ZUnits", "")),
        metadata=said,
    )
    return [obj]


GWY = adapter(
    "Gwyddion",
    (".gwy",),
    lambda head, _: head.startswith(b"GWYPGwyContainer\0"),
    _read_gwy,
    keeps="channels and graphs, lengths, units, metadata",
)
GSF = adapter(
    "Gwyddion Simple Field",
    (".gsf",),
    lambda head, _: head.startswith(_GSF_MARK),
    _read_gsf,
    keeps="lengths, units, further entries",
)
