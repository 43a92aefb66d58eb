"""Maps of Horiba's LabSpec as text: wavenumbers above, a spectrum a row, its place before it.

References
----------
Horiba, "LabSpec 6 user manual", export of a multidimensional spectrum as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._header import value_of
from datalab_kernel.formats.instruments._text_file import (
    lines_of,
    number_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._curves import Array
    from datalab_kernel.objects import DataObject

_N = rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_MAP = re.compile(
    rb"(?:#[^\n]*\n)*(?P<corner>\t{1,2})"
    + _N
    + rb"(?:\t"
    + _N
    + rb"){2,}\t?\r?\n"
    + _N
    + rb"\t"
    + _N
)


def _read(path: Path) -> list[DataObject]:
    from sigima import create_image

    lines = [(number, line.rstrip("\r")) for number, line in enumerate(lines_of(path), start=1)]
    comments = [line for _, line in lines if line.startswith("#")]
    (_, top), *rows = [item for item in lines if item[1].strip() and not item[1].startswith("#")]
    corner = len(top) - len(top.lstrip("\t"))
    x = np.array([number_of(text, "a wavenumber") for text in top.strip("\t").split("\t")])
    table = _table(path, rows, corner + len(x))
    places, data = table[:, :corner], table[:, corner:]
    if not (np.diff(x) > 0).all():
        if not (np.diff(x) < 0).all():
            raise refused(path, "its wavenumbers neither grow nor fall")
        x, data = x[::-1].copy(), data[:, ::-1].copy()
    y, data = (places[:, 0], data) if corner == 1 else (np.arange(len(data), dtype=float), data)
    if corner == 1 and not (np.diff(y) > 0).all():
        order = np.argsort(y, kind="stable")
        y, data = y[order], data[order]
        if not (np.diff(y) > 0).all():
            raise refused(path, "two of its spectra are of the same place")
    labels = ("Wavenumber", "Position" if corner == 1 else "Spectrum", "Intensity")
    image: Any = create_image(path.stem, data, units=("cm⁻¹", "", ""), labels=labels)
    image.set_coords(x, y)
    image.metadata.update(_settings(comments))
    image.metadata["source"] = str(path)
    if corner == 2:  # noqa: PLR2004 - x and y of each spectrum
        image.metadata.update({"map_y": places[:, 0], "map_x": places[:, 1]})
        text = "A row of the image is a spectrum of the map; where it was taken is in its metadata."
        attach_notes(image, Note(text, "See metadata['map_x'] and ['map_y']."))
    return [image]


def _table(path: Path, rows: Sequence[tuple[int, str]], width: int) -> Array:
    values = []
    for number, line in rows:
        fields = line.rstrip("\t").split("\t")
        if len(fields) != width:
            raise refused(path, f"it has {len(fields)} columns, and not {width}", number)
        try:
            values.append([number_of(text, "a value") for text in fields])
        except ValueError as error:
            raise refused(path, str(error), number) from None
    return np.array(values)


def _settings(comments: Sequence[str]) -> dict[str, Any]:
    pairs = (line.lstrip("#").partition("=") for line in comments)
    return {key.strip(): value_of(value.strip()) for key, equals, value in pairs if equals}


LABSPEC = text_reader(
    "LabSpec map",
    (".txt",),
    lambda head, _: _MAP.match(head) is not None,
    _read,
    keeps="wavenumbers, positions, the lines above",
)
