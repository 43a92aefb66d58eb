"""PhysioNet's records (WFDB): a header ``.hea`` beside its samples, each channel a signal.

Read by wfdb (MIT), in physical units, each channel at its own sampling rate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_RECORD_LINE = re.compile(rb"(?:\s*#.*\n)*\s*[\w-]+(?:/\d+)?[ \t]+\d+(?:[ \t]+[\d.]+[^\n]*)?\r?\n")


def _recognises(head: bytes, path: Path) -> bool:
    return path.suffix.lower() == ".hea" and _RECORD_LINE.match(head) is not None


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each channel; samples marked as invalid are NaN."""
    import wfdb

    if not path.read_bytes().endswith(b"\n"):
        raise RefusedError("its header was cut off: its last line has no end")
    record: Any = wfdb.rdrecord(str(path.with_suffix("")), smooth_frames=False)
    result = []
    for n, name in enumerate(record.sig_name):
        rate = record.fs * record.samps_per_frame[n]
        y = record.e_p_signal[n]
        result.append(
            signal(
                path,
                np.arange(len(y)) / rate,
                y,
                part=name if len(record.sig_name) > 1 else "",
                xaxis=Axis(label="Time", unit="s"),
                yaxis=Axis(label=name, unit=record.units[n]),
                metadata={
                    "sampling_rate_hz": rate,
                    "start_time": record.base_time,
                    "start_date": record.base_date,
                    "comments": record.comments,
                },
            )
        )
    return result


WFDB = adapter(
    "WFDB (PhysioNet)",
    (".hea",),
    _recognises,
    _read,
    library="wfdb",
    licence="MIT",
    keeps="physical units, rate of each channel, comments",
)
