"""Objects with operators as Sigima's own, and what is known of where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from datalab_kernel.objects._kinds import FORMULA_KEY, SIGIMAS_CLASS

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace.arithmetic._formulas import Formula

__all__ = ["SIGIMAS_CLASS", "formula_of", "without_operators"]


def without_operators(obj: Any) -> DataObject:
    """Return an object of Sigima's own class, which shares everything with this one; others as they are."""
    base: Any = vars(type(obj)).get(SIGIMAS_CLASS)
    if base is None:
        return cast("DataObject", obj)
    twin: DataObject = object.__new__(base)
    vars(twin).update({name: value for name, value in vars(obj).items() if name != FORMULA_KEY})
    return twin


def formula_of(obj: Any) -> Formula | str | None:
    """Return what an object was computed by, or the name that it was got by; None if nobody knows."""
    return cast("Formula | str | None", vars(obj).get(FORMULA_KEY))
