"""The part of a workspace that computes: with Sigima here, the same as DataLab does.

What a function makes of objects is ``compute``'s; what is stored of that,
``_computed_objects``'s. Here, functions are given the workspace's objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import NothingSelectedError, OperandError, UnknownFunctionError
from datalab_kernel.objects import _names
from datalab_kernel.workspace._backend_computing import (
    BackendComputing,
    Names,
    by_kind,
    wanted_names,
)
from datalab_kernel.workspace._calc_result import CalcResult, names_in
from datalab_kernel.workspace._calculator import Calculator
from datalab_kernel.workspace._computed_objects import object_of, title_of
from datalab_kernel.workspace._mapping import _MISSING
from datalab_kernel.workspace._provenance import Provenance

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from datalab_kernel.compute import Executor, Job, Output, Request, Source
    from datalab_kernel.compute._function_table import FunctionTable
    from datalab_kernel.objects import DataObject, Kind


class Computing(BackendComputing, Provenance):
    """Computing, and the functions that can be run.

    Attributes
    ----------
    calc : Calculator
        Runs a function: ``workspace.calc("fft", on="sine")``, or with completion and
        Shift+Tab ``workspace.calc.fft(on="sine")``.
    keep_results : bool
        Whether computed objects keep the tables and geometry of their sources, as
        DataLab's option of that name says; False, as there.
    executor : str or Executor
        What runs a function on several objects: ``"threads"``, on all cores of this process,
        the name of an executor that another package brings, or an executor.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keep_results = False
        self.executor: str | Executor = "threads"
        self.calc = Calculator(self._calc)

    # -- running a function -------------------------------------------------------------

    def _calc(  # noqa: PLR0913 - the design's
        self,
        function: str,
        param: Any = None,
        *,
        on: Any = None,
        operand: Any = None,
        name: Names = None,
        store: bool = True,
        **params: Any,
    ) -> CalcResult:
        """Run a function; :class:`Calculator` has the documentation."""
        from datalab_kernel.compute import Request, plan

        with self._lock:
            sources = self._sources(self._what(on, function))
            operands = [] if operand is None else self._operands(operand, sources)
        request = Request(
            name=function,
            kind=_common_kind(function, [*sources, *operands]),
            sources=sources,
            operands=operands,
            param=param,
            keywords=params,
        )
        try:
            jobs = plan(request)
        except UnknownFunctionError as unknown:
            return self._run_there(request, name, store=store, unknown=unknown)
        is_analysis = jobs[0].function.pattern == "1-to-0"
        wanted = wanted_names(function, name, len(jobs), is_analysis=is_analysis)
        if store and not self.keep_results and (done := self._computed_there(jobs, wanted)):
            return self._told(request, done, is_analysis=is_analysis)
        return self._computed(request, jobs, wanted, store=store)

    def _computed(
        self, request: Request, jobs: Sequence[Job], wanted: Sequence[str | None], *, store: bool
    ) -> CalcResult:
        """Compute here, and store what comes of it."""
        from datalab_kernel.compute import run_all

        is_analysis = jobs[0].function.pattern == "1-to-0"
        if is_analysis and store:
            _check_stored(request)
        outputs = run_all(
            jobs,
            f"Computing {request.name}:",
            executor=self.executor,
            keep_results=self.keep_results,
        )
        involved = _distinct([*request.sources, *request.operands])
        on = tuple(source.name for source in request.sources)
        loose: Iterable[DataObject] | None = None
        if is_analysis:
            names = on
            if store:
                self._store_results(outputs)
            elif not all(source.is_stored for source in request.sources):
                loose = (source.obj for source in request.sources)
        elif store:
            names = self._store_objects(outputs, wanted, involved)
        else:
            names = _label(outputs, wanted)
            loose = map(object_of, outputs)
        return CalcResult(
            function=request.name,
            names=names,
            on=on,
            **by_kind((output.job.sources[0].name, output.result) for output in outputs),
            conversions={s.name: s.conversion for s in involved if s.conversion},
            is_stored=store,
            is_analysis=is_analysis,
            load=self._view_for_display if loose is None else None,
            unstored=tuple(loose or ()),
        )

    def _what(self, on: Any, function: str) -> Any:
        if on is not None:
            return on
        selected = self.selection
        if not selected:
            message = (
                f"{function} was given nothing to act on, and nothing is selected. "
                "Say on what by on=, for instance on='sine'."
            )
            raise NothingSelectedError(message, function=function)
        return selected

    def _sources(self, what: Any, known: Sequence[Source] = ()) -> builtins.list[Source]:
        """Return what is to be computed of; an object that is known already is the same one."""
        from datalab_kernel.compute import Source

        if _is_loose(what):
            return [*map(_loose_source, what.unstored)]
        if isinstance(what, (list, tuple)) and any(map(_is_loose, what)):
            parts = [one if _is_loose(one) else [one] for one in what]
            return [source for part in parts for source in self._sources(part, known)]
        names = self._found(what)
        if not names:
            message = "There is nothing to compute in an empty list. Give names."
            raise OperandError(message, function=None, names=[])
        infos = self._backend.describe()
        found = {source.name: source for source in known if source.is_stored}
        return [
            found.get(name)
            or Source(
                name=name,
                kind=infos[name].kind,
                load=partial(self._identified_view, name),
                group=infos[name].group,
            )
            for name in names
        ]

    def _identified_view(self, name: str) -> DataObject:
        with self._lock:
            self._require([name])
            return self._backend.identified(name)

    def _operands(self, what: Any, sources: Sequence[Source]) -> builtins.list[Source]:
        """Return the second objects, of which one may be there for several of the first."""
        if not isinstance(what, (list, tuple)):
            return self._sources(what, sources)
        found: builtins.list[Source] = []
        for one in what:
            found += self._sources(one if _is_loose(one) else [one], [*sources, *found])
        return found

    def _found(self, what: Any) -> builtins.list[str]:
        names = names_in(what)
        if names is not None and not isinstance(names, Iterable):
            message = (
                f"Objects are given by their names, not as {type(names).__name__}. "
                "Add it first: workspace['name'] = obj."
            )
            raise TypeError(message)
        if not isinstance(names, Iterable) or isinstance(names, str):
            return super()._found(names)
        return super()._found([found for one in names for found in self._matched(one)])

    def _matched(self, name: Any) -> builtins.list[Any]:
        """Return the names that a pattern among several names stands for; a name as it is."""
        is_pattern = isinstance(name, str) and _names.has_wildcard(name)
        return super()._found(name) if is_pattern else [name]

    def get(self, name: Any, default: Any = _MISSING, *, copy: bool = True) -> Any:
        """Return an independent copy of an object; see :meth:`NamedObjects.get`."""
        if isinstance(name, CalcResult):
            if name.is_loose:
                return name.object if copy else name.view(name.name)
            name = name.name
        return super().get(name, default, copy=copy)

    def remove(self, name: str | Iterable[str]) -> None:
        """Remove an object, or several, all or none; see :meth:`NamedObjects.remove`."""
        super().remove(names_in(name))

    # -- looking ------------------------------------------------------------------------

    def functions(self, pattern: str | None = None, kind: Kind | None = None) -> FunctionTable:
        """List the functions that :attr:`calc` runs, with their parameters.

        Parameters
        ----------
        pattern
            A name, a pattern such as ``"*_fit"``, or a text in the name or description.
        kind
            Only those for ``"signal"`` or ``"image"``.

        Returns
        -------
        FunctionTable
            A sequence of FunctionInfo, which displays as a table to search in.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> [info.name for info in workspace.functions("threshold_o*", kind="image")]
        ['threshold_otsu']
        """
        from datalab_kernel.compute._function_table import find_functions

        return find_functions(pattern, kind)


