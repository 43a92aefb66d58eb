"""From a name and what somebody gave to the single calls that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute._function import Function
from datalab_kernel.compute._jobs import Call, Job, jobs_of
from datalab_kernel.compute._parameter_sets import make_parameters
from datalab_kernel.compute._registry import PREFIX, find
from datalab_kernel.compute._several import MARKERS_TO_SIGNAL, ROI_EXTRACTION, SEVERAL, Several
from datalab_kernel.errors import OperandError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.compute._source import Source
    from datalab_kernel.objects import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for, as they gave it.

    ``kind`` is that of all ``sources`` and ``operands``; ``param`` and ``keywords`` are
    the parameters as a whole and by name.
    """

    name: str
    kind: Kind
    sources: Sequence[Source]
    operands: Sequence[Source] = ()
    param: Any = None
    keywords: Mapping[str, Any]


def plan(request: Request) -> list[Job]:
    """Return the single calls that a request stands for, in the order of their results.

    Raises
    ------
    UnknownFunctionError, ParameterError, OperandError
        If there is no such function, or it can't take these parameters or objects.
    """
    plain = request.name.removeprefix(PREFIX) if isinstance(request.name, str) else ""
    several = SEVERAL.get(plain)
    if several is not None and request.kind in several.kinds:
        return _several(request, several)
    if plain == ROI_EXTRACTION:
        return _roi_extraction(request)
    if plain == MARKERS_TO_SIGNAL and request.kind == "signal":
        return _markers_to_signal(request)
    function = find(request.name, request.kind)
    return _jobs(request, function, request.param, request.keywords)


def _jobs(request: Request, function: Function, param: Any, keywords: Any) -> list[Job]:
    parameters = make_parameters(function, param, keywords, request.sources[0])
    return jobs_of(
        Call(
            function=function,
            sources=request.sources,
            operands=request.operands,
            parameters=parameters,
        )
    )


def _several(request: Request, several: Several) -> list[Job]:
    functions = [find(name, request.kind) for name in several.functions]
    first = request.sources[0]
    sets: list[Any]
    if several.shares_parameters:
        sets = [make_parameters(functions[0], request.param, request.keywords, first)]
        sets *= len(functions)
    elif isinstance(request.param, (list, tuple)) and len(request.param) == len(functions):
        sets = [
            make_parameters(function, one, {}, first)
            for function, one in zip(functions, request.param, strict=True)
        ]
    elif request.param is not None or request.keywords:
        message = (
            f"{request.name} runs {', '.join(several.functions)}, each with parameters of its "
            f"own: give none, or a list of {len(functions)}, one set each."
        )
        raise ParameterError(message, function=request.name, problems=[message], parameters=[])
    elif several.has_defaults:
        sets = [make_parameters(function, None, {}, first) for function in functions]
    else:
        sets = [None] * len(functions)
    jobs = [
        jobs_of(
            Call(
                function=function,
                sources=request.sources,
                operands=request.operands,
                parameters=one,
            )
        )
        for function, one in zip(functions, sets, strict=True)
    ]
    return [job for of_one_object in zip(*jobs, strict=True) for job in of_one_object]


def _roi_extraction(request: Request) -> list[Job]:
    keywords = dict(request.keywords)
    roi = keywords.pop("roi", request.param)
    function = find("extract_roi", request.kind)
    return _jobs(request, function, roi, keywords)


def _markers_to_signal(request: Request) -> list[Job]:
    if request.param is not None or request.keywords or request.operands:
        message = f"{MARKERS_TO_SIGNAL} takes no parameters and no operand."
        raise ParameterError(message, function=request.name, problems=[message], parameters=[])
    function = Function(
        name=MARKERS_TO_SIGNAL,
        kind="signal",
        pattern="1-to-1",
        summary="Make a signal of a table of markers",
        call=_signal_of_markers,
        paramclass=None,
        takes_list=False,
        aligns_x=False,
    )
    return jobs_of(Call(function=function, sources=request.sources))


def _signal_of_markers(signal: Any) -> Any:
    from sigima.objects import TableResult
    from sigima.proc.signal import markers_table_to_signal

    from datalab_kernel.objects._results import results_of

    tables = [table for table in results_of(signal, [TableResult]) if table.is_xy_markers()]
    if len(tables) != 1:
        found = ", ".join(table.title for table in tables) or "none"
        message = (
            f"it takes a signal with exactly one table of markers (x, y), but found {found}. "
            "extract_peak_positions makes one"
        )
        raise OperandError(message, function=MARKERS_TO_SIGNAL, names=[signal.title])
    return markers_table_to_signal(tables[0], ref=signal)
