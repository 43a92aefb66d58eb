"""Tektronix's .isf: the oscilloscope's answers to WFMPre? and CURVe? as one file.

References
----------
Tektronix, "MSO4000 and DPO4000 Series Programmer Manual", the commands WFMOutpre and CURVe:
``y = (sample - YOFF) * YMULT + YZERO``, ``x = XZERO + (place - PT_OFF) * XINCR``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj

_MARK = re.compile(rb"\s*:?(?:WFMP(?:RE)?|WFMO(?:UTPRE)?):", re.IGNORECASE)
_CURVE = re.compile(rb":?CURV(?:E)?\s+", re.IGNORECASE)
_SETTING = re.compile(r"""\s*([A-Z_]+)\s+("(?:[^"]|"")*"|[^;]*)""", re.IGNORECASE)
_LONG_NAMES = ("BYT_NR", "BIT_NR", "ENCDG", "BN_FMT", "BYT_OR", "NR_PT", "WFID", "PT_FMT",
               "XINCR", "PT_OFF", "XZERO", "XUNIT", "YMULT", "YOFF", "YZERO", "YUNIT")  # fmt: skip
_NUMBERS = ("XINCR", "XZERO", "YMULT", "YOFF", "YZERO")


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    from sigima import create_signal

    content = path.read_bytes()
    curve = _CURVE.search(content)
    if curve is None:
        raise ValueError("it was cut off before its curve")
    settings = _settings(content[: curve.start()].decode("latin-1"))
    numbers = {name: float(settings[name]) for name in _NUMBERS}
    if not (np.isfinite([*numbers.values()]).all() and numbers["XINCR"] > 0):
        raise ValueError(f"its header has {numbers}")
    if settings.get("PT_FMT", "Y").upper() != "Y":
        raise ValueError(f"it is of the point format {settings['PT_FMT']}, which isn't read")
    samples = _samples(content[curve.end() :], settings)
    y = (samples - numbers["YOFF"]) * numbers["YMULT"] + numbers["YZERO"]
    places = np.arange(len(samples)) - float(settings.get("PT_OFF", 0))
    x = numbers["XZERO"] + places * numbers["XINCR"]
    channel = settings.get("WFID", "").split(",")[0].strip()
    units = (settings.get("XUNIT", ""), settings.get("YUNIT", ""))
    obj = create_signal(path.stem, x, y, units=units, labels=("Time", channel))
    obj.metadata.update({name: settings[name] for name in ("WFID",) if name in settings})
    obj.metadata["source"] = str(path)
    return [obj]


def _settings(header: str) -> dict[str, str]:
    """Return the preamble's settings by their long names: ``XIN`` is XINCR."""
    found = {}
    for part in re.findall(r'(?:[^;"]|"[^"]*")+', header):
        if match := _SETTING.fullmatch(part.rpartition(":")[2] if '"' not in part else part):
            found[_long_name(match[1].upper())] = match[2].strip().strip('"')
    return found


def _long_name(name: str) -> str:
    return next((long for long in _LONG_NAMES if long.startswith(name)), name)


def _samples(data: bytes, settings: dict[str, str]) -> np.ndarray[Any, Any]:
    count = int(settings["NR_PT"])
    if settings.get("ENCDG", "BIN").upper().startswith("ASC"):
        words = data.decode("latin-1").strip().strip(";").split(",")
        if len(words) != count:
            raise ValueError(f"it was cut off: {len(words)} of {count} points are there")
        return np.array([float(word) for word in words])
    kind = {"RI": "i", "RP": "u", "FP": "f"}[settings.get("BN_FMT", "RI").upper()]
    order = {"MSB": ">", "LSB": "<"}[settings.get("BYT_OR", "MSB").upper()]
    dtype = np.dtype(f"{order}{kind}{int(settings['BYT_NR'])}")
    begin = 2 + int(data[1:2]) if data[:1] == b"#" else 0
    size = int(data[2:begin]) if begin > 2 else 0  # noqa: PLR2004 - "#", how many digits
    if size != count * dtype.itemsize:
        raise ValueError(f"its curve is of {size} bytes, for {count} points of {dtype}")
    if len(data) < begin + size:
        there = max(len(data) - begin, 0) // dtype.itemsize
        raise ValueError(f"it was cut off: {there} of {count} points are there")
    return np.frombuffer(data, dtype, count, offset=begin).astype(float)


READER = Reader(
    name="Tektronix waveform (.isf)",
    suffixes=(".isf",),
    recognises=lambda head, _: _MARK.match(head) is not None and _CURVE.search(head) is not None,
    read=_read,
    keeps="exact times, units, the channel",
)
