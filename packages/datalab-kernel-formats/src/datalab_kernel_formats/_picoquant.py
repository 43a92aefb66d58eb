"""PicoQuant's files: histograms of .phu; of .ptu the decay of each channel, and its image.

Read by ptufile (BSD-3-Clause).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, frames, image, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject, ImageObj, SignalObj
    from datalab_kernel_formats._objects import Array

_MARKERS = 64
_MOST_PIXELS = 1 << 28
_COUNTS = Axis(label="Photons", unit="counts")


def _read_histograms(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each curve, over seconds; a bin is as wide as the curve's own resolution says.

    (ptufile's ``histogram_resolutions`` are those of the device, before its bins are joined.)
    """
    import ptufile

    with path.open("rb") as raw, ptufile.PhuFile(raw) as file:
        curves = file.histograms()
        expected = file.tags["HistResDscr_HistogramBins"]
        steps = file.tags.get("HistResDscr_MDescResolution", [file.tcspc_resolution] * len(curves))
        metadata = dict(file.tags)
    if [len(counts) for counts in curves] != [*expected]:
        raise RefusedError("it was cut off within its histograms")
    texts = frames(len(curves), "curve ")
    return [
        _decay(path, counts, float(step), text, metadata)
        for counts, step, text in zip(curves, steps, texts, strict=True)
    ]


def _read_tagged(path: Path, _: ReadOptions) -> list[DataObject]:
    """Read what the photons' times sum up to: images, then the decay of each channel.

    Raises
    ------
    ValueError
        If there is no delay to a pulse in it (T2), so that there is no decay.
    """
    import ptufile

    with path.open("rb") as raw, ptufile.PtuFile(raw) as file:
        _check_tags(file)
        if not file.is_t3:
            raise RefusedError("it has single photons without delays (T2), which isn't read here")
        if path.stat().st_size < file.record_offset + 4 * file.number_records:
            raise RefusedError("it was cut off within its records")
        objects: list[DataObject] = [*_images(path, file)] if file.is_image else []
        channels = [int(channel) for channel in file.coords["C"]]
        decays = file.decode_histogram(dtime=_bins(file))
        step = float(file.tcspc_resolution)
        for channel, counts in zip(channels, decays, strict=True):
            part = "decay" if len(channels) == 1 else f"decay C{channel}"
            objects.append(_decay(path, counts, step, part, file.tags))
    return objects


def _bins(file: Any) -> int:
    """Return how many bins there are from pulse to pulse, or to the last photon.

    (ptufile rounds down: it finds 49 bins of 1 ns in 50 ns.)
    """
    return int(max(round(file.global_resolution / file.tcspc_resolution), file.number_bins))


def _check_tags(file: Any) -> None:
    """Check what ptufile takes as it is: markers are bits of 64, and so many pixels fit a memory."""
    markers = [
        int(file.tags.get(f"ImgHdr_{name}", 1)) for name in ("LineStart", "LineStop", "Frame")
    ]
    sides = [int(file.tags.get(f"ImgHdr_Pix{axis}", 1)) for axis in "XY"]
    if not all(0 <= marker <= _MARKERS for marker in markers) or not min(sides) >= 0:
        raise RefusedError("it is damaged: its markers or its number of pixels can't be")
    if sides[0] * sides[1] > _MOST_PIXELS:
        raise RefusedError(f"it says that it has {sides[0]} x {sides[1]} pixels")


def _images(path: Path, file: Any) -> list[ImageObj]:
    """Return the number of photons in each pixel, of each frame and channel, over metres."""
    counts = file.decode_image(dtime=-1, dtype="uint32")[..., 0]  # T, Y, X, C
    step = float(file.tags.get("ImgHdr_PixResol", 0.0)) * 1e-6
    axes = {
        name: Axis(label=name, unit="m", step=step, start=file.tags.get(tag, 0.0) * 1e-6)
        if step > 0
        else Axis(label=name)
        for name, tag in (("x", "ImgHdr_X0"), ("y", "ImgHdr_Y0"))
    }
    times, channels = frames(len(counts)), [int(channel) for channel in file.coords["C"]]
    result = []
    for (t, text), (c, channel) in product(enumerate(times), enumerate(channels)):
        part = " ".join(filter(None, [text, f"C{channel}" if len(channels) > 1 else ""]))
        metadata = {**file.tags, "frame": {"T": t, "C": channel}}
        result.append(
            image(path, counts[t, :, :, c], part=part, z=_COUNTS, metadata=metadata, **axes)
        )
    return result


def _decay(path: Path, counts: Array, step: float, part: str, metadata: Any) -> SignalObj:
    if not step > 0:
        raise RefusedError(f"its bins are {step} s wide")
    return signal(
        path,
        Axis(label="Delay", unit="s", step=step),
        counts,
        part=part,
        yaxis=_COUNTS,
        metadata=metadata,
    )


PHU = adapter(
    "PicoQuant histograms",
    (".phu",),
    lambda head, _: head.startswith(b"PQHISTO\0"),
    _read_histograms,
    library="ptufile",
    licence="BSD-3-Clause",
    keeps="decay of each curve in seconds, tags",
)
PTU = adapter(
    "PicoQuant time tags",
    (".ptu",),
    lambda head, _: head.startswith(b"PQTTTR\0\0"),
    _read_tagged,
    library="ptufile",
    licence="BSD-3-Clause",
    keeps="image and decay of each channel in metres and seconds, tags",
)