def _loose_source(obj: DataObject) -> Source:
    """Return a source of an object that isn't in the workspace."""
    from datalab_kernel.compute import Source
    from datalab_kernel.objects import describe_object, share_object

    return Source(
        name=obj.title,
        kind=describe_object(obj, group="").kind,
        load=partial(share_object, obj),
        is_stored=False,
    )


def _is_loose(what: Any) -> bool:
    return isinstance(what, CalcResult) and what.is_loose


def _check_stored(request: Request) -> None:
    """Check that what is analysed is there to keep the results."""
    names = [source.name for source in request.sources if not source.is_stored]
    if names:
        message = (
            f"{request.name} keeps its results with the objects, but {_names.enumerate_names(names)} "
            "isn't in the workspace. With store=False the results are only returned."
        )
        raise OperandError(message, function=request.name, names=names)


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """Return each source once: an object may also be its own operand."""
    return [*{(source.name, source.is_stored): source for source in sources}.values()]


def _common_kind(function: str, sources: Sequence[Source]) -> Kind:
    kinds = {source.kind for source in sources}
    if len(kinds) > 1:
        names = [source.name for source in sources]
        message = (
            f"{function} can't run on signals and images together: "
            f"{_names.enumerate_names(names)}. Run it on each kind."
        )
        raise OperandError(message, function=function, names=names)
    return kinds.pop()


def _label(outputs: Sequence[Output], wanted: Sequence[str | None]) -> tuple[str, ...]:
    """Give objects that aren't stored their names."""
    names = tuple(wish or title_of(output) for wish, output in zip(wanted, outputs, strict=True))
    for name, output in zip(names, outputs, strict=True):
        object_of(output).title = name
    return names
