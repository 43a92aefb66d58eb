"""What is known of a function that can be run, Sigima's or one of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.objects import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One processing function.

    ``pattern`` says what it makes of what: ``"1-to-1"``, ``"2-to-1"``, ``"n-to-1"`` (an
    object), ``"1-to-0"`` (a table or geometry) or ``"1-to-n"``. ``call`` is what is called.
    ``takes_list`` says whether its parameters are a list of sets, one for each region of
    interest. ``has_own_results`` says whether the object that it makes holds tables that
    belong to it, ``is_own`` whether it is ours, which DataLab doesn't have; ``package`` what
    computes then besides Sigima.

    ``may_take_operand`` says that an analysis looks at a second object too, if it is given one;
    ``call`` has None there if it isn't. ``takes_in_turn`` says that it goes through its objects
    once, one after another, so that only one of them is held; ``result_group`` is where its
    result goes, if not to its first object.

    ``ahead`` does of calls what takes long, given the objects and their parameters, which it needs;
    ``call`` takes the outcome of its object in place of the parameters. On many small objects it runs
    for several of them at a time: with what makes objects of its outcomes between, each took a tenth
    longer, as the processor had forgotten it.
    """

    name: str
    kind: Kind
    pattern: str
    summary: str
    call: Callable[..., Any]
    paramclass: type[Any] | None
    takes_list: bool
    aligns_x: bool
    has_own_results: bool = False
    is_own: bool = False
    may_take_operand: bool = False
    takes_in_turn: bool = False
    result_group: str | None = None
    package: str = ""
    ahead: Callable[..., Any] | None = None

    @property
    def takes_operand(self) -> bool:
        """Whether a second object can be given."""
        return self.pattern == "2-to-1" or self.may_take_operand

    @property
    def operation_id(self) -> str:
        """Its identifier, such as ``"sigima.signal.fft"``."""
        return f"{'datalab_kernel' if self.is_own else 'sigima'}.{self.kind}.{self.name}"
