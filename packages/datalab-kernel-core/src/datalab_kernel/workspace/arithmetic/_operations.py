"""What an operator or a NumPy function computes, and of its result what is recorded.

Sigima's functions compute where they do the same: values, error bars, units and notes are those
of ``workspace.calc``. NumPy computes the rest, pixel by pixel and sample by sample.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute import Request, Source, plan, prepared, read_record, run, write_record
from datalab_kernel.compute._records import FORMULA, Record, versions
from datalab_kernel.errors import OperandError
from datalab_kernel.notes import distinct
from datalab_kernel.workspace._computation_warning import warn_of_notes
from datalab_kernel.workspace.arithmetic._formulas import Formula, written
from datalab_kernel.workspace.arithmetic._numpy import NUMPY, numpy_jobs
from datalab_kernel.workspace.arithmetic._operands import (
    as_operand,
    check_axes,
    formula_for,
    is_number,
    is_object,
)
from datalab_kernel.workspace.arithmetic._plain import formula_of, without_operators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.compute import Job, Output
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject, Kind

_SEVERAL = {"add": "addition", "multiply": "product"}
_TWO = {"subtract": "difference", "divide": "division"}
_WITH_NUMBER = {
    "add": "addition_constant",
    "subtract": "difference_constant",
    "multiply": "product_constant",
    "divide": "division_constant",
}
_ONE = {name: name for name in ("absolute", "exp", "log10", "sqrt")} | {"reciprocal": "inverse"}
_SUMS = frozenset({"add", "subtract", "maximum", "minimum", "hypot", "arctan2"})
_OTHER_NAMES = {"true_divide": "divide", "fabs": "absolute", "float_power": "power"}


def computed(operation: str, given: Sequence[Any]) -> tuple[DataObject, Formula] | None:
    """Compute an operation of objects, numbers and arrays.

    Parameters
    ----------
    operation
        NumPy's name of it.
    given
        At least one is a signal or an image.

    Returns
    -------
    tuple or None
        A new signal or image and its formula; None if something is no object, number or array.

    Raises
    ------
    OperandError
        If the objects aren't on the same axes, or nobody computes that of them. A UnitError is
        one: a sum of different quantities.
    ComputationError
        If it fails.
    """
    name = _OTHER_NAMES.get(operation, operation)
    like = next(value for value in given if is_object(value))
    if not all(map(_is_known, given)):
        return None
    operands = [as_operand(value, like, is_sum=name in _SUMS) for value in given]
    formula = written(name, [*map(formula_for, operands)])
    objects = [one for one in operands if is_object(one)]
    check_axes(str(formula), objects)
    output = run(*prepared(_jobs(name, operands, str(formula))))
    return _finished(output, formula, objects), formula


def _is_known(value: Any) -> bool:
    return is_object(value) or is_number(value) or hasattr(value, "dtype") or type(value) is list


def _jobs(name: str, operands: Sequence[Any], text: str) -> list[Job]:
    """Return the one job that computes an operation."""
    sources = [Source.of_loose(without_operators(one)) for one in operands if is_object(one)]
    kind = sources[0].kind
    function, given = _sigimas(name, operands, kind)
    if function:
        is_of_two = name in _TWO and len(sources) > 1
        request = Request(
            name=function,
            kind=kind,
            sources=sources[:1] if is_of_two else sources,
            operands=sources[1:] if is_of_two else (),
            keywords=given,
        )
        return plan(request)
    if name not in NUMPY:
        message = (
            f"{text} isn't computed of {kind}s as a whole. Compute with their values "
            f"({'.y' if kind == 'signal' else '.data'}), which are arrays."
        )
        raise OperandError(message, function=name, names=[source.name for source in sources])
    return numpy_jobs(name, operands, sources)


def _sigimas(name: str, operands: Sequence[Any], kind: Kind) -> tuple[str, dict[str, float]]:
    """Return Sigima's function that computes the same, and its parameters; "" if there is none."""
    function, given = "", {}
    match [*map(is_object, operands)]:
        case [True]:
            function = _ONE.get(name, "") if kind == "signal" or name != "sqrt" else ""
        case [True, True]:
            function = {**_SEVERAL, **_TWO}.get(name, "")
        case [True, False] if _is_real(operands[1]):
            function = _WITH_NUMBER.get(name, "")
            given = {"value": float(operands[1])}
            if name == "power" and kind == "signal":
                function, given = "power", {"power": float(operands[1])}
        case [False, True] if _is_real(operands[0]) and name in _SEVERAL:
            function, given = _WITH_NUMBER[name], {"value": float(operands[0])}
    return function, given


def _is_real(value: Any) -> bool:
    return is_number(value) and not isinstance(value, (complex, np.complexfloating))


def _finished(output: Output, formula: Formula, operands: Sequence[DataObject]) -> DataObject:
    """Give a result its title and its record, and warn of what is to be known."""
    obj = output.obj
    if obj is None:
        message = f"{formula} gave nothing. Nothing was changed."
        raise OperandError(message, function=None, names=[one.title for one in operands])
    record = Record(
        function=FORMULA,
        pattern="n-to-1",
        parameters=json.dumps({FORMULA: formula.template}),
        source_uuids=tuple(source.uuid for source in formula.sources),
        source_names=tuple(source.name for source in formula.sources),
        versions=versions(),
        notes=distinct((*_earlier_notes(operands), *output.notes)),
    )
    write_record(obj, record)
    obj.title = str(formula)
    warn_of_notes(str(formula), output.notes)
    return obj


def _earlier_notes(operands: Sequence[DataObject]) -> list[Note]:
    """Return the notes of operands that are parts of the same formula, and stored nowhere."""
    parts = [read_record(one) for one in operands if isinstance(formula_of(one), Formula)]
    return [note for record in parts if record is not None for note in record.notes]
