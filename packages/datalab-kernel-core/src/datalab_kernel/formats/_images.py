"""Images of a file that says what their pixels measure: scales, places in a stack, channels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel.objects._frames import FRAME_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from datalab_kernel.objects import ImageObj

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What one step along an axis measures, and where its first pixel or frame is."""

    step: float = 1.0
    origin: float = 0.0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What a file says of the values and axes of a stack's frames.

    ``stack`` has a scale for axes that frames are counted by, ``channels`` the names
    along its axis ``C``.
    """

    x: Scale = field(default_factory=Scale)
    y: Scale = field(default_factory=Scale)
    stack: Mapping[str, Scale] = field(default_factory=dict)
    channels: Sequence[str] = ()
    unit: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[Note] = ()

    def with_notes(self, notes: Iterable[Note]) -> Calibration:
        """Return the same with notes added."""
        added = [*notes]
        return replace(self, notes=[*self.notes, *added]) if added else self

    def with_unit(self, unit: str) -> Calibration:
        """Return the same for values of a unit."""
        return replace(self, unit=unit)


def drawn_reversed(calibration: Calibration, word: str) -> Calibration:
    """Return a calibration of images whose lowest value is white, which draws them so.

    The values stay; plots here and DataLab take the grey scale the other way round, by
    DataLab's own entries of metadata. ``word`` is the format's for such files.
    """
    text = f"The lowest value is white ({word}): the values are as stored, and drawn so."
    metadata = {**calibration.metadata, "__colormap": "gray", "__invert_colormap": True}
    changed = replace(calibration, metadata=metadata)
    return changed.with_notes([Note(text, "plotter.plot(name, cmap=…) draws them otherwise.")])


def image_of(
    path: Path,
    title: str,
    values: Array,
    calibration: Calibration,
    place: Mapping[str, int] | None = None,
) -> ImageObj:
    """Make an image of values of shape ``(ny, nx)``, which become its own; see :class:`Frames`."""
    return Frames(path, calibration).image(title, values, place)


class Frames:
    """Makes images that a file says the same of, but for their place in a stack."""

    def __init__(self, path: Path, calibration: Calibration) -> None:
        from datalab_kernel.objects import Template

        x, y = calibration.x, calibration.y
        attributes = {
            "dx": x.step,
            "x0": x.origin,
            "xunit": x.unit,
            "dy": y.step,
            "y0": y.origin,
            "yunit": y.unit,
            "zunit": calibration.unit,
        }
        self._template = Template("image", attributes)
        self._calibration = calibration
        self._source = str(path)

    def image(
        self,
        title: str,
        values: Array,
        place: Mapping[str, int] | None = None,
        notes: Sequence[Note] = (),
    ) -> ImageObj:
        """Make an image of values of shape ``(ny, nx)``, which become its own.

        ``place`` is the frame's place on each axis of its stack, counted from 0: it becomes the
        metadata entry ``frame``, and where there are scales, ``position`` and ``position_units``.
        ``notes`` come behind those of the calibration.
        """
        known = self._calibration
        metadata = {**known.metadata, **_place(place or {}, known), "source": self._source}
        image: Any = self._template.make({"data": values}, metadata, title=title)
        if known.notes or notes:
            attach_notes(image, *known.notes, *notes)
        return image


def _place(place: Mapping[str, int], calibration: Calibration) -> dict[str, Any]:
    if not place:
        return {}
    found: dict[str, Any] = {FRAME_KEY: dict(place)}
    scales = {axis: calibration.stack[axis] for axis in place if axis in calibration.stack}
    if scales:
        found["position"] = {
            axis: scale.origin + place[axis] * scale.step for axis, scale in scales.items()
        }
        found["position_units"] = {axis: scale.unit for axis, scale in scales.items()}
    if place.get("C", len(calibration.channels)) < len(calibration.channels):
        found["channel"] = calibration.channels[place["C"]]
    return found


def place_text(place: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    """Write a frame's place as its title has it, so that titles sort as the frames do.

    Examples
    --------
    >>> place_text({"T": 1, "C": 2}, {"T": 12, "C": 3})
    'T01 C2'
    """
    return " ".join(f"{axis}{at:0{len(str(sizes[axis] - 1))}d}" for axis, at in place.items())
