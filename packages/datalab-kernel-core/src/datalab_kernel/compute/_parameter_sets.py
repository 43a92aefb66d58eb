"""From what somebody gave (keywords, a dict, a DataSet, nothing) to a complete set."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import guidata.dataset as gds
from guidata.dataset.datatypes import DataItemValidationWarning

from datalab_kernel.compute._new_sets import new_set, state_of_defaults
from datalab_kernel.compute._parameters import (
    Parameter,
    items_of,
    parameters_of,
    plain_value,
)
from datalab_kernel.compute._values import checked_value
from datalab_kernel.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from datalab_kernel.compute._function import Function
    from datalab_kernel.compute._source import Source

_NEEDS_PARAMETERS = frozenset({"offset_correction", "extract_roi", "extract_rois", "erase"})
"""Functions whose parameters are a region that DataLab asks for: no default makes sense."""

_TAKES_OWN_ROI = frozenset({"extract_roi", "extract_rois"})
"""Functions that, given no region, take those of the first object."""

_DERIVING = frozenset({"sigima.image.binning", "sigima.image.peak_detection"})
"""Functions with a default that DataLab derives of the object."""

_PLAIN = frozenset({bool, float, int, str, type(None)})

_NEEDED_WITH = {"sigima.signal.zero_padding": ("strategy", "custom", "n")}
"""What must be given with a choice: n's default counts for no strategy, and isn't DataLab's."""


def parameters_for(function: Function) -> dict[str, Parameter]:
    """Describe the parameters that a function takes by keyword."""
    paramclass: Any = function.paramclass
    return parameters_of(paramclass) if paramclass else {}


def make_parameters(
    function: Function, param: Any, keywords: Mapping[str, Any], first: Source
) -> Any:
    """Make the parameters that a function is called with.

    Parameters
    ----------
    function
        What is to be called.
    param
        A DataSet, a dict, a region of interest or a list of these for a function that
        takes regions, or None.
    keywords
        Values by name; they count more than those of ``param``.
    first
        The source from whose object defaults are derived, as DataLab does with the first
        that is selected; it is only fetched where there are such.

    Returns
    -------
    DataSet, list of DataSet, or None
        None if the function takes no parameters.

    Raises
    ------
    ParameterError
        If anything is unknown, missing, of the wrong type or out of range.
    """
    if function.paramclass is None:
        if param is not None or keywords:
            given = ", ".join(keywords) or type(param).__name__
            problem = f"it takes no parameters, but was given {given}"
            raise _error(function, [problem], keywords)
        return None
    if function.takes_list or function.pattern == "1-to-n":
        return _list_of_sets(function, param, keywords, first)
    return _one_set(function, param, keywords, first)


def _list_of_sets(
    function: Function, param: Any, keywords: Mapping[str, Any], first: Source
) -> list[gds.DataSet]:
    if param is None and not keywords and function.name in _TAKES_OWN_ROI:
        param = first.obj.roi
    if hasattr(param, "to_params"):  # a SignalROI or ImageROI
        param = param.to_params(first.obj)
    if isinstance(param, (list, tuple)):
        if not param:
            raise _error(function, ["it was given no region of interest"], keywords)
        return [_one_set(function, one, keywords, first) for one in param]
    return [_one_set(function, param, keywords, first)]


def _one_set(
    function: Function, param: Any, keywords: Mapping[str, Any], first: Source
) -> gds.DataSet:
    paramclass: Any = function.paramclass
    if param is None and _PLAIN.issuperset(map(type, keywords.values())) and _is_free(function):
        state = state_of_defaults(paramclass)
        if state is not None:
            texts = repr((*keywords.values(),))  # 1, 1.0 and True are equal
            values = _known_values(function, (*keywords.items(),), texts, state)
            if values is not None:
                known: gds.DataSet = object.__new__(paramclass)
                vars(known).update(values)
                return known
    return _checked_set(function, param, keywords, first)


@lru_cache(maxsize=1024)
def _is_free(function: Function) -> bool:
    """Say whether no parameter of a function is derived of an object."""
    derives = hasattr(function.paramclass, "update_from_obj")
    return not derives and function.operation_id not in _DERIVING


@lru_cache(maxsize=256)
def _known_values(
    function: Function, keywords: tuple[tuple[str, Any], ...], _texts: str, _state: str
) -> dict[str, Any] | None:
    """Return what a set of these keywords consists of; None if that can't be shared."""
    no_source = cast("Source", None)  # nothing is derived of it
    values = vars(_checked_set(function, None, dict(keywords), no_source))
    return values if _PLAIN.issuperset(map(type, values.values())) else None


