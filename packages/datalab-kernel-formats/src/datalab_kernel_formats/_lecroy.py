"""Teledyne LeCroy's binary traces (.trc): volts over seconds, of a sequence each segment.

Read here, after the layout that the oscilloscopes themselves write out (``TEMPLATE?``,
LECROY_2_3). Of the packages on PyPI, lecroyparser 1.4.2 and lecroyutils 4.0.2 stretch the
time axis by n/(n-1), and lecroyscope 1.0.0 reads big-endian samples as little-endian ones
and wants to write to the file.

References
----------
Teledyne LeCroy, "MAUI Oscilloscopes Remote Control and Automation Manual", Waveform
template LECROY_2_3.
"""

from __future__ import annotations

import datetime
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, frames, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj
    from datalab_kernel_formats._objects import Array

_MARK = b"WAVEDESC"
_HEAD_BYTES = 64
_SHORTEST_DESCRIPTOR = 346
_FIELDS = {
    "descriptor_bytes": (36, "i"),
    "user_text_bytes": (40, "i"),
    "res_desc_bytes": (44, "i"),
    "trigger_times_bytes": (48, "i"),
    "ris_times_bytes": (52, "i"),
    "res_array_bytes": (56, "i"),
    "wave_bytes": (60, "i"),
    "second_wave_bytes": (64, "i"),
    "instrument": (76, "16s"),
    "trace_label": (96, "16s"),
    "points": (116, "i"),
    "first_valid": (124, "i"),
    "last_valid": (128, "i"),
    "segments": (144, "i"),
    "vertical_gain": (156, "f"),
    "vertical_offset": (160, "f"),
    "interval": (176, "f"),
    "x_of_first_point": (180, "d"),
    "vertical_unit": (196, "48s"),
    "horizontal_unit": (244, "48s"),
    "seconds": (296, "d"),
    "minutes": (304, "b"),
    "hours": (305, "b"),
    "day": (306, "b"),
    "month": (307, "b"),
    "year": (308, "h"),
    "record_type": (316, "h"),
}
"""Offset from the descriptor's begin, and type, of what is used of it."""
_RECORD_TYPES = ("single sweep", "interleaved", "histogram", "graph", "filter coefficient",
                 "complex", "extrema", "sequence obsolete", "centered RIS", "peak detect")  # fmt: skip
_UNITS = {"S": "s", "HZ": "Hz"}
_UNREADABLE = {5, 6, 9}  # two arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """The descriptor's fields, where the file's blocks begin, and numpy's mark of byte order."""

    fields: dict[str, Any]
    begin: int
    order: str
    sample_type: str


