"""SigMF recordings of radio signals: complex or real samples over seconds, each channel one.

Read by sigmf (LGPL-3.0-or-later), which checks the samples against the recording's checksum;
samples of whole numbers become fractions of full scale.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, frames, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_SUFFIXES = (".sigmf-meta", ".sigmf-data", ".sigmf")


def _recognises(_: bytes, path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each channel of each recording."""
    import sigmf

    if path.suffix.lower() == ".sigmf-meta":
        _check_description(path)
    found: Any = sigmf.fromfile(path)
    recordings = [*found] if isinstance(found, list | tuple) else [found]
    return [
        obj
        for recording, part in zip(recordings, frames(len(recordings), "recording "), strict=True)
        for obj in _signals(path, recording, part)
    ]


def _check_description(path: Path) -> None:
    """Check that a description is JSON: sigmf leaves the file open where it isn't."""
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RefusedError(f"it was cut off or is damaged ({error})") from error


def _signals(path: Path, recording: Any, part: str) -> list[SignalObj]:
    about = recording.get_global_info()
    captures = recording.get_captures()
    samples = np.atleast_2d(np.asarray(recording.read_samples()).T)
    rate = about.get("core:sample_rate")
    x = Axis(label="Time", unit="s") if rate else Axis(label="Sample")
    return [
        signal(
            path,
            np.arange(len(channel)) / (rate or 1.0),
            channel,
            part=f"{part} {text}".strip(),
            xaxis=x,
            yaxis=Axis(label="Amplitude"),
            metadata={**about, "captures": captures, "annotations": recording.get_annotations()},
        )
        for channel, text in zip(samples, frames(len(samples), "channel "), strict=True)
    ]


SIGMF = adapter(
    "SigMF",
    _SUFFIXES,
    _recognises,
    _read,
    library="sigmf",
    licence="LGPL-3.0-or-later",
    keeps="complex samples, time axis, captures, annotations",
)
