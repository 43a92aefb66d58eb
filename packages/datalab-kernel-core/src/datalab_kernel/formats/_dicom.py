"""DICOM: values in their unit (Hounsfield's, say), pixels with their spacing, each frame an image."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors._missing_packages import missing_package
from datalab_kernel.formats._arrays import numbered
from datalab_kernel.formats._colours import COLOURS, chosen
from datalab_kernel.formats._images import Calibration, Scale, drawn_reversed, image_of, place_text
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._samples import PALETTE, Pixels, samples_of
from datalab_kernel.formats._table import wrong
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._colours import Array
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

_SUFFIXES = (".dcm", ".dicom")
_MARK = slice(128, 132)
_GROUPS = ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence")
_AT_DETECTOR = Note(
    "The pixels' spacing is that of the detector: in the patient it is smaller by the magnification.",
    "with workspace.edit(name) as image: image.dx = … sets another.",
)
_KEPT = (
    *("Modality", "SeriesDescription", "InstanceNumber", "AcquisitionDateTime", "SliceLocation"),
    *("SliceThickness", "ImagePositionPatient", "ImageOrientationPatient"),
    *("WindowCenter", "WindowWidth", "ExposureTime", "KVP", "EchoTime", "RepetitionTime"),
)
"""What is kept as metadata: of the measurement, and nothing that names a person."""


def _recognises(head: bytes, path: Path) -> bool:
    return head[_MARK] == b"DICM" or path.suffix.lower() in _SUFFIXES


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read the frames of a DICOM file.

    Raises
    ------
    FileFormatError
        If there are no pixels in it, or they are cut off.
    MissingPackageError
        If pydicom isn't installed.
    """
    try:
        import pydicom
        from pydicom.errors import BytesLengthException
        from pydicom.pixels import pixel_array
    except ImportError as error:
        raise missing_package(f"Loading {str(path)!r}", "pydicom") from error
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            dataset = pydicom.dcmread(path, force=True)
            if "PixelData" not in dataset and "FloatPixelData" not in dataset:
                raise wrong(path, "there is no image in it", hint="")
            values = pixel_array(dataset)
            number = int(dataset.get("NumberOfFrames") or 1)
            frames = values.reshape(number, *values.shape[-2 if _samples(dataset) == 1 else -3 :])
            images = _images(path, dataset, frames, options)
    except (EOFError, BytesLengthException) as error:
        raise wrong(path, f"it is damaged or was cut off ({error})", hint="") from error
    for image in images:
        attach_notes(image, *(Note(f"pydicom says: {one.message}") for one in said))
    return images


def _samples(dataset: Any) -> int:
    return int(dataset.get("SamplesPerPixel", 1))


def _images(
    path: Path, dataset: Any, frames: Sequence[Array], options: ReadOptions
) -> list[DataObject]:
    pixels = _pixels(dataset)
    if options.channel is not None and not pixels.channels:
        chosen(path, options.channel, pixels.channels)  # which says that there is none
    axis, scale = _stack_axis(dataset)
    sizes = {axis: len(frames)} if len(frames) > 1 else {}
    titles = numbered(path.stem, len(frames))
    images: list[DataObject] = []
    for number, (frame, title) in enumerate(zip(frames, titles, strict=True)):
        place = dict.fromkeys(sizes, number)
        name = title if axis == "I" else f"{path.stem} {place_text(place, sizes)}".rstrip()
        calibration = _calibration(dataset, number, {axis: scale} if scale else {})
        if pixels.is_white_zero:
            calibration = drawn_reversed(calibration, "MONOCHROME1")
        for sample in samples_of(path, frame, pixels, options.channel):
            values, unit = _rescaled(dataset, number, sample.values, pixels)
            known = calibration.with_notes((*pixels.notes, *sample.notes)).with_unit(unit)
            images.append(image_of(path, f"{name} {sample.name}".rstrip(), values, known, place))
    return images


