"""NI's TDMS files (LabVIEW, DIAdem): each channel a signal, scaled, over its own time axis.

Read by npTDMS (LGPL-3.0-only). A channel's time is ``wf_start_offset`` plus multiples of
``wf_increment``, as National Instruments defines it for waveforms; without them, a group's
one channel of time stamps is the x of its others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._adapter import adapter
from datalab_kernel_formats._objects import Axis, signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_SHOWN_ELSEWHERE = {"wf_start_offset", "wf_increment", "wf_samples", "unit_string", "wf_xname"}


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    """Read each channel of numbers; what is skipped is noted."""
    from nptdms import TdmsFile

    with path.open("rb") as raw, TdmsFile.open(raw) as file:
        groups = file.groups()
        result = [
            obj
            for group in groups
            for obj in _read_group(path, group, dict(file.properties), is_one=len(groups) == 1)
        ]
        notes = [note for group in groups for note in _skipped(group)]
        if file.file_status.incomplete_final_segment:
            text = "The last segment isn't complete: the recording was cut off."
            notes.append(Note(text, "Compare the number of points with what was to be recorded."))
    for obj in result:
        attach_notes(obj, *notes)
    return result


def _read_group(path: Path, group: Any, root: dict[str, Any], *, is_one: bool) -> list[SignalObj]:
    stamps = [channel for channel in group.channels() if _kind(channel) == "M"]
    result = []
    for channel in (one for one in group.channels() if _kind(one) in "biufc"):
        properties = channel.properties
        part = channel.name if is_one else f"{group.name} {channel.name}"
        rest = {name: v for name, v in properties.items() if name not in _SHOWN_ELSEWHERE}
        obj = signal(
            path,
            _x_axis(properties),
            channel[:],
            part=part,
            yaxis=Axis(label=channel.name, unit=str(properties.get("unit_string", ""))),
            metadata={**root, **group.properties, **rest, "group": group.name},
        )
        is_timed = "wf_increment" in properties
        if not is_timed and len(stamps) == 1 and len(stamps[0]) == len(channel):
            obj.set_x_from_datetime(stamps[0][:])
            obj.xlabel = stamps[0].name
        result.append(obj)
    return result


def _x_axis(properties: dict[str, Any]) -> Axis:
    """Return a channel's time axis; the points are counted if it has none."""
    if "wf_increment" not in properties:
        return Axis()
    return Axis(
        label=str(properties.get("wf_xname", "") or "Time"),
        unit=str(properties.get("wf_xunit_string", "") or "s"),
        start=float(properties.get("wf_start_offset", 0.0)),
        step=float(properties["wf_increment"]),
    )


def _kind(channel: Any) -> str:
    """Return the kind of a channel's values, as numpy's ``dtype.kind``; empty if it has none."""
    return "" if len(channel) == 0 else str(channel.dtype.kind)


def _skipped(group: Any) -> Sequence[Note]:
    """Say which channels of a group don't become signals: those of texts, and empty ones."""
    used = {"b", "i", "u", "f", "c", "M"}
    names = [channel.name for channel in group.channels() if _kind(channel) not in used]
    if not names:
        return []
    text = f"Channels of {group.name!r} without numbers were skipped: {', '.join(names)}."
    return [Note(text, "nptdms.TdmsFile.read(path) gives them.")]


TDMS = adapter(
    "NI TDMS",
    (".tdms",),
    lambda head, _: head.startswith(b"TDSm"),
    _read,
    library="npTDMS",
    licence="LGPL-3.0",
    keeps="scaled values, time axis, time stamps, groups, properties",
)