def _recognises(head: bytes, _: Path) -> bool:
    return _MARK in head[:_HEAD_BYTES]


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each segment; its x is counted from its own trigger."""
    content = path.read_bytes()
    trace = _descriptor(content)
    fields = trace.fields
    ys, triggers = _samples(content, trace)
    interval = _shortest_decimal(fields["interval"])
    label = fields["trace_label"] or "Amplitude"
    result = []
    for y, (since_first, start), part in zip(ys, triggers, frames(len(ys), "S"), strict=True):
        x = Axis(
            label="Time",
            unit=_UNITS.get(fields["horizontal_unit"], fields["horizontal_unit"]),
            start=start,
            step=interval,
        )
        obj = signal(
            path,
            x,
            y,
            part=part,
            yaxis=Axis(label=label, unit=fields["vertical_unit"]),
            metadata={
                "instrument": fields["instrument"],
                "trigger_time": _trigger_time(fields),
                "record_type": _RECORD_TYPES[fields["record_type"]],
                **({} if len(ys) == 1 else {"seconds_since_first_trigger": since_first}),
            },
        )
        result.append(obj)
    return result


def _descriptor(content: bytes) -> _Trace:
    begin = content.find(_MARK, 0, _HEAD_BYTES)
    if begin < 0 or len(content) < begin + _SHORTEST_DESCRIPTOR:
        raise RefusedError("it was cut off within its descriptor")
    order = "<" if content[begin + 34] or content[begin + 35] else ">"  # COMM_ORDER: 0 or 1
    (kind,) = struct.unpack_from(f"{order}h", content, begin + 32)
    if kind not in (0, 1):
        raise RefusedError(f"its samples are of the unknown type {kind}")
    fields = {
        name: _value(struct.unpack_from(order + form, content, begin + offset)[0])
        for name, (offset, form) in _FIELDS.items()
    }
    sizes = [value for name, value in fields.items() if name.endswith("_bytes")]
    if min(sizes) < 0 or not 0 <= fields["record_type"] < len(_RECORD_TYPES):
        raise RefusedError("its descriptor is damaged")
    if fields["record_type"] in _UNREADABLE or fields["second_wave_bytes"]:
        name = _RECORD_TYPES[fields["record_type"]]
        raise RefusedError(f"it is a record of the type {name!r}, of two arrays, which isn't read")
    sample_type = "i1" if kind == 0 else f"{order}i2"
    return _Trace(fields=fields, begin=begin, order=order, sample_type=sample_type)


def _value(value: Any) -> Any:
    return value.split(b"\0")[0].decode("latin-1").strip() if isinstance(value, bytes) else value


def _samples(content: bytes, trace: _Trace) -> tuple[Array, list[tuple[float, float]]]:
    """Return the segments' values, and of each its trigger and its first point's x."""
    fields = trace.fields
    behind = trace.begin + sum(
        fields[f"{name}_bytes"] for name in ("descriptor", "user_text", "res_desc")
    )
    data = behind + sum(
        fields[f"{name}_bytes"] for name in ("trigger_times", "ris_times", "res_array")
    )
    end = data + fields["wave_bytes"]
    if len(content) < end:
        raise RefusedError(f"it was cut off: {end - len(content)} bytes are missing")
    raw = np.frombuffer(content[data:end], trace.sample_type)
    segments = max(fields["segments"], 1)
    points = min(fields["points"], len(raw))
    if points <= 0 or points % segments:
        raise RefusedError(f"{fields['points']} points in {segments} segments")
    values = raw[:points].reshape(segments, -1) * float(fields["vertical_gain"])
    values -= float(fields["vertical_offset"])
    if segments == 1:
        return values, [(0.0, fields["x_of_first_point"])]
    times = np.frombuffer(content[behind : behind + 16 * segments], f"{trace.order}f8")
    if fields["trigger_times_bytes"] < 16 * segments:
        raise RefusedError(f"the trigger times of {segments} segments are missing")
    return values, [(float(since), float(start)) for since, start in times.reshape(-1, 2)]


def _shortest_decimal(value: float) -> float:
    """Return what was stored in 32 bits: 1e-10, not 1.00000001335e-10.

    Over 10,000,000 samples the difference is 0.13 of a sample.

    Examples
    --------
    >>> _shortest_decimal(struct.unpack("<f", struct.pack("<f", 1e-10))[0])
    1e-10
    """
    return float(str(np.float32(value)))


def _trigger_time(fields: dict[str, Any]) -> str | None:
    """Return when it was triggered as a text of ISO 8601; None where it isn't said."""
    whole = int(fields["seconds"])
    try:
        moment = datetime.datetime(  # noqa: DTZ001 - an oscilloscope's clock has no zone
            fields["year"], fields["month"], fields["day"],
            fields["hours"], fields["minutes"], whole,
        )  # fmt: skip
    except ValueError:
        return None  # of a computed trace: all zero
    fraction = f"{fields['seconds'] - whole:.9f}"[1:]
    return f"{moment.isoformat()}{fraction}"


LECROY_TRACE = adapter(
    "Teledyne LeCroy trace",
    (".trc",),
    _recognises,
    _read,
    keeps="exact times, segments of a sequence, units, trigger time",
)
