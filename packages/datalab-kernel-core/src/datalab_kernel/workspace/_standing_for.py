"""What stands for objects of a workspace wherever names are taken: results and stacks."""

from __future__ import annotations

from typing import Any

__all__ = ["StandsForObjects", "names_in"]


class StandsForObjects:
    """Something that is taken for the names of its objects."""

    __slots__ = ()

    def names_there(self) -> list[str]:
        """Return the names, if these objects are in the workspace."""
        raise NotImplementedError


def names_in(what: Any) -> Any:
    """Replace each result or stack among names, or alone, by the names that it stands for.

    Raises
    ------
    OperandError
        If its objects aren't in the workspace, where something else may have these names.
    """
    if isinstance(what, StandsForObjects):
        return what.names_there()
    if isinstance(what, (list, tuple)):
        parts = [names_in(one) for one in what]
        return [name for part in parts for name in (part if isinstance(part, list) else [part])]
    return what
