"""Letting the backend compute, where that does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from datalab_kernel.backends import OwnFunctions
from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.notes import distinct as distinct_notes
from datalab_kernel.objects import _names
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace._changes import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.backends import Calculated, Computes
    from datalab_kernel.compute import Job, Request
    from datalab_kernel.errors import UnknownFunctionError
    from datalab_kernel.workspace._shelf import Shelf

Names = str | list[str] | tuple[str, ...] | None


class BackendRunner:
    """Run functions where the objects are: known ones, and those of a plug-in of DataLab."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def run(
        self, request: Request, jobs: Sequence[Job], wanted: Sequence[str | None]
    ) -> CalcResult | None:
        """Let the backend compute; None if it leaves that to us."""
        opened = self._shelf.opened
        # hasattr says what Computes would, in a tenth of the time
        if opened is not None and not hasattr(opened, "calc"):
            return None
        is_analysis = jobs[0].function.pattern == "1-to-0"
        with self._shelf.changing():
            backend = self._shelf.backend
            if not hasattr(backend, "calc"):
                return None
            done = cast("Computes", backend).calc(jobs, wanted)
            if not done:
                return None
            self._note(done, is_analysis=is_analysis)
        return self._result(request, done, is_analysis=is_analysis)

    def run_own(
        self, request: Request, name: Names, *, store: bool, unknown: UnknownFunctionError
    ) -> CalcResult:
        """Let the backend run a function that it alone has; else it is unknown."""
        is_possible = isinstance(request.name, str) and store and not request.operands
        if not is_possible or not all(source.is_stored for source in request.sources):
            raise unknown
        if isinstance(name, str):
            _names.check_name(name)
        on = [source.name for source in request.sources]
        with self._shelf.changing():
            self._shelf.require(on)
            backend = self._shelf.backend
            if not isinstance(backend, OwnFunctions):
                raise unknown
            done = backend.calc_own(request.name, on, plain_parameters(request))
            if done is None:
                raise unknown
            is_analysis = {one.name for one in done} <= {*on}
            if not is_analysis:
                done = self._renamed(request.name, done, name)
            self._note(done, is_analysis=is_analysis)
        return self._result(request, done, is_analysis=is_analysis)

    def _note(self, done: Sequence[Calculated], *, is_analysis: bool) -> None:
        """Take note of what the backend has made or changed; what it made is selected."""
        names = tuple(dict.fromkeys(one.name for one in done))
        self._shelf.record(Change(kind="changed" if is_analysis else "added", names=names))
        if not is_analysis:
            self._shelf.note_selected(names)

    def _renamed(
        self, function: str, done: Sequence[Calculated], name: Names
    ) -> Sequence[Calculated]:
        """Give what the backend has made the names that it is to have; or take it away again."""
        made = [one.name for one in done]
        try:
            wanted = wanted_names(function, name, len(made), is_analysis=False)
        except BaseException:
            self._shelf.backend.remove(made)
            raise
        names = []
        for old, wish in zip(made, wanted, strict=True):
            new = old if wish is None else _names.make_unique(wish, self._shelf.backend.describe())
            if new != old:
                self._shelf.backend.rename(old, new)
            names.append(new)
        return [replace(one, name=new) for one, new in zip(done, names, strict=True)]

    def _result(
        self, request: Request, done: Sequence[Calculated], *, is_analysis: bool
    ) -> CalcResult:
        """Say what the backend computed."""
        return CalcResult(
            function=request.name,
            names=tuple(one.name for one in done),
            on=tuple(source.name for source in request.sources),
            **by_kind((one.name, one.result) for one in done),
            conversions={name: text for one in done for name, text in one.conversions.items()},
            notes=distinct_notes(note for one in done for note in one.notes),
            computed_by=self._shelf.backend.computes_as,
            is_analysis=is_analysis,
            load=self._shelf.view,
        )


def wanted_names(function: str, name: Names, count: int, *, is_analysis: bool) -> list[str | None]:
    """Return the name that each result is to have, None for its own title."""
    if name is None:
        return [None] * count
    if is_analysis:
        message = f"{function} adds no object to name: its results go into what it analyses."
        raise OperandError(message, function=function, names=[])
    if isinstance(name, str) or not isinstance(name, Iterable):
        return [_names.check_name(name)] * count
    given = [_names.check_name(one) for one in name]
    if len(given) != count:
        message = (
            f"{function} makes {_names.count_objects(count)}, but was given {len(given)} names."
        )
        raise OperandError(message, function=function, names=given)
    return [*given]


def plain_parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a function of which nothing is known, as plain values by name."""
    from datalab_kernel.compute import plain_value, values_of

    param = request.param
    if hasattr(param, "get_items"):
        param = values_of(param)
    if not isinstance(param, Mapping | None):
        message = f"{request.name}: param must be a dict or a DataSet, not {param!r:.80}"
        raise ParameterError(message, function=request.name, problems=[message], parameters=[])
    given = {**(param or {}), **request.keywords}
    return {name: plain_value(value) for name, value in given.items()}


def by_kind(results: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return tables and geometry apart, by the object's name."""
    found: dict[str, Any] = {"tables": {}, "geometry": {}}
    for name, result in results:
        if result is not None:
            found["geometry" if hasattr(result, "coords") else "tables"][name] = result
    return found
