"""The objects that a function is called with: fetched, in one unit and on one grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute._alignment import on_one_grid
from datalab_kernel.compute._operand_units import (
    Operands,
    in_one_unit,
    needs_one_x,
    with_values_in_one_unit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.compute._function import Function
    from datalab_kernel.compute._operand_units import Units
    from datalab_kernel.compute._source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Objects that are put on one grid together, and which of them a job takes.

    ``sources`` is the same tuple for the jobs of a grid; ``places`` counts in it.
    """

    sources: tuple[Source, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a call needs of its operands: what it does with them, and what was asked of units."""

    function: Function
    parameters: Any
    units: Units


def operands_of(
    needs: Needs, sources: Sequence[Source], grid: Grid | None, aligned: dict[int, Operands]
) -> Operands:
    """Fetch what a call is computed of.

    Parameters
    ----------
    needs
        Of the call.
    sources
        What it takes, in order.
    grid
        What these are put on one grid with, if they are.
    aligned
        Keeps what was put on a grid, for calls to come.

    Raises
    ------
    UnitError
        If objects are to be in one unit, and theirs are of different quantities.
    """
    if grid is None:
        found = _fetched(needs, sources)
    else:
        together = aligned.get(id(grid.sources))
        if together is None:
            together = _on_one_grid(needs, grid.sources)
            aligned[id(grid.sources)] = together
        found = Operands(
            tuple(together.objects[place] for place in grid.places),
            tuple(together.notes[place] for place in grid.places),
        )
    if len(sources) == 1:
        return found
    names = [source.name for source in sources]
    return with_values_in_one_unit(needs.function, needs.parameters, names, found, needs.units)


def _fetched(needs: Needs, sources: Sequence[Source]) -> Operands:
    objects = tuple(source.obj for source in sources)
    if len(objects) == 1 or not needs_one_x(needs.function):
        return Operands(objects, ((),) * len(objects))
    names = [source.name for source in sources]
    return in_one_unit(needs.function.name, "x", names, objects, needs.units)


def _on_one_grid(needs: Needs, sources: Sequence[Source]) -> Operands:
    names, objects = [one.name for one in sources], [one.obj for one in sources]
    found = in_one_unit(needs.function.name, "x", names, objects, needs.units)
    return Operands(tuple(on_one_grid(found.objects)), found.notes)
