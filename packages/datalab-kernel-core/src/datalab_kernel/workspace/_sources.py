"""What a computation is given: objects of the shelf, and results that aren't on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends._powers import identified
from datalab_kernel.compute import Source
from datalab_kernel.errors import NothingSelectedError, OperandError
from datalab_kernel.objects import _names
from datalab_kernel.workspace._calc_result import CalcResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from datalab_kernel.compute import Request
    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["check_stored", "common_kind", "distinct", "operands_of", "selected_or", "sources_of"]


def selected_or(shelf: Shelf, on: Any, function: str) -> Any:
    """Return what a function is to act on: what was given, else what is selected.

    Raises
    ------
    NothingSelectedError
        If that is nothing.
    """
    if on is not None:
        return on
    selected = shelf.selection
    if not selected:
        message = (
            f"{function} was given nothing to act on, and nothing is selected. "
            "Say on what by on=, for instance on='sine'."
        )
        raise NothingSelectedError(message, function=function)
    return selected


def sources_of(shelf: Shelf, what: Any, known: Sequence[Source] = ()) -> list[Source]:
    """Return what is to be computed of, to who holds the lock; what is known already is the same one."""
    if _is_loose(what):
        return [*map(Source.of_loose, what.unstored)]
    if isinstance(what, (list, tuple)) and any(map(_is_loose, what)):
        parts = [one if _is_loose(one) else [one] for one in what]
        return [source for part in parts for source in sources_of(shelf, part, known)]
    names = shelf.find(what)
    if not names:
        message = "There is nothing to compute in an empty list. Give names."
        raise OperandError(message, function=None, names=[])
    infos = shelf.backend_in_turn().describe()
    found = {source.name: source for source in known if source.is_stored} if known else {}
    sources = []
    for name in names:
        source = found.get(name)
        if source is None:
            info = infos[name]
            load = partial(_identified, shelf, name)
            source = Source(name=name, kind=info.kind, load=load, group=info.group)
        sources.append(source)
    return sources


def operands_of(shelf: Shelf, what: Any, sources: Sequence[Source]) -> list[Source]:
    """Return the second objects, of which one may be there for several of the first."""
    if what is None:
        return []
    if not isinstance(what, (list, tuple)):
        return sources_of(shelf, what, sources)
    found: list[Source] = []
    for one in what:
        found += sources_of(shelf, one if _is_loose(one) else [one], [*sources, *found])
    return found


def _identified(shelf: Shelf, name: str) -> DataObject:
    with shelf.lock:
        try:
            return identified(shelf.backend_in_turn(), name)
        except KeyError:
            shelf.require([name])
            raise


def _is_loose(what: Any) -> bool:
    return isinstance(what, CalcResult) and what.is_loose


def check_stored(request: Request) -> None:
    """Check that what is analysed is there to keep the results."""
    names = [source.name for source in request.sources if not source.is_stored]
    if names:
        message = (
            f"{request.name} keeps its results with the objects, but {_names.enumerate_names(names)} "
            "isn't in the workspace. With store=False the results are only returned."
        )
        raise OperandError(message, function=request.name, names=names)


def distinct(sources: Iterable[Source]) -> list[Source]:
    """Return each source once: an object may also be its own operand."""
    return [*{(source.name, source.is_stored): source for source in sources}.values()]


def common_kind(function: str, sources: Sequence[Source]) -> Kind:
    """Return the kind of all sources, or say that they are of both."""
    first = sources[0].kind
    if len(sources) > 1 and any(source.kind != first for source in sources):
        names = [source.name for source in sources]
        message = (
            f"{function} can't run on signals and images together: "
            f"{_names.enumerate_names(names)}. Run it on each kind."
        )
        raise OperandError(message, function=function, names=names)
    return first
