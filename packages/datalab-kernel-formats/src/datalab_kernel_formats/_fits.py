"""FITS files of astronomy and of cameras: images, spectra, cubes and tables.

Read by astropy (BSD-3-Clause). Values are scaled by BSCALE and BZERO, their unit is BUNIT;
an axis is that of the world coordinates where these are linear, else of pixels.

References
----------
FITS standard 4.0, sections 4.4.2 and 8.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._columns import column_name, column_names
from datalab_kernel_formats._objects import Axis, frames, image, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject, ImageObj, SignalObj

_MOST_CARDS = 500


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read every HDU with numbers; what is skipped is noted."""
    from astropy.io import fits

    result: list[DataObject] = []
    skipped: list[str] = []
    with warnings.catch_warnings():
        # astropy says of a cut file by a warning, and gives what is there
        warnings.filterwarnings("error", ".*truncated.*")
        warnings.filterwarnings("ignore", category=fits.verify.VerifyWarning)
        with path.open("rb") as raw, fits.open(raw, memmap=False) as hdus:
            several = sum(hdu.data is not None for hdu in hdus) > 1
            for number, hdu in enumerate(hdus):
                if hdu.data is None:
                    continue
                part = (hdu.name or f"HDU {number}") if several else ""
                if isinstance(hdu, fits.BinTableHDU | fits.TableHDU) and not isinstance(
                    hdu, fits.CompImageHDU
                ):
                    result += _table(path, hdu, part, options, skipped)
                elif hdu.data.dtype.names is None:
                    result += _array(path, hdu, part)
                else:
                    skipped.append(f"{part or 'HDU 0'} (random groups)")
    if not result:
        raise RefusedError("there is no image, no spectrum and no column of numbers in it")
    if skipped:
        note = Note(f"Skipped: {', '.join(skipped)}.", "astropy.io.fits.open(path) gives them.")
        for obj in result:
            attach_notes(obj, note)
    return result


def _array(path: Path, hdu: Any, part: str) -> list[DataObject]:
    data, header = hdu.data, hdu.header
    if data.size == 0:
        return []
    axes = [_axis(header, number) for number in range(1, data.ndim + 1)]
    z = Axis(label=str(header.get("BTYPE", "")), unit=str(header.get("BUNIT", "")))
    metadata = _cards(header)
    bent = [str(header[f"CTYPE{n}"]) for n, axis in enumerate(axes, 1) if axis is None]
    notes = [Note(f"The axes {' and '.join(bent)} aren't linear: they count pixels.",
                  "astropy.wcs.WCS(header) has the sky coordinates.")] if bent else []  # fmt: skip
    x, y = (axis or Axis() for axis in [*axes, None][:2])
    objects: list[DataObject] = []
    if data.ndim == 1:
        objects = [signal(path, x, data, part=part, yaxis=z, metadata=metadata)]
    else:
        planes = data.reshape(-1, *data.shape[-2:])
        for n, (plane, text) in enumerate(zip(planes, frames(len(planes), "Z"), strict=True)):
            where = {"frame": {"Z": n}} if len(planes) > 1 else {}
            title = f"{part} {text}".strip()
            more = {**metadata, **where}
            obj = _upright(path, plane, title, (x, y, z), more)
            objects.append(obj)
    for obj in objects:
        attach_notes(obj, *notes)
    return objects


def _upright(
    path: Path, plane: Any, part: str, axes: tuple[Axis, Axis, Axis], metadata: dict[str, Any]
) -> ImageObj:
    """Make an image; where a coordinate falls, its pixels are turned round so that it rises."""
    x, y, z = axes
    if x.step < 0:
        plane = plane[:, ::-1]
        x = Axis(
            label=x.label, unit=x.unit, start=x.start + (plane.shape[1] - 1) * x.step, step=-x.step
        )
    if y.step < 0:
        plane = plane[::-1]
        y = Axis(
            label=y.label, unit=y.unit, start=y.start + (plane.shape[0] - 1) * y.step, step=-y.step
        )
    return image(path, plane, part=part, x=x, y=y, z=z, metadata=metadata)


def _axis(header: Any, number: int) -> Axis | None:
    """Return an axis of the world coordinates; None where they aren't linear.

    A linear type has no ``-`` (``RA---TAN`` and ``WAVE-LOG`` have), and no other axis
    enters into it.
    """
    kind = str(header.get(f"CTYPE{number}", "")).strip()
    dimensions = header.get("NAXIS", 0)
    others = [n for n in range(1, dimensions + 1) if n != number]
    is_mixed = any(
        header.get(f"{name}{number}_{n}", 0) or header.get(f"{name}{n}_{number}", 0)
        for name in ("CD", "PC")
        for n in others
    ) or bool(header.get("CROTA2", 0))
    step = float(header.get(f"CD{number}_{number}", header.get(f"CDELT{number}", 1.0)))
    step *= float(header.get(f"PC{number}_{number}", 1.0))
    if "-" in kind or is_mixed or step == 0:
        return None
    if not any(f"{name}{number}" in header for name in ("CRVAL", "CRPIX", "CDELT")):
        return Axis(label=kind)
    start = float(header.get(f"CRVAL{number}", 0.0))
    start += (1.0 - float(header.get(f"CRPIX{number}", 0.0))) * step  # pixels are counted from 1
    unit = str(header.get(f"CUNIT{number}", ""))
    return Axis(label=kind, unit=unit, start=start, step=step)


def _table(
    path: Path, hdu: Any, part: str, options: ReadOptions, skipped: list[str]
) -> list[SignalObj]:
    """Make a signal of each column of numbers over the first, as of a text's columns."""
    columns = {}
    for one in hdu.columns:
        values = hdu.data[one.name]
        if values.ndim == 1 and values.dtype.kind in "biuf" and len(values):
            columns[one.name] = values
        else:
            skipped.append(f"column {one.name!r}")
    units = {one.name: one.unit or "" for one in hdu.columns}
    xname = column_name([*columns], options.x)
    yname = column_names([*columns], options.y)
    return [
        signal(
            path,
            Axis() if xname is None else columns[xname],
            columns[name],
            part=f"{part} {name}".strip(),
            xaxis=Axis(label=xname or "", unit=units.get(xname, "")),
            yaxis=Axis(label=name, unit=units[name]),
            metadata=_cards(hdu.header),
        )
        for name in yname
        if name != xname
    ]


def _cards(header: Any) -> dict[str, Any]:
    """Return a header's cards but its comments, and those that say how the data lies in the file."""
    from astropy.io.fits.card import Undefined

    return {
        key: value
        for key, value in list(header.items())[:_MOST_CARDS]
        if key not in {"", "COMMENT", "HISTORY", "SIMPLE", "EXTEND", "BITPIX", "BSCALE", "BZERO"}
        and not isinstance(value, Undefined)
    }


FITS = adapter(
    "FITS",
    (".fits", ".fit", ".fts"),
    lambda head, _: head.startswith(b"SIMPLE  ="),
    _read,
    library="astropy",
    licence="BSD-3-Clause",
    keeps="scaled values, units, linear axes, tables, header",
)
