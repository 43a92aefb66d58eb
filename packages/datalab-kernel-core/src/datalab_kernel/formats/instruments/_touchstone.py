"""Touchstone's network parameters (.s1p, .s2p, …), version 1: two signals a parameter.

References
----------
EIA/IBIS Open Forum, "Touchstone File Format Specification", revision 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.formats._curves import Array, Curve, to_signals
from datalab_kernel.formats.instruments._text_file import (
    lines_of,
    number_of,
    refused,
    text_reader,
)
from datalab_kernel.notes import Note, attach_notes

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats._header import Setting
    from datalab_kernel.objects import DataObject

_SUFFIX = re.compile(r"\.s(\d+)p", re.IGNORECASE)
_OPTIONS = re.compile(
    rb"(?:[ \t\r]*(?:![^\n]*)?\n)*[ \t\r]*#\s*(?:[KMG]?HZ|[SYZGH]\b|MA\b|DB\b|RI\b|R\b)[^\n]*",
    re.IGNORECASE,
)
_VERSION_2 = re.compile(rb"(?:[ \t\r]*(?:![^\n]*)?\n)*[ \t\r]*\[Version\]", re.IGNORECASE)
_HERTZ = {"HZ": "Hz", "KHZ": "kHz", "MHZ": "MHz", "GHZ": "GHz"}
_PARTS = {
    "MA": (("magnitude", ""), ("phase", "°")),
    "DB": (("magnitude", "dB"), ("phase", "°")),
    "RI": (("real part", ""), ("imaginary part", "")),
}
_NOISE_COLUMNS = 5
_NOISE = Note("The noise parameters at the end were skipped.", "Read them with scikit-rf.")


@dataclass(slots=True)
class _Options:
    """What the line that begins with # says, and what stands where it says nothing."""

    unit: str = "GHz"
    parameter: str = "S"
    form: str = "MA"
    resistance: float = 50.0


def _recognises(head: bytes, path: Path) -> bool:
    has_suffix = _SUFFIX.fullmatch(path.suffix) is not None
    return has_suffix and bool(_OPTIONS.match(head) or _VERSION_2.match(head))


def _read(path: Path) -> list[DataObject]:
    found = _SUFFIX.fullmatch(path.suffix)
    ports = int(found[1]) if found else 0
    if not 1 <= ports <= 99:  # noqa: PLR2004 - what the format has digits for
        raise refused(path, f"its suffix says that there are {ports} ports")
    options, values, comments = _values(path)
    width = 1 + 2 * ports**2
    is_noisy = False
    if ports == 2:  # noqa: PLR2004 - only these have noise, below lower frequencies
        values, is_noisy = _without_noise(path, values, width)
    if not len(values) or len(values) % width:
        reason = f"it has {len(values)} numbers, which aren't rows of {width} for {ports} ports"
        raise refused(path, reason)
    table = values.reshape(-1, width)
    if (np.diff(table[:, 0]) <= 0).any():
        raise refused(path, "its frequencies don't grow")
    settings: dict[str, Setting] = {"R": options.resistance, "parameter": options.parameter}
    if comments:
        settings["header"] = comments
    curves = [
        Curve(
            x=table[:, 0],
            y=table[:, 1 + 2 * place + part],
            xlabel="Frequency",
            xunit=options.unit,
            ylabel=f"{name} {label}",
            yunit=unit,
            settings=settings,
        )
        for place, name in enumerate(_names(options.parameter, ports))
        for part, (label, unit) in enumerate(_PARTS[options.form])
    ]
    signals = to_signals(path, curves)
    if is_noisy:
        for signal in signals:
            attach_notes(signal, _NOISE)
    return [*signals]


def _values(path: Path) -> tuple[_Options, Array, str]:
    """Read the options, all numbers in a row, and the comments above them."""
    options: _Options | None = None
    values: list[float] = []
    comments: list[str] = []
    for number, line in enumerate(lines_of(path), start=1):
        text, _, comment = line.partition("!")
        text = text.strip()
        if comment and not values:
            comments.append(comment.strip())
        if text.startswith("["):
            advice = "Read it with scikit-rf, and add what it gives."
            raise refused(path, "it is of Touchstone 2, which isn't read", number, advice)
        if text.startswith("#"):
            options = options or _options(path, text, number)
        elif text:
            try:
                values += [number_of(word, "it") for word in text.split()]
            except ValueError as error:
                raise refused(path, str(error), number) from None
    return options or _Options(), np.array(values), "\n".join(comments)


def _options(path: Path, text: str, line: int) -> _Options:
    options = _Options()
    words = text[1:].upper().split()
    while words:
        word = words.pop(0)
        if word in _HERTZ:
            options.unit = _HERTZ[word]
        elif word in {"S", "Y", "Z", "G", "H"}:
            options.parameter = word
        elif word in _PARTS:
            options.form = word
        elif word == "R" and words:
            options.resistance = number_of(words.pop(0), "R")
        else:
            raise refused(path, f"{word!r} isn't an option of Touchstone", line)
    return options


def _without_noise(path: Path, values: Array, width: int) -> tuple[Array, bool]:
    """Leave out the rows of noise parameters, which begin where the frequency falls."""
    rows = len(values) // width
    frequencies = values[: rows * width : width]
    falls = np.flatnonzero(np.diff(frequencies) <= 0)
    end = width * (int(falls[0]) + 1) if len(falls) else rows * width
    rest = values[end:]
    if not len(rest):
        return values, False
    noise = rest[::_NOISE_COLUMNS]
    if len(rest) % _NOISE_COLUMNS or rest[0] > values[end - width] or (np.diff(noise) <= 0).any():
        reason = f"it has {len(values)} numbers, which aren't rows of {width} for 2 ports, nor of noise behind them"
        raise refused(path, reason)
    return values[:end], True


def _names(parameter: str, ports: int) -> list[str]:
    """Return the parameters in the file's order: of two ports by columns, else by rows.

    Examples
    --------
    >>> _names("S", 2), _names("Z", 1)
    (['S11', 'S21', 'S12', 'S22'], ['Z11'])
    """
    places = [(row, column) for row in range(1, ports + 1) for column in range(1, ports + 1)]
    if ports == 2:  # noqa: PLR2004 - so it is written
        places = [(row, column) for column, row in places]
    between = "," if ports > 9 else ""  # noqa: PLR2004 - digits
    return [f"{parameter}{row}{between}{column}" for row, column in places]


TOUCHSTONE = text_reader(
    "Touchstone",
    tuple(f".s{ports}p" for ports in range(1, 10)),
    _recognises,
    _read,
    keeps="frequency unit, names of the parameters, reference resistance; noise is noted",
)
