"""What NumPy computes of values where Sigima has no function: its units, and its error bars."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from datalab_kernel.compute import Job
from datalab_kernel.compute._function import Function
from datalab_kernel.compute._operand_units import converted
from datalab_kernel.objects import SignalObj
from datalab_kernel.objects._result_columns import units_of
from datalab_kernel.units import of_powers, relation
from datalab_kernel.workspace.arithmetic._operands import is_number, is_object, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.compute import Source

Array = np.ndarray[Any, Any]

Rule = Literal["same", "number", "radians", "degrees", "angle", "product", "quotient", "power"]
"""What unit the values have then: that of the operands, none, an angle's, or by their powers."""

_RULES: dict[Rule, str] = {
    "same": "add ceil conjugate conj floor hypot maximum minimum fmax fmin negative positive "
    "rint subtract trunc",
    "number": "arccosh arcsinh arctanh cosh exp exp2 expm1 log log10 log1p log2 sign sinh tanh",
    "angle": "cos sin tan",
    "radians": "arccos arcsin arctan arctan2 deg2rad radians",
    "degrees": "degrees rad2deg",
    "product": "multiply",
    "quotient": "divide",
    "power": "cbrt power reciprocal sqrt square",
}
NUMPY: dict[str, Rule] = {name: rule for rule, names in _RULES.items() for name in names.split()}
"""The functions that NumPy computes here, and what unit they give."""
_POWERS = {
    "cbrt": Fraction(1, 3),
    "reciprocal": Fraction(-1),
    "sqrt": Fraction(1, 2),
    "square": Fraction(2),
}
_TURNED = {"deg2rad": "°", "radians": "°", "degrees": "rad", "rad2deg": "rad"}
"""What takes an angle in a unit of its own."""


_QUOTIENTS = {"divide", "reciprocal"}


@dataclass(frozen=True, slots=True)
class _Call:
    """A function of NumPy's with its numbers; None stands for the objects, in order."""

    name: str
    numbers: tuple[Any, ...]

    def values(self, arrays: Sequence[Array]) -> Array:
        """Compute it of the objects' values."""
        rest = iter(arrays)
        given = [next(rest) if number is None else number for number in self.numbers]
        with np.errstate(all="ignore"):
            found: Array = np.asarray(getattr(np, self.name)(*given))
        if self.name in _QUOTIENTS:
            found[np.isinf(found)] = np.nan  # as Sigima's quotients have it
        return found

    def errors(self, arrays: Sequence[Array], bars: Sequence[Array]) -> Array:
        """Return the errors of values: what each operand's error changes, added in squares."""
        total = np.zeros(len(arrays[0]))
        for place, bar in enumerate(bars):
            ends = [
                self.values([*arrays[:place], arrays[place] + shift, *arrays[place + 1 :]])
                for shift in (bar, -bar)
            ]
            total += np.abs(ends[0] - ends[1]) ** 2 / 4
        found: Array = np.sqrt(total)
        found[~np.isfinite(found)] = np.nan
        return found


def numpy_jobs(name: str, operands: Sequence[Any], sources: Sequence[Source]) -> list[Job]:
    """Return the job that computes a function of NumPy's of objects and numbers."""
    call = _Call(name, tuple(None if is_object(one) else one for one in operands))
    function = Function(
        name=f"np.{name}",  # Sigima has functions of some of these names, with rules of their own
        kind=sources[0].kind,
        pattern="n-to-1",
        summary="",
        call=partial(_called, call),
        paramclass=None,
        takes_list=False,
        aligns_x=False,
        is_own=True,
    )
    return [Job(function=function, sources=tuple(sources), parameters=None, gather="list")]


def _called(call: _Call, objects: Sequence[Any]) -> Any:
    from sigima.proc.base import dst_1_to_1
    from sigima.proc.image.base import restore_data_outside_roi as restore_pixels
    from sigima.proc.signal.base import restore_data_outside_roi as restore_samples

    operands = _angles(call, objects)
    dst = dst_1_to_1(operands[0], call.name)
    arrays = [_as_float(values_of(one)) for one in operands]
    values = call.values(arrays)
    if isinstance(dst, SignalObj):
        bars = [one.dy for one in operands]
        has_bars = all(bar is not None for bar in bars)
        errors = call.errors(arrays, bars) if has_bars else None
        dst.set_xydata(operands[0].x, values, operands[0].dx, errors)
        dst.yunit = _unit(call, operands)
        restore_samples(dst, operands[0])
    else:
        dst.data = values
        dst.zunit = _unit(call, operands)
        restore_pixels(dst, operands[0])
    return dst


def _as_float(values: Array) -> Array:
    return values if values.dtype.kind in "fc" else values.astype(float)


def _angles(call: _Call, objects: Sequence[Any]) -> Sequence[Any]:
    """Return angles in the unit that a function takes; what isn't known for one, as it is."""
    wanted = "rad" if NUMPY[call.name] == "angle" else _TURNED.get(call.name)
    if wanted is None:
        return objects
    letter: Any = "y" if isinstance(objects[0], SignalObj) else "z"
    found = [relation(units_of(one)[-1], wanted) for one in objects]
    return [
        converted(one, letter, wanted, own.factor) if own.kind == "convertible" else one
        for one, own in zip(objects, found, strict=True)
    ]


def _unit(call: _Call, operands: Sequence[Any]) -> str:
    """Return the unit of the values."""
    units = [units_of(one)[-1] for one in operands]
    match NUMPY[call.name]:
        case "same":
            return units[0]
        case "product":
            return of_powers(*((unit, 1) for unit in units))
        case "quotient":
            is_below = call.numbers[0] is not None
            return of_powers(*zip(units, [-1] if is_below else [1, -1], strict=False))
        case "power":
            return of_powers((units[0], _power(call)))
        case other:
            return {"radians": "rad", "degrees": "°"}.get(other, "")


def _power(call: _Call) -> Fraction:
    """Return the power that a unit is raised to; 0 where that isn't one number."""
    if call.name in _POWERS:
        return _POWERS[call.name]
    base, exponent = call.numbers
    if base is not None:
        return Fraction(0)
    is_real = is_number(exponent) and np.isreal(exponent) and np.isfinite(exponent)
    return Fraction(str(float(exponent))) if is_real else Fraction(0)
