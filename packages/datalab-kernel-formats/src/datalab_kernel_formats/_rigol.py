"""Rigol's binary waveforms (.wfm, .bin): each channel a signal over seconds.

Read by RigolWFM (BSD-3-Clause). Its times of some models end a step late; so x is counted
here from its first time by the seconds of a point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_KEEPS = "time axis, volts of each channel"


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    from RigolWFM import wfm

    waveform = wfm.Wfm.from_file(str(path))
    channels = [one for one in waveform.channels if one.enabled and one.volts is not None]
    if not channels:
        raise RefusedError("no channel in it is on")
    return [
        signal(
            path,
            Axis(
                label="Time", unit="s", start=float(one.times[0]), step=float(one.seconds_per_point)
            ),
            one.volts,
            part=one.name if len(channels) > 1 else "",
            yaxis=Axis(label=one.name, unit=one.unit.name.upper()),
            metadata={"coupling": one.coupling, "probe": one.probe_value},
        )
        for one in channels
    ]


RIGOL_WFM = adapter(
    "Rigol waveform (.wfm)",
    (".wfm",),
    lambda head, path: path.suffix.lower() == ".wfm" and head.startswith(b"\xa5\xa5"),
    _read,
    library="RigolWFM",
    licence="BSD-3-Clause",
    keeps=f"{_KEEPS}; adapter not run on a real file",
)
RIGOL_BIN = adapter(
    "Rigol (binary)",
    (".bin",),
    lambda head, path: path.suffix.lower() == ".bin" and head.startswith(b"RG0"),
    _read,
    library="RigolWFM",
    licence="BSD-3-Clause",
    keeps=_KEEPS,
)
