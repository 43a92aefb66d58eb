"""Axon's ABF files (pCLAMP, AxoScope): a signal of each channel and sweep.

Read by pyABF (MIT).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel_formats._adapter import adapter
from datalab_kernel_formats._objects import Axis, frames, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each sweep of each channel, over seconds since the sweep's start."""
    import pyabf

    file = pyabf.ABF(str(path))
    rate = file.sampleRate
    result = []
    for channel in range(file.channelCount):
        name, unit = file.adcNames[channel], file.adcUnits[channel]
        for sweep, text in enumerate(frames(file.sweepCount, "sweep ")):
            file.setSweep(sweep, channel)
            part = " ".join(filter(None, [name if file.channelCount > 1 else "", text]))
            metadata = {
                "channel": name,
                "sampling_rate_hz": rate,
                "protocol": file.protocol,
                "start": file.abfDateTime,
                **({"frame": {"T": sweep}} if text else {}),
                "seconds_since_start": sweep * file.sweepIntervalSec,
                "comments": [*file.tagComments],
                "comment_times_s": [float(time) for time in file.tagTimesSec],
            }
            result.append(
                signal(
                    path,
                    np.arange(len(file.sweepY)) / rate,
                    file.sweepY,
                    part=part,
                    xaxis=Axis(label="Time", unit="s"),
                    yaxis=Axis(label=name, unit=unit),
                    metadata=metadata,
                )
            )
    return result


ABF = adapter(
    "Axon ABF",
    (".abf",),
    lambda head, _: head.startswith((b"ABF ", b"ABF2")),
    _read,
    library="pyabf",
    licence="MIT",
    keeps="units, channels, sweeps, comments",
)
