"""Units that the field writes, by their texts: which prefixes they take, and pint's name of each.

Only these are converted. pint itself knows far more, and takes ``pH`` for picohenry, ``c`` for the
speed of light and ``counts`` for a number.
"""

from __future__ import annotations

from typing import NamedTuple

_PREFIXES = {
    "a": "atto", "f": "femto", "p": "pico", "n": "nano", "µ": "micro", "m": "milli", "c": "centi",
    "d": "deci", "h": "hecto", "k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip
_SMALL = "afpnµm"
_ALL = _SMALL + "kMGTP"


class Symbol(NamedTuple):
    """A unit: pint's name of it, and what it is a unit of where its dimension doesn't tell."""

    name: str
    quantity: str = ""


_BASES: dict[str, tuple[str, str, str]] = {
    "s": ("second", _SMALL + "k", ""), "min": ("minute", "", ""), "h": ("hour", "", ""),
    "d": ("day", "", ""), "m": ("meter", _SMALL + "cdk", ""), "g": ("gram", _SMALL + "k", ""),
    "A": ("ampere", _ALL, ""), "K": ("kelvin", "nµmk", ""), "mol": ("mole", _SMALL + "k", ""),
    "cd": ("candela", "µmk", ""), "Hz": ("hertz", _ALL, ""), "N": ("newton", _ALL, ""),
    "Pa": ("pascal", _ALL + "h", ""), "J": ("joule", _ALL, ""), "W": ("watt", _ALL, ""),
    "V": ("volt", _ALL, ""), "Ω": ("ohm", _ALL, ""), "S": ("siemens", _SMALL, ""),
    "H": ("henry", _SMALL, ""), "T": ("tesla", _SMALL, ""), "Wb": ("weber", _SMALL, ""),
    "eV": ("electron_volt", _ALL, ""), "L": ("liter", _SMALL + "cd", ""), "l": ("liter", _SMALL + "cd", ""),
    "M": ("molar", _SMALL, ""), "bar": ("bar", "µmk", ""), "Torr": ("torr", "µm", ""),
    "atm": ("standard_atmosphere", "", ""), "psi": ("pound_force_per_square_inch", "", ""),
    "mmHg": ("millimeter_Hg", "", ""), "Å": ("angstrom", "", ""), "inch": ("inch", "", ""),
    "ft": ("foot", "", ""), "cal": ("calorie", "k", ""), "Wh": ("watt_hour", "kMGT", ""),
    "Da": ("dalton", "kM", ""), "%": ("percent", "", ""), "ppm": ("ppm", "", ""),
    "rad": ("radian", "nµm", "angle"), "°": ("degree", "", "angle"), "sr": ("steradian", "µm", "solid angle"),
    "arcmin": ("arcminute", "", "angle"), "arcsec": ("arcsecond", "", "angle"),
    "rpm": ("revolutions_per_minute", "", "angle"), "Bq": ("becquerel", _ALL, "decays"),
    "Gy": ("gray", _SMALL, "absorbed dose"), "Sv": ("sievert", _SMALL, "equivalent dose"),
    "lm": ("lumen", "mk", "luminous flux"), "lx": ("lux", "mk", "luminous flux"),
}  # fmt: skip
"""By its symbol, each unit's name, prefixes and quantity."""
_ONLY_WITH_PREFIX = {"F": ("farad", _SMALL), "C": ("coulomb", _SMALL)}
"""Alone, these are also how people write degrees."""
_WORDS = {
    "s": ("second", "seconds", "sec", "secs"), "min": ("minute", "minutes"),
    "h": ("hour", "hours", "hr", "hrs"), "d": ("day", "days"),
    "m": ("meter", "meters", "metre", "metres"), "g": ("gram", "grams"),
    "A": ("ampere", "amperes", "amp", "amps"), "K": ("kelvin", "kelvins"),
    "Hz": ("hertz",), "N": ("newton", "newtons"), "Pa": ("pascal", "pascals"),
    "J": ("joule", "joules"), "W": ("watt", "watts"), "V": ("volt", "volts", "Volt", "Volts"),
    "Ω": ("ohm", "ohms", "Ohm", "Ohms"), "T": ("tesla",), "L": ("liter", "liters", "litre", "litres"),
    "rad": ("radian", "radians"), "°": ("degree", "degrees", "deg"), "Å": ("angstrom", "Angstrom"),
    "%": ("percent",), "eV": ("electronvolt", "electronvolts"),
}  # fmt: skip

UNCONVERTED = frozenset(
    {
        *("°C", "degC", "℃", "°F", "degF", "℉"),
        *(
            "dB",
            "dBm",
            "dBV",
            "dBmV",
            "dBµV",
            "dBu",
            "dBc",
            "dBFS",
            "dBi",
            "dBA",
            "dBW",
            "Np",
            "pH",
        ),
    }
)
"""Units with an offset, or logarithmic: numbers in them aren't proportional to a quantity."""
WHOLE = frozenset({"m/z", "S/N", "N/A", "n/a", "A/D", "ΔF/F", "ΔR/R", "ΔT/T"})
"""Texts with a slash that aren't quotients of units."""


def _symbols() -> dict[str, Symbol]:
    found = {
        prefix + base: Symbol(_PREFIXES.get(prefix, "") + name, quantity)
        for base, (name, prefixes, quantity) in _BASES.items()
        for prefix in ("", *prefixes)
        if prefix + base not in UNCONVERTED
    }
    for base, (name, prefixes) in _ONLY_WITH_PREFIX.items():
        found.update({prefix + base: Symbol(_PREFIXES[prefix] + name) for prefix in prefixes})
    return found


SYMBOLS = _symbols()
"""What can be converted, by its text."""


def _spellings() -> dict[str, str]:
    found = {
        prefix.replace("µ", "u") + base: prefix + base
        for base, (_, prefixes, _) in _BASES.items()
        for prefix in prefixes
        if prefix == "µ"
    }
    found |= {"uF": "µF", "uC": "µC", "micron": "µm", "microns": "µm", "torr": "Torr", "in": "inch"}
    for base, words in _WORDS.items():
        for word in words:
            found[word] = base
            for prefix in _BASES[base][1]:
                found[_PREFIXES[prefix] + word] = prefix + base
    return found


_SPELLINGS = _spellings()
_OTHER_LETTERS = str.maketrans(
    {"\N{GREEK SMALL LETTER MU}": "µ", "\N{OHM SIGN}": "Ω", "\N{ANGSTROM SIGN}": "Å", "º": "°"}
)


def canonical(text: str) -> str:
    """Return a symbol as it is compared, in one of its spellings.

    Examples
    --------
    >>> [canonical(text) for text in ("us", "μs", "microseconds", "Ohm", "counts")]
    ['µs', 'µs', 'µs', 'Ω', 'counts']
    """
    plain = text.translate(_OTHER_LETTERS)
    return plain if plain in SYMBOLS else _SPELLINGS.get(plain, plain)
