"""TIFF files, of which each frame becomes an image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datalab_kernel.formats._arrays import numbered
from datalab_kernel.formats._colours import chosen
from datalab_kernel.formats._images import Frames, drawn_reversed, place_text
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._samples import samples_of
from datalab_kernel.formats._table import wrong
from datalab_kernel.formats.tiff._calibration import calibration_of
from datalab_kernel.formats.tiff._chain import TIFF_MARKS, count_pages
from datalab_kernel.formats.tiff._frames import axes_of, count_frames, frames_of
from datalab_kernel.formats.tiff._pixels import pixels_of
from datalab_kernel.formats.tiff._single import single_frame
from datalab_kernel.objects._frames import stack_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import tifffile

    from datalab_kernel.formats._images import Array, Calibration
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.formats._samples import Sample
    from datalab_kernel.objects import DataObject


_SUFFIXES = {"", ".tif", ".tiff", ".lsm"}


@dataclass(slots=True, kw_only=True)
class _Series:
    """The images of one series, which aren't named yet."""

    sizes: dict[str, int]
    calibration: Calibration
    images: list[tuple[dict[str, int], Sample]] = field(default_factory=list)


def _recognises(head: bytes, path: Path) -> bool:
    return head.startswith(TIFF_MARKS) and path.suffix.lower() in _SUFFIXES


def _read_frames(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read every frame of a TIFF file; of a pyramid, its full size.

    Raises
    ------
    FileFormatError
        If the file ends before its frames do (tifffile gives those that it finds).
    """
    import tifffile

    with _resolved(path).open("rb") as opened:
        single = single_frame(path, opened) if options.channel is None else None
        if single is not None:
            return [Frames(path, single.calibration).image(stack_title(path), single.read(opened))]
        pages = count_pages(path, opened)
        opened.seek(0)
        with tifffile.TiffFile(opened) as file:
            full, smaller = _full_size(file)
            there = sum(count_frames(series) for series in full)
            if there < pages - smaller:
                raise wrong(path, f"{there} frames were found of {pages - smaller}", hint="")
            found = [_read_series(path, file, index, options) for index in range(len(full))]
    titles = _titles(stack_title(path), found)
    images: list[DataObject] = []
    for series in found:
        frames = Frames(path, series.calibration)
        images += [
            frames.image(next(titles), one.values, place, one.notes) for place, one in series.images
        ]
    return images


def read_again(path: Path, values: Array) -> DataObject | None:
    """Return the image of a file which has these values, bit by bit; they aren't held twice.

    None if they differ, or the file isn't as simple as those that are written here: reading it tells.
    """
    with path.open("rb") as opened:
        single = single_frame(path, opened)
        if single is None or not single.holds(opened, values):
            return None
    return Frames(path, single.calibration).image(stack_title(path), values)


def _full_size(file: tifffile.TiffFile) -> tuple[Sequence[tifffile.TiffPageSeries], int]:
    """Return a file's series, and how many of its pages are smaller copies of theirs."""
    found = file.series
    full = found[:1] if found and found[0].kind == "lsm" else found
    copies = [level for series in full for level in series.levels[1:]]
    return full, sum(len(series.pages) for series in (*copies, *found[len(full) :]))


def _resolved(path: Path) -> Path:
    """Return where a file is whose neighbours may hold more of its frames."""
    return path.resolve() if path.is_symlink() else path


def _read_series(path: Path, file: tifffile.TiffFile, index: int, options: ReadOptions) -> _Series:
    one = file.series[index]
    pixels, calibration = pixels_of(one), calibration_of(file, index)
    if pixels.is_white_zero:
        calibration = drawn_reversed(calibration, "WhiteIsZero")
    result = _Series(sizes=axes_of(one), calibration=calibration.with_notes(pixels.notes))
    wanted, only = options.channel, None
    if wanted is not None and not pixels.channels:
        only, wanted = chosen(path, wanted, _channels(result)), None
    for place, values in frames_of(path, file, index):
        if only is not None and place.get("C", 0) != only:
            continue
        for sample in samples_of(path, values, pixels, wanted):
            if sample.place is None:
                result.images.append((place, sample))
            else:
                result.sizes["S"] = sample.place + 1
                result.images.append(({**place, "S": sample.place}, sample))
    return result


def _channels(series: _Series) -> Sequence[str]:
    """Return the names of the channels that frames are of, or their numbers."""
    number = series.sizes.get("C", 0)
    names = series.calibration.channels
    return names if len(names) == number else [str(place) for place in range(number)]


def _titles(stem: str, found: Sequence[_Series]) -> Iterator[str]:
    """Name images by their number if that is all that the file says, else by their places."""
    numbers = numbered(stem, sum(len(series.images) for series in found))
    is_numbered = all(set(series.sizes) <= {"I"} for series in found)
    if is_numbered:
        samples = (sample for series in found for _, sample in series.images)
        yield from map(_titled, numbers, samples)
        return
    for stem_of_series, series in zip(numbered(stem, len(found)), found, strict=True):
        for place, sample in series.images:
            yield _titled(f"{stem_of_series} {place_text(place, series.sizes)}".rstrip(), sample)


def _titled(title: str, sample: Sample) -> str:
    return f"{title} {sample.name}".rstrip() if sample.name else title


TIFF = Reader(
    name="TIFF",
    suffixes=(".tif", ".tiff", ".lsm"),
    recognises=_recognises,
    read=_read_frames,
    keeps="pixel size, unit, origin, frames and channels of ImageJ, OME, microscopes and resolution tags",
)
