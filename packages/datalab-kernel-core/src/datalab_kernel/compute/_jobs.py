"""From a function, objects and parameters to single calls, and what each of them gives.

Which objects a call takes, and what becomes of results and titles, is DataLab's way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from sigima.validation import validate_dataset

from datalab_kernel.compute._date_axis import by_date_again, from_first_date
from datalab_kernel.compute._geometry import TRANSFORMED, merge_geometry, transform_geometry
from datalab_kernel.compute._operands import Grid, Needs, operands_of
from datalab_kernel.compute._records import Record, encoded, versions, write_record
from datalab_kernel.compute._result_units import describe
from datalab_kernel.compute._source import InTurn
from datalab_kernel.compute._titles import naming
from datalab_kernel.compute.notes import TURN_X_ROUND, Computed, falls, is_watched, notes_on
from datalab_kernel.compute.own._declaration import Noted
from datalab_kernel.errors import (
    ComputationError,
    DataLabKernelError,
    OperandError,
    ParameterError,
)
from datalab_kernel.errors._missing_packages import import_failure
from datalab_kernel.notes import attach_notes, distinct
from datalab_kernel.objects import copy_object, entitle, own_arrays
from datalab_kernel.objects._fields import value_of
from datalab_kernel.objects._operand_signals import as_sigimas
from datalab_kernel.objects._result_columns import keep_units
from datalab_kernel.objects._results import (
    attach_to_result,
    drop_results,
    notes_of_results,
    results_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.compute._function import Function
    from datalab_kernel.compute._operand_units import Operands, Units
    from datalab_kernel.compute._source import Source
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject


_NEEDS_RISING_X = "x must be sorted in ascending order."
"""What Sigima says of a signal whose x falls, or goes to and fro."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One call of a function, as a plain value: pickled once it is prepared, it runs anywhere.

    It isn't changed. (Frozen, it would take three times as long to make, and there may be thousands.)

    ``sources`` are what titles and history name. ``gather`` says whether the function is
    called with each object, or with one list of them. ``grid`` is what they are put on one
    grid with, if the function needs that. ``group`` is where the result goes; None: to the
    first source. ``objects`` are what it is computed of, from :func:`prepared` on.
    ``masked`` names those that had masked pixels, ``notes`` says what else is to be known of
    how the objects were prepared.
    ``units`` is ``"as they are"`` if operands in different units aren't to be converted, or the
    unit that ``calibration`` goes to.
    ``parameter_text`` are the parameters as the record has them, from :func:`prepared` on.
    ``keep_results`` says whether a result keeps the tables and geometry of its sources, as
    DataLab's option of that name says.
    """

    function: Function
    sources: tuple[Source, ...]
    parameters: Any
    gather: Literal["each", "list"] = "each"
    grid: Grid | None = None
    group: str | None = None
    objects: tuple[Any, ...] | None = None
    masked: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    units: Units = ""
    keep_results: bool = False
    parameter_text: Any = None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What the function is called with: the objects, or these interpolated onto one grid."""
        if self.function.takes_in_turn:
            return (InTurn(self.sources),) if self.objects is None else self.objects
        objects = self.operands({}).objects if self.objects is None else self.objects
        return ([*objects],) if self.gather == "list" else objects

    def operands(self, aligned: dict[int, Operands]) -> Operands:
        """Fetch the objects, in one unit and on one grid; ``aligned`` keeps grids for other jobs."""
        needs = Needs(function=self.function, parameters=self.parameters, units=self.units)
        return operands_of(needs, self.sources, self.grid, aligned)

    @property
    def record(self) -> Record:
        """What the history says of it."""
        text = self.parameter_text
        return Record(
            function=self.function.name,
            pattern="1-to-1" if self.function.pattern == "1-to-n" else self.function.pattern,
            parameters=encoded(self.parameters) if text is None else text,
            source_uuids=tuple([source.uuid for source in self.sources]),
            source_names=tuple([source.name_then for source in self.sources]),
            versions=versions(self.function.package),
            units=self.units,
        )


