"""The part of a workspace that computes: with Sigima here, the same as DataLab does.

What a function makes of objects is ``compute``'s; what is stored of that,
``_computed_objects``'s. Here, functions are given the workspace's objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel import _names
from datalab_kernel._calc_result import CalcResult, names_in
from datalab_kernel._calculator import Calculator
from datalab_kernel._changes import Change
from datalab_kernel._computed_objects import ComputedObjects, object_of, title_of
from datalab_kernel._named_objects import _MISSING
from datalab_kernel.errors import NothingSelectedError, OperandError

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Iterator, Sequence

    from datalab_kernel._function_table import FunctionTable
    from datalab_kernel._history import History
    from datalab_kernel._objects import DataObject
    from datalab_kernel.backends import Backend, Calculated, Kind
    from datalab_kernel.compute import Job, Output, Request, Source

Names = str | list[str] | tuple[str, ...] | None


class Computing(ComputedObjects):
    """Computing, the functions that can be run, and how an object was computed.

    Attributes
    ----------
    calc : Calculator
        Runs a function: ``workspace.calc("fft", on="sine")``, or with completion and
        Shift+Tab ``workspace.calc.fft(on="sine")``.
    keep_results : bool
        Whether computed objects keep the tables and geometry of their sources, as
        DataLab's option of that name says; False, as there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keep_results = False
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
            operands = [] if operand is None else self._sources(operand, sources)
        request = Request(
            name=function,
            kind=_common_kind(function, [*sources, *operands]),
            sources=sources,
            operands=operands,
            param=param,
            keywords=params,
        )
        jobs = plan(request)
        is_analysis = jobs[0].function.pattern == "1-to-0"
        wanted = _wanted_names(function, name, len(jobs), is_analysis=is_analysis)
        if store and not self.keep_results and (done := self._calculated(jobs, wanted)):
            return self._told(request, done, is_analysis=is_analysis)
        return self._computed(request, jobs, wanted, store=store)

    def _calculated(
        self, jobs: Sequence[Job], wanted: Sequence[str | None]
    ) -> Sequence[Calculated] | None:
        """Let the backend compute, if it does."""
        with self._changing():
            done = self._backend.calc(jobs, wanted)
            if done:
                names = tuple(dict.fromkeys(one.name for one in done))
                is_analysis = jobs[0].function.pattern == "1-to-0"
                self._record(Change(kind="changed" if is_analysis else "added", names=names))
                if not is_analysis:
                    self._select(names)
            return done

    def _told(
        self, request: Request, done: Sequence[Calculated], *, is_analysis: bool
    ) -> CalcResult:
        """Say what the backend computed."""
        return CalcResult(
            function=request.name,
            names=tuple(one.name for one in done),
            on=tuple(source.name for source in request.sources),
            **_by_kind((one.name, one.result) for one in done),
            computed_by="datalab",
            is_analysis=is_analysis,
            load=self._view_for_display,
        )

    def _computed(
        self, request: Request, jobs: Sequence[Job], wanted: Sequence[str | None], *, store: bool
    ) -> CalcResult:
        """Compute here, and store what comes of it."""
        from datalab_kernel.compute import run, run_all

        is_analysis = jobs[0].function.pattern == "1-to-0"
        calls = [partial(run, job, keep_results=self.keep_results) for job in jobs]
        outputs = run_all(calls, f"Computing {request.name}:")
        involved = _distinct([*request.sources, *request.operands])
        on = tuple(source.name for source in request.sources)
        if is_analysis:
            names = on
            if store:
                self._store_results(outputs)
        elif store:
            names = self._store_objects(outputs, wanted, involved)
        else:
            names = _label(outputs, wanted)
        is_loose = not (store or is_analysis)
        return CalcResult(
            function=request.name,
            names=names,
            on=on,
            **_by_kind((output.job.sources[0].name, output.result) for output in outputs),
            conversions={s.name: s.conversion for s in involved if s.conversion},
            is_stored=store,
            is_analysis=is_analysis,
            load=None if is_loose else self._view_for_display,
            unstored=tuple(map(object_of, outputs)) if is_loose else (),
        )

    def _view_for_display(self, name: str) -> Any:
        return self.get(name, copy=False)

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
        if isinstance(what, CalcResult) and not what.is_stored and not what.is_analysis:
            return [_source(obj.title, obj, is_stored=False) for obj in what.unstored]
        names = self._found(what)
        if not names:
            message = "There is nothing to compute in an empty list. Give names."
            raise OperandError(message, function=None, names=[])
        infos = self._backend.describe()
        found = {source.name: source for source in known if source.is_stored}
        return [
            found.get(name) or _source(name, self._backend.view(name), group=infos[name].group)
            for name in names
        ]

    def _found(self, what: Any) -> builtins.list[str]:
        return super()._found(names_in(what))

    def get(self, name: Any, default: Any = _MISSING, *, copy: bool = True) -> Any:
        """Return an independent copy of an object; see :meth:`NamedObjects.get`."""
        name = name.name if isinstance(name, CalcResult) else name
        return super().get(name, default, copy=copy)

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
        from datalab_kernel._function_table import find_functions

        return find_functions(pattern, kind)

    def history(self, name: str) -> History:
        """Say how an object was computed, from its first sources on.

        Parameters
        ----------
        name
            The object's name, or the result of :attr:`calc`.

        Returns
        -------
        History
            A sequence of steps, which displays as a table; empty if the object wasn't
            computed.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, -3.0])
        >>> positive = workspace.calc("absolute", on="ramp")
        >>> _ = workspace.calc("moving_average", on=positive, name="average")
        >>> [step.function for step in workspace.history("average")]
        ['absolute', 'moving_average']
        """
        from datalab_kernel._history import history_of

        with self._lock:
            return history_of(self._sole(name), self._views())

    def script(self, name: str) -> str:
        """Write Python that computes an object again from its sources.

        Parameters
        ----------
        name
            The object's name, or the result of :attr:`calc`.

        Returns
        -------
        str
            To be run where ``workspace`` has the sources; it ends with the same object.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name, or a source isn't in the workspace any more.
        OperandError
            If the object wasn't computed.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, -3.0])
        >>> print(workspace.script(workspace.calc("absolute", on="ramp")))
        # Computes 'absolute(ramp)' from 'ramp'.
        workspace.calc("absolute", on="ramp", name="absolute(ramp)")
        """
        from datalab_kernel._history import script_of

        with self._lock:
            return script_of(self._sole(name), self._views())

    def _sole(self, name: Any) -> str:
        name = name.name if isinstance(name, CalcResult) else name
        self._require([name])
        return str(name)

    def _views(self) -> Mapping[str, DataObject]:
        return _Views(self._backend)


