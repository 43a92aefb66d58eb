"""Operands in different units, before a computation: in one unit, or a reason why not.

Numbers are converted where a sum, a difference or an axis in common needs that, which DataLab
doesn't do; everything that isn't the numbers' own is left as DataLab has it, and noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from datalab_kernel.errors import ParameterError, UnitError
from datalab_kernel.notes import Note
from datalab_kernel.objects import share_object
from datalab_kernel.objects._fields import ROI_KEY
from datalab_kernel.objects._result_columns import units_of
from datalab_kernel.objects._stamps import forget_stamps
from datalab_kernel.units import is_proportional, relation, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from datalab_kernel.compute._function import Function

AS_THEY_ARE: Final = "as they are"
Units = str
"""Empty, :data:`AS_THEY_ARE`, or the unit that ``calibration`` goes to."""
CALIBRATION: Final = "calibration"
Letter = Literal["x", "y", "z"]

_SUMS = frozenset(
    {
        *("addition", "average", "complex_from_real_imag", "difference"),
        *("quadratic_difference", "standard_deviation"),
        *("np.arctan2", "np.fmax", "np.fmin", "np.hypot", "np.maximum", "np.minimum"),
    }
)
"""What needs the values of all operands in one unit; the last are NumPy's functions."""
_ON_ONE_X = frozenset({"evaluate_fit", "interpolate"})
"""What needs x in one unit, besides what is put on one grid."""


class Operands(NamedTuple):
    """Objects in one unit, and for each what is to be said of it."""

    objects: tuple[Any, ...]
    notes: tuple[tuple[Note, ...], ...]


def check_units(function: str, units: str | None) -> Units:
    """Check what somebody asked for where operands are in different units, or are calibrated."""
    if units is None:
        return ""
    if units == AS_THEY_ARE or (function == CALIBRATION and isinstance(units, str)):
        return units
    message = (
        f'units of {function} must be "{AS_THEY_ARE}", or be left out to have operands converted, '
        f"not {units!r:.80}."
    )
    raise ParameterError(message, function=function, problems=[message], parameters=["units"])


def needs_one_x(function: Function) -> bool:
    """Say whether a function goes by the x of several signals."""
    return function.kind == "signal" and (function.aligns_x or function.name in _ON_ONE_X)


def needs_one_value_unit(function: Function, parameters: Any) -> bool:
    """Say whether a function adds values of its operands, or stacks them."""
    match function.name:
        case "arithmetic":
            return str(getattr(parameters.operator, "value", parameters.operator)) in "+-"
        case "signals_to_image":
            return not parameters.normalize
        case name:
            return name in _SUMS


def in_one_unit(
    function: str, letter: Letter, names: Sequence[str], objects: Sequence[Any], asked: Units
) -> Operands:
    """Bring an axis, or the values, of several objects into the unit of the first that has one.

    Parameters
    ----------
    function
        For which that is; for texts.
    letter
        Which axis; ``"y"`` of signals and ``"z"`` of images are the values.
    names, objects
        What is computed of. They aren't changed: what is converted is a copy.
    asked
        ``"as they are"``: nothing is converted, and no difference is an error.

    Raises
    ------
    UnitError
        If the units are of different quantities.
    """
    units = [getattr(units_of(obj), letter) for obj in objects]
    if len({*units}) == 1:
        return Operands(tuple(objects), ((),) * len(objects))
    first = next(index for index, unit in enumerate(units) if unit)
    call = _Call(function, letter, names[first], units[first], asked)
    found = [call.brought(*one) for one in zip(names, objects, units, strict=True)]
    return Operands(tuple(obj for obj, _ in found), tuple(notes for _, notes in found))