@dataclass(slots=True, kw_only=True)
class Output:
    """What a job gave: an object (with a result that belongs to it), or a result; and what is to be said.

    It isn't changed.

    An analysis that found nothing has neither. Pickled, its job has no objects, so that it is light
    to send.
    """

    job: Job
    record: Record
    obj: DataObject | None = None
    result: Any = None
    notes: tuple[Note, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it without what it was computed of."""
        job = replace(self.job, objects=None)
        return _output, (job, self.record, self.obj, self.result, self.notes)


def _output(job: Job, record: Record, obj: Any, result: Any, notes: tuple[Note, ...]) -> Output:
    """Rebuild an output that was pickled."""
    return Output(job=job, record=record, obj=obj, result=result, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody asked for: a function on objects, with checked parameters."""

    function: Function
    sources: Sequence[Source]
    operands: Sequence[Source] = field(default=())
    parameters: Any = None


def prepared(jobs: Sequence[Job], *, keep_results: bool = False) -> list[Job]:
    """Fetch what jobs are computed of, and put on one grid what belongs together.

    What comes back can be pickled, and run in another thread, process or place.

    Raises
    ------
    UnitError
        If objects are to be in one unit, and theirs are of different quantities.
    """
    aligned: dict[int, Operands] = {}
    texts: dict[int, Any] = {}  # of many jobs with the same parameters
    for job in jobs:
        if id(job.parameters) not in texts:
            texts[id(job.parameters)] = encoded(job.parameters)
    return [
        _fetched(job, texts[id(job.parameters)], aligned, keep_results=keep_results) for job in jobs
    ]


def _fetched(
    job: Job, parameter_text: Any, aligned: dict[int, Operands], *, keep_results: bool
) -> Job:
    """Return a job with what it is computed of, and what is to be known of that."""
    masked: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    objects: tuple[Any, ...]
    if job.function.takes_in_turn:
        objects = (InTurn(job.sources),)
    elif len(job.sources) == 1 and job.grid is None:
        source = job.sources[0]
        objects = (source.obj,)
        if source.is_masked:
            masked = (source.name,)
    else:
        operands = job.operands(aligned)
        objects = operands.objects
        masked = tuple([source.name for source in job.sources if source.is_masked])
        notes = distinct([note for some in operands.notes for note in some])
    return Job(  # in half the time that replace takes
        function=job.function,
        sources=job.sources,
        parameters=job.parameters,
        gather=job.gather,
        group=job.group,
        objects=objects,
        masked=masked,
        notes=notes,
        units=job.units,
        keep_results=keep_results,
        parameter_text=parameter_text,
    )


def jobs_of(call: Call) -> list[Job]:
    """Split what was asked for into single calls, in the order of their results.

    Raises
    ------
    OperandError
        If the function can't take these objects.
    """
    function = call.function
    _check_operands(call)
    match function.pattern:
        case "2-to-1":
            return _binary(call)
        case "n-to-1":
            return _gathering(call)
        case "1-to-n":
            return [
                _single(function, source, one) for source in call.sources for one in call.parameters
            ]
        case _ if call.operands:
            return [
                Job(function=function, sources=pair, parameters=call.parameters)
                for pair in _pairs(call)
            ]
        case _:
            return [_single(function, source, call.parameters) for source in call.sources]


def _single(function: Function, source: Source, parameters: Any) -> Job:
    return Job(
        function=function,
        sources=(source,),
        parameters=parameters,
    )


def _check_operands(call: Call) -> None:
    name, count, given = call.function.name, len(call.sources), len(call.operands)
    problem = ""
    if not call.function.takes_operand:
        if given and call.function.pattern == "n-to-1":
            problem = f"{name} takes all its objects by on=: give a list of names"
        elif given:
            problem = f"{name} takes no operand. Leave operand= out"
    elif given == 0 and call.function.may_take_operand:
        return
    elif given == 0:
        problem = f"{name} takes a second object. Give it by operand="
    elif given not in (1, count):
        problem = (
            f"{name} on {count} objects takes 1 operand for all or {count} operands, one each, "
            f"but was given {given}"
        )
    if problem:
        names = [source.name for source in call.sources]
        raise OperandError(f"{problem}.", function=name, names=names)


def _pairs(call: Call) -> list[tuple[Source, Source]]:
    """Return each object with its own operand, or with the only one."""
    operands = call.operands if len(call.operands) > 1 else [*call.operands] * len(call.sources)
    return [*zip(call.sources, operands, strict=True)]


def _binary(call: Call) -> list[Job]:
    sources, operands = call.sources, call.operands
    is_pairwise = len(operands) > 1
    pairs = _pairs(call)
    if is_pairwise:
        grids = [_grid(call.function, pair, (0, 1)) for pair in pairs]
    else:
        together = (*sources, operands[0])
        last = len(sources)
        grids = [_grid(call.function, together, (place, last)) for place in range(last)]
    return [
        Job(
            function=call.function,
            sources=pair,
            parameters=call.parameters,
            grid=grid,
            group=f"{call.function.name}[...]" if is_pairwise else None,
        )
        for pair, grid in zip(pairs, grids, strict=True)
    ]


def _grid(function: Function, sources: tuple[Source, ...], places: tuple[int, ...]) -> Grid | None:
    """Return what is put on one grid, where the function needs that."""
    return Grid(sources=sources, places=places) if function.aligns_x else None


def _gathering(call: Call) -> list[Job]:
    groups: dict[str | None, list[Source]] = {}
    group_of_loose = next((source.group for source in call.sources if source.is_stored), None)
    for source in call.sources:
        group = source.group if source.is_stored else group_of_loose
        groups.setdefault(group, []).append(source)
    jobs = []
    for title, members in groups.items():
        if len(members) < 2 and not call.function.takes_in_turn:  # noqa: PLR2004 - several
            where = f" of the group {title!r}" if len(groups) > 1 else ""
            message = (
                f"{call.function.name} makes one object of several, but was given only "
                f"{members[0].name!r}{where}."
            )
            names = [source.name for source in call.sources]
            raise OperandError(message, function=call.function.name, names=names)
        jobs.append(
            Job(
                function=call.function,
                sources=tuple(members),
                parameters=call.parameters,
                gather="list",
                group=call.function.result_group,
                grid=_grid(call.function, tuple(members), tuple(range(len(members)))),
            )
        )
    return jobs


def ahead(jobs: Sequence[Job]) -> list[Any]:
    """Do of jobs what takes long, where they are alike and their function has that apart; None else.

    None too where one fails: :func:`run`, which does it then, says of which, and why.
    """
    first = jobs[0]
    do = first.function.ahead
    if do is not None and all(_is_alike(job, first) for job in jobs):
        with suppress(Exception):  # raised again by run
            found: list[Any] = do([job.inputs[0] for job in jobs], first.parameters)
            return found
    return [None] * len(jobs)


def _is_alike(job: Job, other: Job) -> bool:
    """Say whether two jobs differ in nothing but their objects."""
    return job.function is other.function and job.parameters is other.parameters


def run(job: Job, found: Any = None) -> Output:
    """Run one job.

    Parameters
    ----------
    job
        What to run. It isn't changed, and neither are its sources.
    found
        What :func:`ahead` gave of it, if that was called.

    Returns
    -------
    Output
        What came of it.

    Raises
    ------
    ParameterError
        If the parameters don't fit each other or the object.
    ComputationError
        If the function fails.
    MissingPackageError
        If it needs a package that isn't installed.
    """
    function, inputs = job.function, _inputs(job)
    operands = _operands(job, inputs)
    _check_together(job, inputs)
    with naming([source.name for source in job.sources]) as titles:
        value = _called(job, inputs, found)
    value, own = value if isinstance(value, Noted) else (value, ())
    notes = _notes(job, operands, value, own)
    record = job.record
    if function.pattern == "1-to-0":
        if value is not None:
            if record.parameters is not None and not function.is_own:
                value.attrs["param_json"] = record.parameters
            keep_units(value, *operands)
        attach_to_result(value, notes)
        return Output(job=job, record=record, result=value, notes=notes)
    if value is None:
        raise _failed(job, "it gave nothing")
    value = as_sigimas(value)
    if not (job.keep_results or function.has_own_results):
        drop_results(value)
    entitle(value, titles.finished(value_of(value, "title")))
    describe(function, operands, job.parameters, value, job.units)
    own_arrays(value)
    record = replace(record, notes=notes) if notes else record
    write_record(value, record)
    attach_notes(value, *notes)
    result = _own_result(value) if function.has_own_results else None
    return Output(job=job, record=record, obj=value, result=result, notes=notes)


def _own_result(value: Any) -> Any:
    """Return the first of the results that a function has put into its object."""
    return next(iter(results_of(value)), None)


def _inputs(job: Job) -> tuple[Any, ...]:
    try:
        return job.inputs
    except DataLabKernelError:
        raise
    except Exception as exc:
        raise _failed(job, f"{type(exc).__name__}: {exc}") from exc


def _operands(job: Job, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the objects that a function is called with, one by one; the first, if it takes them in turn."""
    if job.function.takes_in_turn:
        return (inputs[0].first,)
    return tuple(inputs[0]) if job.gather == "list" else inputs


def _notes(
    job: Job, operands: tuple[Any, ...], value: Any, own: tuple[Note, ...]
) -> tuple[Note, ...]:
    """Return what is to be known of a value: of its preparation, then of the function on such data.

    ``own`` are those that the function itself made.
    """
    function = job.function
    found: tuple[Note, ...] = ()
    if is_watched(function.kind, function.name, job.masked, value):
        computed = Computed(
            function=function.name,
            kind=function.kind,
            inputs=operands,
            parameters=job.parameters,
            value=value,
            masked=job.masked,
            units=job.units,
        )
        found = notes_on(computed)
    of_results = notes_of_results(value) if function.has_own_results else ()
    return distinct((*job.notes, *found, *of_results, *own))


def _check_together(job: Job, inputs: tuple[Any, ...]) -> None:
    sets = job.parameters if isinstance(job.parameters, list) else [job.parameters]
    for one in sets:
        if one is not None:
            try:
                validate_dataset(one, *inputs)
            except (TypeError, ValueError) as exc:
                names = ", ".join(repr(source.name) for source in job.sources)
                raise ParameterError(
                    f"{job.function.name} can't run on {names}: {exc}",
                    function=job.function.name,
                    problems=[str(exc)],
                    parameters=[],
                ) from exc


def _called(job: Job, inputs: tuple[Any, ...], found: Any) -> Any:
    try:
        try:
            value = _call(job, inputs, found)
        except ValueError as exc:
            # Some compiled functions refuse read-only arrays, also those that only read them
            if "read-only" not in str(exc):
                raise
            value = _call(job, [_copied(given) for given in inputs], None)
        if job.keep_results and value is not None:
            _keep_geometry(job, inputs, value)
    except DataLabKernelError:
        raise
    except ImportError as exc:
        missing = import_failure(job.function.name, exc, "Nothing was changed. ")
        raise missing or _failed(job, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        is_of_x = job.function.kind == "signal" and str(exc) == _NEEDS_RISING_X
        advice = TURN_X_ROUND if is_of_x and any(map(falls, _operands(job, inputs))) else ""
        raise _failed(job, f"{type(exc).__name__}: {exc}", advice) from exc
    return value


def _keep_geometry(job: Job, inputs: tuple[Any, ...], value: Any) -> None:
    if job.function.kind == "image" and job.function.name in TRANSFORMED:
        transform_geometry(value, job.function.name)
    if job.function.pattern == "n-to-1":
        merge_geometry(value, inputs[0])


def _call(job: Job, inputs: Sequence[Any], found: Any) -> Any:
    function = job.function
    if function.ahead is not None:
        found = function.ahead([*inputs], job.parameters)[0] if found is None else found
        return function.call(*inputs, found)
    given = from_first_date(function.name, inputs)
    if function.may_take_operand and len(given) == 1:
        given = [*given, None]
    arguments = given if job.parameters is None else (*given, job.parameters)
    return by_date_again(function.name, inputs, function.call(*arguments))


def _copied(given: Any) -> Any:
    return [copy_object(obj) for obj in given] if isinstance(given, list) else copy_object(given)


def _failed(job: Job, reason: str, advice: str = "") -> ComputationError:
    names = [source.name for source in job.sources]
    message = (
        f"{job.function.name} failed on {', '.join(map(repr, names))}: {reason.rstrip('.')}. "
        f"Nothing was changed. {advice}".rstrip()
    )
    return ComputationError(message, function=job.function.name, names=names)