def _checked_set(
    function: Function, param: Any, keywords: Mapping[str, Any], first: Source
) -> gds.DataSet:
    paramclass: Any = function.paramclass
    values = {**_given(function, param, keywords), **keywords}
    if function.name in _NEEDS_PARAMETERS and not values:
        raise _error(function, ["a region must be given"], keywords)
    known = items_of(paramclass)
    derived = _derived(function, first, has_values=bool(values))
    problems = [_unknown(name, known) for name in values if name not in known]
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name in known:
            try:
                checked[name] = checked_value(known[name], value)
            except (TypeError, ValueError) as exc:
                # Of what Sigima itself derives, some is out of the range that it states
                if name in derived and plain_value(derived[name]) == value:
                    checked[name] = derived[name]
                else:
                    problems.append(f"{name} {exc}")
    name, choice, needed = _NEEDED_WITH.get(function.operation_id, ("", "", ""))
    if name and checked.get(name) == choice and needed not in values:
        problems.append(f"{needed} must be given with {name}={choice!r}")
    if problems:
        raise _error(function, problems, values)
    result = _filled(function, checked, derived, first)
    missing = [
        f"{name} must be given"
        for name, parameter in parameters_of(paramclass).items()
        if parameter.is_required and getattr(result, name) is None
    ]
    if missing:
        raise _error(function, missing, values)
    return result


def _given(function: Function, param: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that were given as a whole."""
    paramclass: Any = function.paramclass
    if param is None:
        return {}
    if isinstance(param, gds.DataSet):
        if not isinstance(param, paramclass):
            problem = f"it takes a {paramclass.__name__}, not a {type(param).__name__}"
            raise _error(function, [problem], keywords)
        return {name: getattr(param, name) for name in items_of(paramclass)}
    if isinstance(param, Mapping) and all(isinstance(name, str) for name in param):
        return dict(param)
    problem = f"param must be a {paramclass.__name__} or a dict, not {param!r:.80}"
    if isinstance(param, str):
        problem += f". An object is given by on={param!r:.80}"
    raise _error(function, [problem], keywords)


def _filled(
    function: Function, given: Mapping[str, Any], derived: Mapping[str, Any], first: Source
) -> gds.DataSet:
    """Make a set: the class's defaults, what is derived of an object, what was given."""
    paramclass: Any = function.paramclass
    result: gds.DataSet = new_set(paramclass)
    with _own_values_unchecked():
        if hasattr(result, "update_from_obj"):
            # What was given counts for what is derived: a padding's size follows its strategy
            _set(result, given)
            _update(function, result, first)
        else:
            _set(result, derived)
        for name, value in derived.items():
            if getattr(result, name) is None:
                setattr(result, name, value)
        _set(result, given)
        if hasattr(result, "update_operation"):  # the formula in the title, as dialogs fill it in
            result.update_operation(None, None)
    return result


def _update(function: Function, dataset: Any, first: Source) -> None:
    """Have Sigima derive values of an object, which it refuses of some."""
    try:
        dataset.update_from_obj(first.obj)
    except ValueError as exc:
        raise _error(function, [f"{first.name!r} can't be taken: {exc}"], ()) from exc


def _set(dataset: gds.DataSet, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(dataset, name, value)


def _derived(function: Function, first: Source, *, has_values: bool) -> dict[str, Any]:
    """Return what Sigima and DataLab's dialogs derive of an object where nothing is given."""
    paramclass: Any = function.paramclass
    if has_values and hasattr(paramclass, "update_from_obj"):
        with _own_values_unchecked():
            result = new_set(paramclass)
            _update(function, result, first)
        return {name: getattr(result, name) for name in items_of(paramclass)}
    match function.operation_id:
        case "sigima.image.binning":
            return {"dtype_str": str(first.obj.data.dtype)}
        case "sigima.image.peak_detection":
            return {"size": max(min(first.obj.data.shape) // 40, 50)}
        case _:
            return {}


@contextmanager
def _own_values_unchecked() -> Iterator[None]:
    """Keep guidata from warning of values that we have checked, or that Sigima itself sets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataItemValidationWarning)
        yield


def _unknown(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, [*known], n=2)
    hint = f" (did you mean {' or '.join(nearest)}?)" if nearest else ""
    return f"it has no parameter {name!r}{hint}"


def _error(function: Function, problems: list[str], given: Iterable[str]) -> ParameterError:
    described = parameters_for(function)
    names = _nearest_first([*described], [*given])
    listed = "".join(f"\n  {described[name]}" for name in names)
    if function.takes_operand:
        listed = f"\n  operand (name of another {function.kind}): The second object{listed}"
    message = f"{function.name} can't run: {'; '.join(problems)}."
    if listed:
        message += f"\nParameters of {function.name} for {function.kind}s:{listed}"
    return ParameterError(
        message, function=function.name, problems=problems, parameters=list(described)
    )


def _nearest_first(names: list[str], given: list[str]) -> list[str]:
    def distance(name: str) -> float:
        ratios = [difflib.SequenceMatcher(None, name, text).ratio() for text in given]
        return -max(ratios, default=0.0)

    return sorted(names, key=distance) if given else names


def values_of(parameters: Any) -> Any:
    """Return a set of parameters, several, or None as plain values, which can be given again.

    Examples
    --------
    >>> from sigima.params import MovingAverageParam
    >>> values_of(MovingAverageParam())
    {'n': 3, 'mode': 'reflect'}
    """
    if parameters is None:
        return None
    if isinstance(parameters, list):
        return [values_of(one) for one in parameters]
    return {name: plain_value(getattr(parameters, name)) for name in items_of(type(parameters))}
