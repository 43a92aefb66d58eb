"""What unit the result of a function has: by its formula, from those of its operands.

Functions that aren't here give what Sigima says: mostly the first operand's units.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from datalab_kernel.units._text import NONE, Unit, combined, parse, raised, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class SignalUnits(NamedTuple):
    """The units of a signal's axes, as texts."""

    x: str = ""
    y: str = ""


class ImageUnits(NamedTuple):
    """The units of an image's axes and values, as texts."""

    x: str = ""
    y: str = ""
    z: str = ""


Operands = Any
"""One or more of SignalUnits, or of ImageUnits."""

_INVERTED, _SQUARED, _ROOTED = Fraction(-1), Fraction(2), Fraction(1, 2)
_PER_TIME = {"s": "Hz", "ms": "kHz", "µs": "MHz", "ns": "GHz", "ps": "THz", "fs": "PHz"}
_TIMES = {frequency: time for time, frequency in _PER_TIME.items()}


def unit_of(function: str, operands: Operands, parameters: Any = None) -> dict[str, str]:
    """Return the units of a function's result that aren't those that Sigima gives it.

    Parameters
    ----------
    function
        Its name, as Sigima has it.
    operands
        What it is computed of: a :class:`SignalUnits` or :class:`ImageUnits` each. Those of a
        sum or difference are in one unit already. An empty unit counts as that of a number.
    parameters
        Sigima's set, or a dict of what the unit depends on; None for functions without any.

    Returns
    -------
    dict
        By ``"x"``, ``"y"`` and ``"z"``, of the result; empty for functions without a rule.

    Examples
    --------
    >>> signal = SignalUnits("ms", "V")
    >>> unit_of("derivative", [signal]), unit_of("psd", [signal], {"decibel": False})
    ({'y': 'V/ms'}, {'x': 'kHz', 'y': 'V²/kHz'})
    >>> unit_of("product", [ImageUnits("mm", "mm", "lx")] * 2)
    {'z': 'lx²'}
    >>> unit_of("moving_average", [signal])
    {}
    """
    is_image = bool(operands) and isinstance(operands[0], ImageUnits)
    rule = (IMAGE_RULES if is_image else SIGNAL_RULES).get(function)
    return {} if rule is None else rule(operands, parameters)


@lru_cache(maxsize=4096)
def frequency_unit(unit: str) -> str:
    """Return the unit of frequencies along an axis, or the axis' unit of its frequencies'.

    Examples
    --------
    >>> [frequency_unit(unit) for unit in ("s", "us", "mm", "min", "", "kHz", "1/mm")]
    ['Hz', 'MHz', '1/mm', '1/min', '', 'ms', 'mm']
    """
    plain = written(parse(unit))
    return _PER_TIME.get(plain) or _TIMES.get(plain) or written(_inverse(parse(unit)))


def _inverse(unit: Unit) -> Unit:
    return raised(unit, _INVERTED)


def _product(*units: Unit) -> Unit:
    return combined(sum(units, NONE))


def _given(parameters: Any, name: str, default: Any = None) -> Any:
    if isinstance(parameters, dict):
        return parameters.get(name, default)
    return getattr(parameters, name, default)


def _own(operand: SignalUnits | ImageUnits) -> Unit:
    """Return the unit of an operand's values: y of signals, z of images."""
    return parse(operand[-1])


def _values_in(formula: Callable[[Operands, Any], Unit | str]) -> Callable[..., dict[str, str]]:
    """Make a rule of what gives the unit of the values alone."""

    def rule(operands: Operands, parameters: Any) -> dict[str, str]:
        found = formula(operands, parameters)
        kept = next((one[-1] for one in operands if parse(one[-1]) == found), None)
        text = found if isinstance(found, str) else written(found) if kept is None else kept
        return {"z" if isinstance(operands[0], ImageUnits) else "y": text}

    return rule


def _number(_operands: Operands, _parameters: Any) -> Unit:
    return NONE


def _multiplied(operands: Operands, _parameters: Any) -> Unit:
    return _product(*map(_own, operands))


def _divided(operands: Operands, _parameters: Any) -> Unit:
    return _product(_own(operands[0]), *(_inverse(_own(one)) for one in operands[1:]))


def _arithmetic(operands: Operands, parameters: Any) -> Unit:
    operator = _given(parameters, "operator")
    operator = getattr(operator, "value", operator)
    if operator == "\N{MULTIPLICATION SIGN}":
        return _multiplied(operands, parameters)
    return _divided(operands, parameters) if operator == "/" else _own(operands[0])


def _inverted(operands: Operands, _parameters: Any) -> Unit:
    return _inverse(_own(operands[0]))


def _squared(operands: Operands, _parameters: Any) -> Unit:
    return raised(_own(operands[0]), _SQUARED)


def _rooted(operands: Operands, _parameters: Any) -> Unit:
    return raised(_own(operands[0]), _ROOTED)


