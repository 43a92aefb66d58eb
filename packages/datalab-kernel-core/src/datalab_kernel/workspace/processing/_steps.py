"""What is done to each file: calls of ``calc`` and functions of somebody's own, as plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace.processing._fingerprint import fingerprint

if TYPE_CHECKING:
    from datalab_kernel.compute._history import History, Step
    from datalab_kernel.objects import DataObject

_OF_THE_FILE = {"on": "what it runs on is what the file holds", "name": "the file's objects keep theirs", "store": "what comes of the last step is what is kept"}  # fmt: skip
_FORMS = (
    '("gaussian_filter", {"sigma": 2}), the name of a function without parameters, '
    "workspace.history('name') or a function that takes an object and returns one, or a table"
)
Lookup = Callable[[Any], "DataObject"]
"""Gives the object that somebody means by an operand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalcStep:
    """A call of ``calc`` on what a file holds; ``operand`` is the same object for every file."""

    function: str
    param: Any = None
    keywords: Mapping[str, Any] = field(default_factory=dict)
    operand: DataObject | None = None

    def __str__(self) -> str:
        given = {} if self.param is None else self.param
        named = given if isinstance(given, Mapping) else {"param": type(given).__name__}
        texts = [f"{name}={value!r:.40}" for name, value in {**named, **self.keywords}.items()]
        if self.operand is not None:
            texts.append(f"operand={self.operand.title!r}")
        return f"{self.function}({', '.join(texts)})" if texts else self.function

    @property
    def key(self) -> str:
        """A text that is the same for the same call."""
        return fingerprint([self.function, self.param, self.keywords, self.operand])

    @property
    def loose_operand(self) -> CalcResult | None:
        """The operand, as ``calc`` takes one that isn't in the workspace."""
        if self.operand is None:
            return None
        name = self.operand.title
        return CalcResult(
            function="", names=(name,), on=(), is_stored=False, unstored=(self.operand,)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """A function of somebody's own, which is called with each object."""

    call: Callable[[Any], Any]

    @property
    def name(self) -> str:
        """What the function is called."""
        inner = getattr(self.call, "func", self.call)  # of a functools.partial
        name = str(getattr(inner, "__name__", type(inner).__name__))
        return re.sub(r"\W+", "_", name).strip("_")  # as a table's title is, of a lambda too

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """A text that is the same for the same code, as far as the function itself goes."""
        return fingerprint(self.call)


def steps_of(given: Any, look_up: Lookup) -> tuple[CalcStep | CallStep, ...]:
    """Make steps of what somebody gave, one or several.

    Parameters
    ----------
    given
        A name, ``(name, parameters)``, a History, a function, or a sequence of these.
    look_up
        Gives the object of an operand.

    Raises
    ------
    ParameterError
        If it is none of these.
    OperandError
        If a history can't be repeated on another object.
    """
    from datalab_kernel.compute._history import History

    if isinstance(given, (str, History)) or callable(given) or _is_call(given):
        given = [given]
    if not isinstance(given, Iterable) or isinstance(given, Mapping):
        raise _no_step(given)
    steps: list[CalcStep | CallStep] = []
    for one in given:
        if isinstance(one, History):
            steps += _repeated(one, look_up)
        else:
            steps.append(_step(one, look_up))
    if not steps:
        message = f"There are no steps to process files by. Give at least one: {_FORMS}."
        raise ParameterError(message, function="process", problems=[message], parameters=[])
    return tuple(steps)


def _is_call(given: Any) -> bool:
    """Say whether something is one call, not a sequence of them: its second part isn't a step."""
    if not isinstance(given, tuple) or len(given) not in (1, 2) or not isinstance(given[0], str):
        return False
    return len(given) == 1 or not (isinstance(given[1], (str, tuple)) or callable(given[1]))


def _no_step(given: Any) -> ParameterError:
    message = f"{given!r:.80} is no step to process files by. Give {_FORMS}."
    return ParameterError(message, function="process", problems=[message], parameters=[])


def _step(given: Any, look_up: Lookup) -> CalcStep | CallStep:
    if isinstance(given, str):
        return CalcStep(function=given)
    if callable(given):
        return CallStep(call=given)
    if not isinstance(given, (tuple, list)) or not given or not isinstance(given[0], str):
        raise _no_step(given)
    function, *rest = given
    if len(rest) > 1:
        raise _no_step(given)
    param = rest[0] if rest else None
    if not isinstance(param, Mapping):
        return CalcStep(function=function, param=param)
    values = dict(param)
    for name, reason in _OF_THE_FILE.items():
        if name in values:
            message = f"{function} can't be given {name}= as a step of process: {reason}."
            raise ParameterError(message, function=function, problems=[message], parameters=[])
    operand = values.pop("operand", None)
    return CalcStep(
        function=function,
        param=values.pop("param", None),
        keywords=values,
        operand=None if operand is None else look_up(operand),
    )


def _repeated(history: History, look_up: Lookup) -> list[CalcStep | CallStep]:
    """Return the calls that led to an object, each on what the one before it gave."""
    made = {step.name: step for step in history if step.pattern != "1-to-0"}
    analysis = [step for step in history if step.pattern == "1-to-0"]
    chain: list[Step] = []
    name = history.name
    while name in made:
        step = made.pop(name)
        chain.insert(0, step)
        name = step.sources[0] if step.sources else ""
    steps = [*chain, *analysis]
    if not steps:
        message = f"{history.name!r} wasn't computed here, so there are no steps to repeat."
        raise OperandError(message, function=None, names=[history.name])
    return [
        _repeatable(step, look_up, is_first=place == 0, made=set(made))
        for place, step in enumerate(steps)
    ]


def _repeatable(
    step: Step, look_up: Lookup, *, is_first: bool, made: set[str]
) -> CalcStep | CallStep:
    reason = ""
    if step.formula:
        reason = f"it was computed by operators ({step.formula})"
    elif step.function == "fit":
        reason = "workspace.fit made it"
    elif step.pattern == "n-to-1" and (not is_first or made & {*step.sources}):
        reason = f"it was made of several objects ({', '.join(step.sources)})"
    if reason:
        message = (
            f"The step {step.name!r} can't be repeated on files: {reason}. Give a function that "
            "does it, or the calls before and after it."
        )
        raise OperandError(message, function=step.function, names=[step.name])
    operands = step.sources[1:] if step.pattern != "n-to-1" else ()
    for operand in operands:
        if operand in step.missing:
            message = (
                f"The step {step.name!r} was computed with {operand!r}, which isn't in the "
                "workspace any more. Give the calls as data, with operand=."
            )
            raise OperandError(message, function=step.function, names=[operand])
    return CalcStep(
        function=step.function,
        param=step.parameters,
        keywords={"units": step.units} if step.units else {},
        operand=look_up(operands[0]) if operands else None,
    )


def check_steps(steps: Sequence[CalcStep | CallStep]) -> None:
    """Check that each function is there and takes its parameters, for signals or for images.

    Raises
    ------
    UnknownFunctionError, ParameterError, OperandError
        As ``calc`` raises them.
    """
    from datalab_kernel.compute import check_units

    for step in steps:
        if isinstance(step, CalcStep):
            check_units(step.function, step.keywords.get("units"))
            _check_call(step)


def _check_call(step: CalcStep) -> None:
    from datalab_kernel.errors import UnknownFunctionError
    from datalab_kernel.objects import KINDS, kind_of

    kinds = KINDS
    if step.operand is not None:
        kinds = (kind_of(step.operand),)
    errors: list[UnknownFunctionError | ParameterError | OperandError] = []
    for kind in kinds:
        try:
            _plan_without_data(step, kind)
        except _NeedsDataError:
            return
        except (UnknownFunctionError, ParameterError, OperandError) as error:
            errors.append(error)
        else:
            return
    known = [error for error in errors if not isinstance(error, UnknownFunctionError)]
    raise (known or errors)[0]


class _NeedsDataError(Exception):
    """What is to be checked depends on an object's data."""


def _plan_without_data(step: CalcStep, kind: Any) -> None:
    from datalab_kernel.compute import Request, Source, plan

    def load() -> Any:
        raise _NeedsDataError

    sources = [Source(name=name, kind=kind, load=load) for name in ("a", "b")]
    operand = [Source.of_loose(step.operand)] if step.operand is not None else []
    keywords = {name: value for name, value in step.keywords.items() if name != "units"}
    plan(
        Request(
            name=step.function,
            kind=kind,
            sources=sources,
            operands=operand,
            param=step.param,
            keywords=keywords,
        )
    )
