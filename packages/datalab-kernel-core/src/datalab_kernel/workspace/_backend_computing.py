"""The part of a workspace that lets its backend compute, where that does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import OperandError, ParameterError
from datalab_kernel.objects import _names
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace._changes import Change
from datalab_kernel.workspace._computed_objects import ComputedObjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.backends import Calculated
    from datalab_kernel.compute import Job, Request
    from datalab_kernel.errors import UnknownFunctionError

Names = str | list[str] | tuple[str, ...] | None


class BackendComputing(ComputedObjects):
    """Functions that run where the objects are: known ones, and those of a plug-in of DataLab."""

    def _computed_there(
        self, jobs: Sequence[Job], wanted: Sequence[str | None]
    ) -> Sequence[Calculated] | None:
        """Let the backend compute, if it does."""
        with self._changing():
            done = self._backend.calc(jobs, wanted)
            if done:
                self._note(done, is_analysis=jobs[0].function.pattern == "1-to-0")
            return done

    def _run_there(
        self, request: Request, name: Names, *, store: bool, unknown: UnknownFunctionError
    ) -> CalcResult:
        """Let the backend run a function that it alone has; else it is unknown."""
        is_possible = isinstance(request.name, str) and store and not request.operands
        if not is_possible or not all(source.is_stored for source in request.sources):
            raise unknown
        if isinstance(name, str):
            _names.check_name(name)
        on = [source.name for source in request.sources]
        with self._changing():
            self._require(on)
            done = self._backend.calc_own(request.name, on, plain_parameters(request))
            if done is None:
                raise unknown
            is_analysis = {one.name for one in done} <= {*on}
            if not is_analysis:
                done = self._renamed(request.name, done, name)
            self._note(done, is_analysis=is_analysis)
        return self._told(request, done, is_analysis=is_analysis)

    def _note(self, done: Sequence[Calculated], *, is_analysis: bool) -> None:
        """Take note of what the backend has made or changed; what it made is selected."""
        names = tuple(dict.fromkeys(one.name for one in done))
        self._record(Change(kind="changed" if is_analysis else "added", names=names))
        if not is_analysis:
            self._select(names)

    def _renamed(
        self, function: str, done: Sequence[Calculated], name: Names
    ) -> Sequence[Calculated]:
        """Give what the backend has made the names that it is to have; or take it away again."""
        made = [one.name for one in done]
        try:
            wanted = wanted_names(function, name, len(made), is_analysis=False)
        except BaseException:
            self._backend.remove(made)
            raise
        names = []
        for old, wish in zip(made, wanted, strict=True):
            new = old if wish is None else _names.make_unique(wish, self._backend.describe())
            if new != old:
                self._backend.rename(old, new)
            names.append(new)
        return [replace(one, name=new) for one, new in zip(done, names, strict=True)]

    def _told(
        self, request: Request, done: Sequence[Calculated], *, is_analysis: bool
    ) -> CalcResult:
        """Say what the backend computed."""
        return CalcResult(
            function=request.name,
            names=tuple(one.name for one in done),
            on=tuple(source.name for source in request.sources),
            **by_kind((one.name, one.result) for one in done),
            computed_by="datalab",
            is_analysis=is_analysis,
            load=self._view_for_display,
        )

    def _view_for_display(self, name: str) -> Any:
        return self.get(name, copy=False)


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
