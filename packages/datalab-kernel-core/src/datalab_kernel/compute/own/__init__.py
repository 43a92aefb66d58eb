"""Processing functions of our own, beside Sigima's: ``workspace.calc`` runs both alike.

A function is declared where it is written (``_declaration``), in a module of this package that
is listed here; what unit its result has is a rule of ``units``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from datalab_kernel.compute.own import (
    _baselines,
    _projection,
    _regions,
    _segmentation,
    _smoothing,
)
from datalab_kernel.compute.own._declaration import declarations_in
from datalab_kernel.objects import KINDS

if TYPE_CHECKING:
    from datalab_kernel.compute._function import Function
    from datalab_kernel.objects import Kind

__all__ = ["is_own", "own_functions"]

_MODULES = (_baselines, _projection, _regions, _segmentation, _smoothing)
_BESIDE_CALC = frozenset({"fit", "formula"})
"""What ``Workspace.fit`` and operators record."""


@cache
def own_functions(kind: Kind) -> tuple[Function, ...]:
    """Return our functions for signals or images.

    Examples
    --------
    >>> "savitzky_golay" in [function.name for function in own_functions("signal")]
    True
    """
    return tuple(
        function
        for module in _MODULES
        for function in declarations_in(module)
        if function.kind == kind
    )


@cache
def is_own(name: str) -> bool:
    """Say whether a function is ours, also one that isn't run by calc: DataLab has none of that name."""
    return name in _BESIDE_CALC or any(
        name == function.name for kind in KINDS for function in own_functions(kind)
    )