class _Call(NamedTuple):
    """A function, and the unit that its operands are to be in."""

    function: str
    letter: Letter
    first: str
    target: str
    asked: Units

    def brought(self, name: str, obj: Any, unit: str) -> tuple[Any, tuple[Note, ...]]:
        """Return an object in the target's unit, if it can be, and what is to be said of it."""
        if unit == self.target:
            return obj, ()
        if self.asked == AS_THEY_ARE:
            return obj, (self._as_it_is(name, unit),)
        if not unit:
            return _stated(obj, self.letter, self.target), (self._without_unit(name),)
        found = relation(unit, self.target)
        match found.kind:
            case "same":
                return obj, ()
            case "convertible":
                made = converted(obj, self.letter, self.target, found.factor)
                return made, (self._converted(name, unit),)
            case "different":
                raise self._different(name, unit)
            case _:
                return obj, (self._unknown(name, unit),)

    def _converted(self, name: str, unit: str) -> Note:
        return Note(
            f"{self.function} was given {self.letter} of {name!r} converted from {unit} to "
            f"{self.target}, which DataLab doesn't do.",
            f'units="{AS_THEY_ARE}" computes with the numbers as DataLab does.',
        )

    def _without_unit(self, name: str) -> Note:
        return Note(
            f"{name!r} has no unit for {self.letter}: {self.function} took its numbers for "
            f"{self.target}, the unit of {self.first!r}.",
            f"Set {self.letter}unit by workspace.edit where it is another.",
        )

    def _as_it_is(self, name: str, unit: str) -> Note:
        return Note(
            f"{self.function} took {self.letter} of {name!r} in {unit or 'no unit'} and of "
            f"{self.first!r} in {self.target} as they are, without converting."
        )

    def _unknown(self, name: str, unit: str) -> Note:
        is_known = is_proportional(unit) and is_proportional(self.target)
        why = (
            "how one converts into the other isn't known"
            if is_known
            else "units with an offset and logarithmic ones are never converted"
        )
        return Note(
            f"{self.function} took {self.letter} of {name!r} in {unit} and of {self.first!r} in "
            f"{self.target} as they are: {why}.",
            "Convert them before, or give both one text if the units are the same.",
        )

    def _different(self, name: str, unit: str) -> UnitError:
        return UnitError(
            f"{self.function} needs {self.letter} of {self.first!r} and {name!r} in one unit, but "
            f"they are in {self.target} and {unit}, of different quantities. Nothing was changed. "
            f'Correct a unit by workspace.edit, or say units="{AS_THEY_ARE}" to compute with the '
            "numbers as DataLab does.",
            function=self.function,
            names=[self.first, name],
            units=[self.target, unit],
        )


def with_values_in_one_unit(
    function: Function, parameters: Any, names: Sequence[str], operands: Operands, asked: Units
) -> Operands:
    """Bring the values of operands into one unit, where a function needs that of them."""
    letter: Letter = "y" if function.kind == "signal" else "z"
    objects = operands.objects
    if function.name == "complex_from_magnitude_phase":
        angle = str(getattr(parameters.unit, "value", parameters.unit))
        phase = _Call(function.name, letter, names[1], angle, asked)
        if relation(getattr(objects[1], f"{letter}unit"), angle).kind != "convertible":
            return operands  # the parameter says what the numbers are
        own = getattr(objects[1], f"{letter}unit")
        made, notes = phase.brought(names[1], objects[1], own)
        found = Operands((objects[0], made), ((), notes))
    elif needs_one_value_unit(function, parameters):
        found = in_one_unit(function.name, letter, names, objects, asked)
    else:
        return operands
    pairs = zip(operands.notes, found.notes, strict=True)
    return Operands(found.objects, tuple((*before, *now) for before, now in pairs))


def _stated(obj: Any, letter: Letter, unit: str) -> Any:
    """Copy an object but for its arrays, and state a unit."""
    twin = share_object(obj)
    setattr(twin, f"{letter}unit", unit)
    return twin


def converted(obj: Any, letter: Letter, unit: str, factor: Fraction) -> Any:
    """Copy an object with an axis, or values, in another unit."""
    twin = _stated(obj, letter, unit)
    if letter == "z":
        vars(twin)["_data"] = scaled(obj.data, factor)
        return twin
    rows = obj.xydata
    own = (0, 2) if letter == "x" else (1, 3)
    vars(twin)["_xydata"] = np.array(
        [scaled(row, factor) if place in own else row for place, row in enumerate(rows)]
    )
    if letter == "x":
        forget_stamps(twin.metadata)
        _convert_regions(twin.metadata, factor)
        twin.invalidate_roi_cache()
    return twin


def _convert_regions(metadata: dict[str, Any], factor: Fraction) -> None:
    """Move a signal's regions of interest along with its x; those in samples stay."""
    for region in (metadata.get(ROI_KEY) or {}).get("single_rois", ()):
        if not region.get("indices"):
            region["coords"] = scaled(np.asarray(region["coords"], dtype=float), factor)