def _powered(operands: Operands, parameters: Any) -> Unit:
    power = float(_given(parameters, "power", 1))
    return raised(_own(operands[0]), Fraction(str(power))) if math.isfinite(power) else NONE


def _per_x(operands: Operands, _parameters: Any) -> Unit:
    return _product(_own(operands[0]), _inverse(parse(operands[0].x)))


def _per_power_of_x(operands: Operands, parameters: Any) -> Unit:
    order = Fraction(_given(parameters, "deriv", 0))
    return _product(_own(operands[0]), raised(parse(operands[0].x), -order))


def _times_x(operands: Operands, _parameters: Any) -> Unit:
    return _product(_own(operands[0]), parse(operands[0].x))


def _convolved(operands: Operands, parameters: Any) -> Unit:
    return _own(operands[0]) if _has_unit_kernel() else _multiplied(operands, parameters)


def _deconvolved(operands: Operands, parameters: Any) -> Unit:
    return _own(operands[0]) if _has_unit_kernel() else _divided(operands, parameters)


def _has_unit_kernel() -> bool:
    """Say whether Sigima is set to divide kernels by their sums first.

    It has just looked itself; each of its looks into the environment leaves 16 kB in memory.
    """
    from sigima.config import options

    return bool(options.auto_normalize_kernel.get(sync_env=False))


def _along_frequencies(
    formula: Callable[[Operands, Any], Unit | str],
) -> Callable[..., dict[str, str]]:
    """Make the rule of a spectrum of what gives the unit of its values."""
    values = _values_in(formula)

    def rule(operands: Operands, parameters: Any) -> dict[str, str]:
        axes = {
            letter: frequency_unit(getattr(operands[0], letter))
            for letter in ("xy" if isinstance(operands[0], ImageUnits) else "x")
        }
        return axes | values(operands, parameters)

    return rule


def _own_or_decibels(operands: Operands, parameters: Any) -> Unit | str:
    return "dB" if _given(parameters, "decibel") else _own(operands[0])


def _density(operands: Operands, parameters: Any) -> Unit | str:
    if _given(parameters, "decibel"):
        return "dB/Hz"
    per = _inverse(parse(frequency_unit(operands[0].x)))
    return _product(_squared(operands, parameters), per)


def _square_or_decibels(operands: Operands, parameters: Any) -> Unit | str:
    return "dB" if _given(parameters, "decibel") else _squared(operands, parameters)


def _inverse_spectrum(operands: Operands, _parameters: Any) -> dict[str, str]:
    """Return axes from those of frequencies; where these have no unit, Sigima remembers one."""
    (one,) = operands
    axes = {letter: unit for letter in one._fields[:-1] if (unit := getattr(one, letter))}
    own = {one._fields[-1]: one[-1]} if one[-1] else {}
    return {letter: frequency_unit(unit) for letter, unit in axes.items()} | own


def _xy_mode(operands: Operands, _parameters: Any) -> dict[str, str]:
    return {"x": operands[0].y, "y": operands[1].y}


def _stacked(operands: Operands, parameters: Any) -> dict[str, str]:
    return {"z": "" if _given(parameters, "normalize") else operands[0].y}


_ANYWHERE: dict[str, Any] = {
    "arithmetic": _values_in(_arithmetic),
    "convolution": _values_in(_convolved),
    "division": _values_in(_divided),
    "exp": _values_in(_number),
    "inverse": _values_in(_inverted),
    "log10": _values_in(_number),
    "normalize": _values_in(_number),
    "product": _values_in(_multiplied),
    "magnitude_spectrum": _along_frequencies(_own_or_decibels),
    "phase_spectrum": _along_frequencies(lambda *_: "°"),
    "fft": _along_frequencies(lambda operands, _: _own(operands[0])),
    "ifft": _inverse_spectrum,
}

SIGNAL_RULES: Mapping[str, Any] = {
    **_ANYWHERE,
    "derivative": _values_in(_per_x),
    "integral": _values_in(_times_x),
    "power": _values_in(_powered),
    "psd": _along_frequencies(_density),
    "savitzky_golay": _values_in(_per_power_of_x),
    "sqrt": _values_in(_rooted),
    "time_deviation": _values_in(_times_x),
    "xy_mode": _xy_mode,
    "signals_to_image": _stacked,
    **{
        f"{kind}_variance": _values_in(_squared)
        for kind in ("allan", "hadamard", "modified_allan", "overlapping_allan", "total")
    },
}
"""Of functions of signals, by name."""

IMAGE_RULES: Mapping[str, Any] = {
    **_ANYWHERE,
    "canny": _values_in(_number),
    "deconvolution": _values_in(_deconvolved),
    "equalize_adapthist": _values_in(_number),
    "equalize_hist": _values_in(_number),
    "log10_z_plus_n": _values_in(_number),
    "psd": _along_frequencies(_square_or_decibels),
    **{
        f"threshold{method}": _values_in(_number)
        for method in (*("", "_isodata", "_li", "_mean", "_minimum", "_otsu", "_triangle", "_yen"),)
    },
}
"""Of functions of images, by name."""