def _pixels(dataset: Any) -> Pixels:
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    is_colour = _samples(dataset) == len(COLOURS)
    return Pixels(
        channels=COLOURS if is_colour else (),
        is_colour=is_colour,
        is_white_zero=photometric == "MONOCHROME1",
        notes=[PALETTE] if photometric == "PALETTE COLOR" else [],
    )


def _rescaled(dataset: Any, frame: int, values: Array, pixels: Pixels) -> tuple[Array, str]:
    """Return values as what they measure, and their unit.

    References
    ----------
    DICOM PS3.3, C.11.1 (Modality LUT) and C.7.6.16.2.9 (Pixel Value Transformation).
    """
    from pydicom.pixels import apply_modality_lut

    own = values if values.flags.owndata and values.flags.writeable else values.copy()
    if pixels.is_colour:
        return own, ""
    if "ModalityLUTSequence" in dataset:
        told = str(dataset.ModalityLUTSequence[0].get("ModalityLUTType", ""))
        return apply_modality_lut(own, dataset), _unit(dataset, told)
    slope = _found(dataset, frame, "PixelValueTransformationSequence", "RescaleSlope")
    offset = _found(dataset, frame, "PixelValueTransformationSequence", "RescaleIntercept")
    kind = _found(dataset, frame, "PixelValueTransformationSequence", "RescaleType")
    if slope is None or offset is None:
        return own, _unit(dataset, "")
    is_identity = float(slope) == 1 and float(offset) == 0
    rescaled = own if is_identity else own * float(slope) + float(offset)
    default = "HU" if dataset.get("Modality") == "CT" else ""
    return rescaled, _unit(dataset, str(kind or default))


def _unit(dataset: Any, kind: str) -> str:
    """Return the unit: of a PET, its own element; "US" is DICOM's word for unspecified."""
    unit = str(dataset.get("Units") or kind)
    return "" if unit in {"US", "NONE"} else unit


def _calibration(dataset: Any, frame: int, stack: dict[str, Scale]) -> Calibration:
    metadata = {key: _plain(dataset[key].value) for key in _KEPT if key in dataset}
    notes = []
    spacing = _found(dataset, frame, "PixelMeasuresSequence", "PixelSpacing")
    if spacing is None:
        spacing = dataset.get("ImagerPixelSpacing")
        notes = [_AT_DETECTOR] if spacing is not None else []
    if spacing is None:
        return Calibration(metadata=metadata, stack=stack)
    rows, columns = (float(step) for step in spacing)
    x, y = Scale(step=columns, unit="mm"), Scale(step=rows, unit="mm")
    return Calibration(x=x, y=y, stack=stack, metadata=metadata, notes=notes)


def _found(dataset: Any, frame: int, sequence: str, name: str) -> Any:
    """Look an element up in the file itself, or for one of its frames."""
    if name in dataset:
        return dataset[name].value
    for groups in _GROUPS:
        items = dataset.get(groups) or []
        place = frame if groups == _GROUPS[0] else 0
        inner = items[place].get(sequence) if place < len(items) else None
        if inner and name in inner[0]:
            return inner[0][name].value
    return None


def _stack_axis(dataset: Any) -> tuple[str, Scale | None]:
    """Return what frames are counted by: time, depth, or just their number."""
    if dataset.get("FrameTime"):
        return "T", Scale(step=float(dataset.FrameTime), unit="ms")
    spacing = _found(dataset, 0, "PixelMeasuresSequence", "SpacingBetweenSlices")
    return ("Z", Scale(step=float(spacing), unit="mm")) if spacing else ("I", None)


def _plain(value: Any) -> Any:
    from pydicom.multival import MultiValue

    if isinstance(value, MultiValue):
        return [_plain(one) for one in value]
    if isinstance(value, (int, float)):  # DICOM's own numbers are subclasses
        return int(value) if isinstance(value, int) else float(value)
    return str(value)


DICOM = Reader(
    name="DICOM",
    suffixes=_SUFFIXES,
    recognises=_recognises,
    read=_read,
    library="pydicom",
    licence="MIT",
    keeps="values in their unit (HU), pixels in mm, frames",
)
