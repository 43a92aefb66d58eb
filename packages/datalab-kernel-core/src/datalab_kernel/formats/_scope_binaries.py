"""What tells binary files of oscilloscopes that have no mark of their own: Siglent, Rohde & Schwarz.

References
----------
Siglent, "Oscilloscope Binary Data Format": versions 1 to 4 and 6 (0.x and 5 aren't recognised).
Rohde & Schwarz, user manuals of RTO and RTP, "Waveform export": XML and a second file with the values.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CHANNELS, _MOST_MAGNITUDE = 4, 16  # of a prefix, from 1e-24 to 1e24
_VALUE = struct.Struct("<dI")  # what each measured value begins with: number, prefix
_FIRST_FLAG = {2: 4, 3: 4, 4: 8}
"""Where the channels' switches begin, by the version; values of 40 bytes follow them."""
_VALUE_BYTES, _VALUE_BYTES_1 = 40, 16
_VERSION_6, _HEADER_6 = 6, 108


def is_siglent(head: bytes, path: Path) -> bool:
    """Say whether switches and values are where Siglent's instruments have them."""
    if path.suffix.lower() != ".bin" or len(head) < _HEADER_6:
        return False
    (version,) = struct.unpack_from("<I", head)
    if version == _VERSION_6:
        (header_bytes,) = struct.unpack_from("<H", head, 4)
        return header_bytes >= _HEADER_6 and head[8:11] == b"SDS"
    if version in _FIRST_FLAG:
        return _has_channels(head, _FIRST_FLAG[version], _VALUE_BYTES)
    return _has_channels(head, 0, _VALUE_BYTES_1) and 1 in struct.unpack_from("<4I", head)


def _has_channels(head: bytes, start: int, value_bytes: int) -> bool:
    """Say whether four switches stand there, and behind them each channel's scale and offset."""
    first = start + 4 * _CHANNELS
    if len(head) < first + 2 * _CHANNELS * value_bytes:
        return False
    if not {0, 1}.issuperset(struct.unpack_from("<4I", head, start)):
        return False
    values = [
        _VALUE.unpack_from(head, first + place * value_bytes) for place in range(2 * _CHANNELS)
    ]
    return all(
        math.isfinite(value) and magnitude <= _MOST_MAGNITUDE for value, magnitude in values
    ) and any(value > 0 for value, _ in values[:_CHANNELS])


def is_rohde_schwarz(head: bytes, path: Path) -> bool:
    """Recognise the XML of a waveform, or its values by the XML beside them."""
    if path.suffix.lower() != ".bin":
        return False
    if path.name.lower().endswith(".wfm.bin"):
        beside = path.with_name(f"{path.name[: -len('.wfm.bin')]}.bin")
        if not beside.is_file():
            return False
        with beside.open("rb") as file:
            head = file.read(4096)
    return head.lstrip()[:5] == b"<?xml" and b"<Database" in head[:200] and b"eRS_" in head[:4096]
