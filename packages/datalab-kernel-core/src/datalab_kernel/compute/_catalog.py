"""Everything that can be run, described for people."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from datalab_kernel.compute._docstrings import description_of
from datalab_kernel.compute._parameter_sets import parameters_for
from datalab_kernel.compute._registry import PREFIX, find, functions, unknown_anywhere
from datalab_kernel.compute._several import MARKERS_TO_SIGNAL, ROI_EXTRACTION, SEVERAL
from datalab_kernel.compute._synonyms import synonyms_of
from datalab_kernel.objects import KINDS

if TYPE_CHECKING:
    from datalab_kernel.compute._function import Function
    from datalab_kernel.compute._parameters import Parameter
    from datalab_kernel.objects import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionInfo:
    """A processing function, as :meth:`Workspace.functions` lists it.

    ``pattern`` says what it makes of what: ``"1-to-1"``, ``"2-to-1"`` and ``"n-to-1"`` an
    object, ``"1-to-0"`` a table or geometry, ``"1-to-n"`` several objects. ``group`` is the
    part of Sigima that it comes from, such as ``"fourier"`` or ``"filtering"``; ``synonyms`` is
    what else people call it. ``is_own`` says that it isn't Sigima's, so that DataLab has no menu
    entry for it and can't compute it again. ``takes_operand`` says that a second object can be given.
    """

    name: str
    kind: Kind
    group: str
    pattern: str
    summary: str
    parameters: tuple[Parameter, ...]
    description: str = ""
    is_own: bool = False
    takes_operand: bool = False

    @property
    def synonyms(self) -> tuple[str, ...]:
        """What else people call it, such as ``"smooth"``."""
        return synonyms_of(self.name)

    def __str__(self) -> str:
        """Write it in one line."""
        names = ", ".join(parameter.name for parameter in self.parameters)
        return f"{self.name}({names}) for {self.kind}s: {self.summary}"


@cache
def all_functions() -> tuple[FunctionInfo, ...]:
    """Describe all functions, those for signals first, in alphabetical order."""
    return tuple(info for kind in KINDS for info in _of_kind(kind))


def described(name: str) -> list[FunctionInfo]:
    """Describe what a name stands for: for signals, for images, or for both.

    Raises
    ------
    UnknownFunctionError
        If it stands for nothing.
    """
    plain = name.removeprefix(PREFIX)
    found = [info for info in all_functions() if info.name == plain]
    if not found:
        raise unknown_anywhere(name)
    return found


def _of_kind(kind: Kind) -> list[FunctionInfo]:
    infos = [
        FunctionInfo(
            name=function.name,
            kind=kind,
            group=_group(function),
            pattern=function.pattern,
            summary=function.summary,
            parameters=tuple(parameters_for(function).values()),
            description=description_of(function.call),
            is_own=function.is_own,
            takes_operand=function.takes_operand,
        )
        for function in functions(kind).values()
    ]
    for name, several in SEVERAL.items():
        if kind in several.kinds:
            shared = find(several.functions[0], kind) if several.shares_parameters else None
            parameters = parameters_for(shared).values() if shared else ()
            like = find(several.functions[0], kind)
            runs = f"{several.summary}: {', '.join(several.functions)}"
            infos.append(_info(name, like, "1-to-n", runs, tuple(parameters)))
    extraction = find("extract_roi", kind)
    summary = "Make an object of each region of interest"
    infos.append(_info(ROI_EXTRACTION, extraction, "1-to-n", summary))
    if kind == "signal":
        summary = "Make a signal of the table of markers that an analysis found"
        infos.append(_info(MARKERS_TO_SIGNAL, extraction, "1-to-1", summary))
    return sorted(infos, key=lambda info: info.name)


def _info(
    name: str, like: Function, pattern: str, summary: str, parameters: tuple[Parameter, ...] = ()
) -> FunctionInfo:
    """Describe what DataLab adds to Sigima's functions, among those that are like it."""
    return FunctionInfo(
        name=name,
        kind=like.kind,
        group=_group(like),
        pattern=pattern,
        summary=summary,
        parameters=parameters,
    )


def _group(function: Function) -> str:
    """Return the last part of the module that defines a function: ``sigima.proc.signal.fourier``."""
    module: str = inspect.unwrap(function.call).__module__
    return module.rpartition(".")[2].removeprefix("_")
