"""What operators are given: objects on the same axes, numbers, and arrays of the same shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute import uuid_of
from datalab_kernel.compute._operand_units import in_one_unit
from datalab_kernel.errors import OperandError
from datalab_kernel.objects import ImageObj, SignalObj, new_uuid, share_object
from datalab_kernel.objects._result_columns import units_of
from datalab_kernel.objects._stamps import is_by_date
from datalab_kernel.units import relation
from datalab_kernel.workspace.arithmetic._formulas import Formula, constant, named
from datalab_kernel.workspace.arithmetic._plain import formula_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import DataObject

Array = np.ndarray[Any, Any]
_NEAR = 1e-9
"""How far apart two axes may be and still be the same, of their length."""
ARRAY = "array"
"""What an array is called in a formula."""


def is_object(value: Any) -> bool:
    """Say whether a value is a signal or an image."""
    return isinstance(value, (SignalObj, ImageObj))


def is_number(value: Any) -> bool:
    """Say whether a value is one number."""
    is_truth = isinstance(value, (bool, np.bool_))
    return isinstance(value, (int, float, complex, np.number)) and not is_truth


def values_of(obj: Any) -> Array:
    """Return an object's values: y of signals, the data of images."""
    found: Array = obj.y if isinstance(obj, SignalObj) else obj.data
    return found


def formula_for(operand: Any) -> Formula:
    """Return what is written for an operand."""
    if is_number(operand):
        return constant(operand.item() if isinstance(operand, np.generic) else operand)
    known = formula_of(operand)
    if isinstance(known, Formula):
        return known
    name = known if isinstance(known, str) else f"{operand.title} (not stored)"
    return named(name, uuid_of(operand) or new_uuid())


def as_operand(value: Any, like: DataObject, *, is_sum: bool) -> Any:
    """Return an object or a number as it is, and of an array an object on another's axes.

    Raises
    ------
    OperandError
        If an array has another shape.
    """
    if is_object(value) or is_number(value):
        return value
    array = np.asarray(value)
    wanted = values_of(like).shape
    if array.shape != wanted or array.dtype.kind not in "iufc":
        found = f"shape {array.shape} and type {array.dtype}"
        message = (
            f"{like.title!r} computes with objects, numbers, and arrays of numbers of shape "
            f"{wanted}, but was given an array of {found}."
        )
        raise OperandError(message, function=None, names=[like.title])
    twin = share_object(like, title=ARRAY)
    if isinstance(twin, SignalObj):
        twin.set_xydata(like.x.copy(), array.astype(complex if array.dtype.kind == "c" else float))
    else:
        twin.data = array.copy()
    setattr(twin, "yunit" if isinstance(twin, SignalObj) else "zunit", "")
    if is_sum:  # as a number is added: it counts in the object's own unit
        twin.yunit = like.yunit
        twin.zunit = getattr(like, "zunit", "") if isinstance(twin, ImageObj) else ""
    return twin


def check_axes(text: str, objects: Sequence[DataObject]) -> None:
    """Check that objects are of one kind, and have their values at the same places.

    Raises
    ------
    OperandError
        If they don't; it says how to bring them together.
    UnitError
        If an axis is in units of different quantities.
    """
    first, *others = objects
    names = [obj.title for obj in objects]
    for other in others:
        if isinstance(first, SignalObj) != isinstance(other, SignalObj):
            message = f"{text} can't be computed: one is a signal, the other an image."
            raise OperandError(message, function=None, names=names)
        problem = (
            _signals_differ(text, first, other)
            if isinstance(first, SignalObj)
            else _images_differ(first, other)
        )
        if problem:
            message = (
                f"{text} needs values at the same places, but {problem}. "
                f"workspace.calc('resampling', on={other.title!r}, …) puts one on the axes of the "
                "other before."
            )
            raise OperandError(message, function=None, names=names)


def _signals_differ(text: str, first: Any, other: Any) -> str:
    if is_by_date(first.metadata) != is_by_date(other.metadata):
        return "only one of them is by date"
    names = [first.title, other.title]
    ours, theirs = in_one_unit(text, "x", names, [first, other], "").objects
    x, found = ours.xydata[0].real, theirs.xydata[0].real
    if len(x) != len(found):
        return f"{first.title!r} has {len(x):,} of them and {other.title!r} has {len(found):,}"
    if _are_near(x, found):
        return ""
    return f"x of {first.title!r} is {_ends(x)} and of {other.title!r} {_ends(found)}"


def _images_differ(first: Any, other: Any) -> str:
    if first.data.shape != other.data.shape:
        sizes = [" x ".join(map(str, one.data.shape)) for one in (first, other)]
        return f"{first.title!r} has {sizes[0]} pixels and {other.title!r} has {sizes[1]}"
    for letter, count in zip("yx", first.data.shape, strict=True):
        ours, theirs = (_places(one, letter, count) for one in (first, other))
        theirs = theirs * _factor(first, other, letter)
        if not _are_near(ours, theirs):
            names = f"{first.title!r} is {_ends(ours)} and of {other.title!r} {_ends(theirs)}"
            return f"{letter} of {names}"
    return ""


def _places(image: Any, letter: str, count: int) -> Array:
    if not image.is_uniform_coords:
        found: Array = np.asarray(getattr(image, f"{letter}coords"))
        return found
    start, step = getattr(image, f"{letter}0"), getattr(image, f"d{letter}")
    return np.asarray([start, start + step * (count - 1)], dtype=float)


def _factor(first: Any, other: Any, letter: str) -> float:
    units = [getattr(units_of(one), letter) for one in (other, first)]
    found = relation(*units)
    return float(found.factor) if found.kind == "convertible" else 1.0


def _are_near(ours: Array, theirs: Array) -> bool:
    if ours is theirs or np.array_equal(ours, theirs, equal_nan=True):
        return True
    if ours.shape != theirs.shape:
        return False
    length = float(np.ptp(ours)) or float(np.max(np.abs(ours)))
    return bool(np.allclose(ours, theirs, rtol=0, atol=_NEAR * length, equal_nan=True))


def _ends(x: Array) -> str:
    return f"from {x[0]:.6g} to {x[-1]:.6g}" if len(x) else "empty"
