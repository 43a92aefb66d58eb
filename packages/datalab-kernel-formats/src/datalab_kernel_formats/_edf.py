"""EDF, EDF+ and BDF recordings (European Data Format of physiology): each channel a signal.

Read by edfio (Apache-2.0), in the physical unit of each channel. The suffix is also that of
ESRF's images, which begin with a brace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_HEADER_BYTES = 256
_MOST_ANNOTATIONS = 1000


def _recognises(head: bytes, path: Path) -> bool:
    is_edf = head.startswith(b"0       ") and path.suffix.lower() in {".edf", ".rec"}
    return len(head) >= _HEADER_BYTES and (is_edf or head.startswith(b"\xffBIOSEMI"))


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each channel that isn't one of annotations; those are in the metadata.

    Raises
    ------
    ValueError
        If the recording has gaps (EDF+D), or was cut off.
    """
    import edfio

    content = path.read_bytes()
    is_bdf = content.startswith(b"\xff")
    _check_size(content, 3 if is_bdf else 2)
    if content[192:197] in {b"EDF+D", b"BDF+D"}:
        raise RefusedError("it has gaps (EDF+D), which isn't read; edfio gives its records")
    recording: Any = (edfio.read_bdf if is_bdf else edfio.read_edf)(path)
    annotations = [[note.onset, note.duration, note.text] for note in recording.annotations]
    shared = {
        "start": _start(recording),
        "recording": recording.local_recording_identification,
        "annotations": annotations[:_MOST_ANNOTATIONS],
    }
    result = []
    for one in recording.signals:
        rate = one.sampling_frequency
        result.append(
            signal(
                path,
                np.arange(len(one.data)) / rate,
                one.data,
                part=one.label,
                xaxis=Axis(label="Time", unit="s"),
                yaxis=Axis(label=one.label, unit=one.physical_dimension),
                metadata={
                    **shared,
                    "sampling_rate_hz": rate,
                    "transducer": one.transducer_type,
                    "prefiltering": one.prefiltering,
                },
            )
        )
    if len(annotations) > _MOST_ANNOTATIONS:
        text = f"{len(annotations) - _MOST_ANNOTATIONS} of {len(annotations)} annotations were skipped."
        for obj in result:
            attach_notes(obj, Note(text, "edfio.read_edf(path).annotations gives all."))
    return result


def _check_size(content: bytes, sample_bytes: int) -> None:
    """Check that the records that the header counts are there; edfio reads those that are."""
    header_bytes, records, channels = (
        int(content[a:b]) for a, b in ((184, 192), (236, 244), (252, 256))
    )
    begin = _HEADER_BYTES + 216 * channels
    counts = [int(content[begin + 8 * n : begin + 8 * n + 8]) for n in range(channels)]
    expected = header_bytes + records * sum(counts) * sample_bytes
    if records >= 0 and len(content) != expected:
        raise RefusedError(f"it has {len(content)} bytes, not {expected}, as its header says")


def _start(recording: Any) -> str | None:
    """Return when it began, as a text of ISO 8601; of an anonymised one the time of day."""
    try:
        return str(recording.startdatetime.isoformat())
    except ValueError:  # what edfio calls anonymised has no date
        return str(recording.starttime.isoformat())


EDF = adapter(
    "EDF+ or BDF",
    (".edf", ".bdf", ".rec"),
    _recognises,
    _read,
    library="edfio",
    licence="Apache-2.0",
    keeps="physical units, rate of each channel, annotations",
)
