"""Running functions on the objects of a shelf: with Sigima here, the same as DataLab does.

What a function makes of objects is ``compute``'s; what it is given, ``_sources``'s; what is
stored of the outcome, ``_computed_objects``'s; what a backend computes, ``_backend_runner``'s.
Importing this imports Sigima: a workspace does so when something is first computed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute import Request, check_units, plan, run_all
from datalab_kernel.display._remark import show_remark
from datalab_kernel.errors import UnknownFunctionError
from datalab_kernel.notes import distinct as distinct_notes
from datalab_kernel.workspace._backend_runner import BackendRunner, Names, by_kind, wanted_names
from datalab_kernel.workspace._calc_result import CalcResult, listed
from datalab_kernel.workspace._computation_warning import warn_of_notes
from datalab_kernel.workspace._computed_objects import ComputedObjects, object_of, title_of
from datalab_kernel.workspace._fit_result import fit_result
from datalab_kernel.workspace._sources import (
    check_stored,
    common_kind,
    distinct,
    operands_of,
    selected_or,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from datalab_kernel.compute import Executor, Job, Output
    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._fit_result import FitResult
    from datalab_kernel.workspace._shelf import Shelf


class Runner:
    """Run functions on the objects of a shelf, and put there what comes of it.

    Attributes
    ----------
    executor : str or Executor
        What runs a function on several objects.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.executor: str | Executor = "threads"
        self._shelf = shelf
        self._computed = ComputedObjects(shelf)
        self._there = BackendRunner(shelf)

    def run(
        self, function: str, param: Any = None, *, on: Any = None, **keywords: Any
    ) -> CalcResult:
        """Run a function, then say on what if nobody did, and warn of what is to be known.

        :class:`Calculator` documents it.
        """
        result = self.compute(function, param, on=on, **keywords)
        if on is None:
            said = f"it acted on the selection, {listed(result.on)}."
            show_remark(f"{function} was given no on=: {said}")
            result = replace(result, is_of_selection=True)
        warn_of_notes(result.function, result.notes)
        return result

    def fit(self, on: Any, model: Any, name: Names = None, **given: Any) -> FitResult:
        """Fit a model to signals, then warn of what is to be known; :meth:`Workspace.fit` documents it."""
        from datalab_kernel.compute.fits import fit_jobs

        with self._shelf.lock:
            sources = sources_of(self._shelf, selected_or(self._shelf, on, "fit"))
        jobs = fit_jobs(sources, model, **given)
        request = Request(name="fit", kind="signal", sources=sources, keywords=given)
        wanted = wanted_names("fit", name, len(jobs), is_analysis=False)
        result = fit_result(self.run_jobs(request, jobs, wanted, store=True))
        warn_of_notes(result.function, result.notes)
        return result

    def project(self, parts: Mapping[str, Sequence[str]], method: str, name: Names) -> CalcResult:
        """Project frames, those of each part onto an image; :class:`Stack` documents it."""
        with self._shelf.lock:
            sources = [sources_of(self._shelf, [*names]) for names in parts.values()]
        requests = [
            Request(name="projection", kind="image", sources=some, keywords={"method": method})
            for some in sources
        ]
        jobs = [
            replace(job, keep_results=self._shelf.keep_results)
            for request in requests
            for job in plan(request)
        ]
        whole = replace(requests[0], sources=[source for some in sources for source in some])
        wanted = wanted_names("projection", name, len(jobs), is_analysis=False)
        result = self.run_jobs(whole, jobs, wanted, store=True)
        warn_of_notes(result.function, result.notes)
        return result

    def compute(  # noqa: PLR0913 - the design's
        self,
        function: str,
        param: Any,
        *,
        on: Any = None,
        operand: Any = None,
        name: Names = None,
        store: bool = True,
        units: str | None = None,
        **params: Any,
    ) -> CalcResult:
        """Run a function, and say nothing: what is to be known is in the result's notes."""
        asked = check_units(function, units)
        with self._shelf.lock:
            sources = sources_of(self._shelf, selected_or(self._shelf, on, function))
            operands = operands_of(self._shelf, operand, sources)
        request = Request(
            name=function,
            kind=common_kind(function, [*sources, *operands]),
            sources=sources,
            operands=operands,
            param=param,
            keywords=params,
        )
        try:
            jobs = plan(request)
        except UnknownFunctionError as unknown:
            return self._there.run_own(request, name, store=store, unknown=unknown)
        keep_results = self._shelf.keep_results
        if keep_results or asked:
            jobs = [replace(job, keep_results=keep_results, units=asked) for job in jobs]
        is_analysis = jobs[0].function.pattern == "1-to-0"
        wanted = wanted_names(function, name, len(jobs), is_analysis=is_analysis)
        return self.run_jobs(request, jobs, wanted, store=store)

    def run_jobs(
        self, request: Request, jobs: Sequence[Job], wanted: Sequence[str | None], *, store: bool
    ) -> CalcResult:
        """Run what a request was planned to be: where the objects are, if that computes, else here."""
        if store and (done := self._there.run(request, jobs, wanted)):
            return done
        return self._run_here(request, jobs, wanted, store=store)

    def _run_here(
        self, request: Request, jobs: Sequence[Job], wanted: Sequence[str | None], *, store: bool
    ) -> CalcResult:
        """Compute here, and store what comes of it."""
        is_analysis = jobs[0].function.pattern == "1-to-0"
        if is_analysis and store:
            check_stored(request)
        outputs = run_all(
            jobs,
            f"Computing {request.name}:",
            executor=self.executor,
            keep_results=jobs[0].keep_results,
        )
        involved = distinct([*request.sources, *request.operands])
        on = tuple([source.name for source in request.sources])
        loose: Iterable[DataObject] | None = None
        if is_analysis:
            names = on
            if store:
                self._computed.store_results(outputs)
            elif not all(source.is_stored for source in request.sources):
                loose = (source.obj for source in request.sources)
        elif store:
            names = self._computed.store_objects(outputs, wanted, involved)
        else:
            names = _label(outputs, wanted)
            loose = map(object_of, outputs)
        return CalcResult(
            function=request.name,
            names=names,
            on=on,
            **by_kind([*zip(names, [output.result for output in outputs], strict=True)]),
            conversions={s.name: s.conversion for s in involved if s.conversion},
            notes=distinct_notes([note for output in outputs for note in output.notes]),
            is_stored=store,
            is_analysis=is_analysis,
            load=self._shelf.view if loose is None else None,
            unstored=tuple(loose or ()),
        )


def _label(outputs: Sequence[Output], wanted: Sequence[str | None]) -> tuple[str, ...]:
    """Give objects that aren't stored their names."""
    names = tuple(wish or title_of(output) for wish, output in zip(wanted, outputs, strict=True))
    for name, output in zip(names, outputs, strict=True):
        object_of(output).title = name
    return names
