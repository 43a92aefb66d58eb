"""Declaring a function of ours, so that it can be found and run as Sigima's are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from datalab_kernel.compute._docstrings import summary_of
from datalab_kernel.compute._function import Function

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import Kind

__all__ = ["Noted", "declarations_in", "own_function"]

_Call = TypeVar("_Call", bound="Callable[..., Any]")
_DECLARED = "__datalab_kernel_function__"


class Noted(NamedTuple):
    """What a function of ours may return: its value, and what is to be known of it."""

    value: Any
    notes: tuple[Note, ...]


def own_function(  # noqa: PLR0913 - each is given by its name
    kind: Kind,
    *,
    pattern: str = "1-to-1",
    parameters: type[Any] | None = None,
    aligns_x: bool = False,
    has_own_results: bool = False,
    may_take_operand: bool = False,
    takes_in_turn: bool = False,
    result_group: str | None = None,
    package: str = "",
    ahead: Callable[..., Any] | None = None,
) -> Callable[[_Call], _Call]:
    """Declare the function below to be one that ``workspace.calc`` runs by its own name.

    Parameters
    ----------
    kind
        What it runs on. It takes read-only objects, which it doesn't change, and a set of
        ``parameters`` if it has any; it returns a new object, made by ``sigima``'s
        ``dst_1_to_1`` and its like (title, ROI, metadata), or of the pattern ``"1-to-0"`` a
        TableResult or GeometryResult, or None if it found nothing. :class:`Noted` adds notes.
    pattern
        What it makes of what, as :class:`Function` has it.
    parameters
        A guidata DataSet: names, types, ranges, defaults and help of its parameters.
    aligns_x
        Whether its signals are put on one grid before.
    has_own_results
        Whether the object that it makes holds tables that belong to it.
    may_take_operand
        Whether an analysis takes a second object, if it is given one; it is None else.
    takes_in_turn
        Whether it takes an iterable of its objects, of which it goes through one by one.
    result_group
        The title of the group that its result goes to; None: that of its first object.
    package
        What else computes, whose version the history has too; the name that installers know.
    ahead
        Does what takes long of calls, as :class:`Function` has it; it is called with a list of objects
        and the set. The function takes what came of its object in place of the set.

    Notes
    -----
    The first paragraph of the docstring is the summary that people read. What it imports beyond
    the core's dependencies it imports itself: a missing package is then said with what to
    install. Errors of ours go through, a ``ValueError`` becomes a ComputationError.
    """

    def declare(call: _Call) -> _Call:
        vars(call)[_DECLARED] = Function(
            name=call.__name__,
            kind=kind,
            pattern=pattern,
            summary=summary_of(call),
            call=call,
            paramclass=parameters,
            takes_list=False,
            aligns_x=aligns_x,
            has_own_results=has_own_results,
            is_own=True,
            may_take_operand=may_take_operand,
            takes_in_turn=takes_in_turn,
            result_group=result_group,
            package=package,
            ahead=ahead,
        )
        return call

    return declare


def declarations_in(module: ModuleType) -> list[Function]:
    """Return what a module declares."""
    found = (getattr(value, _DECLARED, None) for value in vars(module).values())
    return [function for function in found if isinstance(function, Function)]
