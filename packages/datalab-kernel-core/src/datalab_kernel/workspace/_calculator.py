"""``workspace.calc``: a function for functions, and one with a signature for each of them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.compute import FunctionInfo, Parameter
    from datalab_kernel.workspace._calc_result import CalcResult
    from datalab_kernel.workspace._runner import Runner

_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_COMMON = (
    (
        "on",
        None,
        "A name, a pattern, several names, or the result of another calc; else the selection.",
    ),
    ("operand", None, "The second object, or one for each of ``on``."),
    ("name", None, "How to name what is added, or a list of names; else its own title."),
    (
        "units",
        None,
        '"as they are": operands in different units are not converted; or what calibration goes to.',
    ),
    ("store", True, "Whether to add what is computed; otherwise it is only returned."),
)


class Calculator:
    """Run Sigima's processing functions by the names that DataLab has for them.

    ``workspace.calc("gaussian_filter", on="img", sigma=2)`` is the same as
    ``workspace.calc.gaussian_filter(on="img", sigma=2)``, which has completion and
    Shift+Tab. ``workspace.functions()`` lists what there is.
    """

    def __init__(self, runner: Callable[[], Runner]) -> None:
        self._runner = runner

    def __call__(  # noqa: PLR0913 - the design's
        self,
        function: str,
        param: Any = None,
        *,
        on: Any = None,
        operand: Any = None,
        name: str | Sequence[str] | None = None,
        store: bool = True,
        units: str | None = None,
        **params: Any,
    ) -> CalcResult:
        """Run a function on objects, and add what it makes of them to the workspace.

        Parameters
        ----------
        function
            Its name, as DataLab has it. ``workspace.functions()`` lists all.
        param
            Its parameters as a dict or as Sigima's DataSet; a SignalROI or ImageROI where
            a function takes regions of interest.
        on
            A name, a pattern such as ``"img*"``, several names, or the result of another
            calc. None: the workspace's selection, which is what was last selected, added
            or computed. Each object gives a result of its own, but for functions that make
            one of several: these make one of each group.
        operand
            For functions of two objects: the second, or one for each of ``on``.
        name
            The name of what is added; None: Sigima's own title with the objects' names in
            it. Several results of one name are numbered; a list has one for each. A result
            of the same function, sources and parameters replaces its predecessor, and
            nothing else is ever replaced: `` (2)`` is added to a name that is taken.
        store
            Whether the result is added to the workspace (tables and geometry: to the
            objects); otherwise it is only in what is returned.
        units
            ``"as they are"``: a sum, a difference or an x axis in common is computed with the
            numbers of operands in different units, as DataLab does. None: they are converted
            into the first one's unit, which a note of the result says. Of ``calibration``, the
            unit that it goes to, such as ``"mV"``.
        **params
            Parameters by name. What isn't given has DataLab's default.

        Returns
        -------
        CalcResult
            The names of what was added, tables and geometry. It displays, and goes into
            plot, get and calc.

        Raises
        ------
        UnknownFunctionError
            If there is no such function; it lists the nearest.
        ParameterError
            If a parameter is unknown, missing, of the wrong type or out of range; it lists
            all that the function takes.
        OperandError
            If the function can't take these objects. A UnitError is one: their units are of
            different quantities.
        NothingSelectedError
            If ``on`` isn't given and nothing is selected.
        ComputationError
            If the function fails on one of the objects. Whatever fails, nothing is changed.

        Notes
        -----
        Values of a dtype that DataLab doesn't compute with (such as uint32) are widened
        without loss before; ``conversions`` of the result says so. Signals on different
        grids are interpolated onto the coarsest first, as DataLab does.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0, 2.0], [0.0, 2.0, 4.0])
        >>> workspace.calc("derivative", on="ramp")
        CalcResult(derivative on 'ramp': 'derivative(ramp)')
        >>> workspace.calc("stats", on="ramp").frame[["min", "max", "mean"]]
           min  max  mean
        0  0.0  4.0   2.0
        """
        return self._runner().run(
            function,
            param,
            on=on,
            operand=operand,
            name=name,
            store=store,
            units=units,
            **params,
        )

    def __repr__(self) -> str:
        """Say how it is used."""
        return 'calc("function", on="name", …); workspace.functions() lists the functions'

    def __dir__(self) -> list[str]:
        from datalab_kernel.workspace._function_names import function_names

        return [*function_names()]

    def __getattr__(self, name: str) -> Callable[..., CalcResult]:
        """Give a function with its own signature and docstring."""
        if name.startswith("_"):
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        return _bound(self, name)


def _bound(calculator: Calculator, name: str) -> Callable[..., CalcResult]:
    from datalab_kernel.compute import described

    infos = described(name)

    def function(param: Any = None, **keywords: Any) -> CalcResult:
        return calculator(name, param, **keywords)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _docstring(infos)
    function.__signature__ = _signature(infos)  # type: ignore[attr-defined]
    return function


def _common(infos: Sequence[FunctionInfo]) -> list[tuple[str, Any, str]]:
    patterns = {info.pattern for info in infos}
    left_out = set() if any(info.takes_operand for info in infos) else {"operand"}
    if not patterns & {"2-to-1", "n-to-1"} and infos[0].name != "calibration":
        left_out.add("units")
    return [common for common in _COMMON if common[0] not in left_out]


def _merged(infos: Sequence[FunctionInfo]) -> dict[str, Parameter]:
    """Return the parameters of a function for signals and for images, by name."""
    return {p.name: p for info in reversed(infos) for p in reversed(info.parameters)}


def _signature(infos: Sequence[FunctionInfo]) -> inspect.Signature:
    common = [
        inspect.Parameter(name, _KEYWORD, default=default) for name, default, _ in _common(infos)
    ]
    own = [
        inspect.Parameter(
            name,
            _KEYWORD,
            default=inspect.Parameter.empty if parameter.is_required else parameter.default,
        )
        for name, parameter in reversed(_merged(infos).items())
    ]
    first = inspect.Parameter("param", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
    return inspect.Signature([first, *common, *own], return_annotation="CalcResult")


def _docstring(infos: Sequence[FunctionInfo]) -> str:
    first = infos[0]
    description = first.description or f"{first.summary}."
    parts = [description, "", "Parameters", "----------"]
    parts += ["param", "    The parameters below as a dict or as Sigima's DataSet."]
    for name, _, text in _common(infos):
        parts += [name, f"    {text}"]
    for name, texts in _described(infos).items():
        for text, kinds in texts.items():
            also = f" (for {kinds[0]}s)" if len(kinds) < len(infos) else ""
            constraint, _, described = text.partition("\n")
            parts += [f"{name} : {constraint}{also}", *([f"    {described}"] if described else [])]
    return "\n".join(parts)


def _described(infos: Sequence[FunctionInfo]) -> dict[str, dict[str, list[str]]]:
    """Return by parameter what it may be and is for, each with the kinds it is so for."""
    found: dict[str, dict[str, list[str]]] = {}
    for info in infos:
        for parameter in info.parameters:
            text = f"{parameter.constraint}\n{parameter.help}"
            found.setdefault(parameter.name, {}).setdefault(text, []).append(info.kind)
    return found