class _Views(Mapping[str, "DataObject"]):
    """The objects of a backend, each looked at when it is first asked for."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._names = backend.describe()
        self._seen: dict[str, DataObject] = {}

    def __getitem__(self, name: str) -> DataObject:
        if name not in self._seen:
            if name not in self._names:
                raise KeyError(name)
            self._seen[name] = self._backend.view(name)
        return self._seen[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _source(
    name: str, obj: DataObject, *, group: str | None = None, is_stored: bool = True
) -> Source:
    from datalab_kernel.compute import Source, new_uuid, uuid_of
    from datalab_kernel.storage import share_object, widen_object

    obj = obj if is_stored else share_object(obj)
    conversion = widen_object(obj)
    uuid = uuid_of(obj) or new_uuid()
    return Source(
        name=name, obj=obj, uuid=uuid, group=group, conversion=conversion, is_stored=is_stored
    )


def _distinct(sources: Iterable[Source]) -> list[Source]:
    """Return each source once: an object may also be its own operand."""
    return [*{source.name: source for source in sources}.values()]


def _common_kind(function: str, sources: Sequence[Source]) -> Kind:
    kinds = {source.obj.PREFIX for source in sources}
    if len(kinds) > 1:
        names = [source.name for source in sources]
        message = (
            f"{function} can't run on signals and images together: "
            f"{_names.enumerate_names(names)}. Run it on each kind."
        )
        raise OperandError(message, function=function, names=names)
    return "signal" if kinds == {"s"} else "image"


def _wanted_names(function: str, name: Names, count: int, *, is_analysis: bool) -> list[str | None]:
    """Return the name that each result is to have, None for its own title."""
    if name is None:
        return [None] * count
    if is_analysis:
        message = f"{function} adds no object to name: its results go into what it analyses."
        raise OperandError(message, function=function, names=[])
    if isinstance(name, str):
        return [_names.check_name(name)] * count
    given = [_names.check_name(one) for one in name]
    if len(given) != count:
        message = (
            f"{function} makes {_names.count_objects(count)}, but was given {len(given)} names."
        )
        raise OperandError(message, function=function, names=given)
    return [*given]


def _label(outputs: Sequence[Output], wanted: Sequence[str | None]) -> tuple[str, ...]:
    """Give objects that aren't stored their names."""
    names = tuple(wish or title_of(output) for wish, output in zip(wanted, outputs, strict=True))
    for name, output in zip(names, outputs, strict=True):
        object_of(output).title = name
    return names


def _by_kind(results: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return tables and geometry apart, by the object's name."""
    found: dict[str, Any] = {"tables": {}, "geometry": {}}
    for name, result in results:
        if result is not None:
            found["geometry" if hasattr(result, "coords") else "tables"][name] = result
    return found
