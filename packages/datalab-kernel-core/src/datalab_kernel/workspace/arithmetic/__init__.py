"""Arithmetic with the objects that a workspace gives: ``workspace["a"] - workspace["b"]``.

``_classes`` gives objects operators and ``_plain`` takes them, ``_operands`` and ``_operations`` say what a call is computed
of and by which function, ``_formulas`` what is written of it. Sigima's own classes stay as they are.
"""

from datalab_kernel.workspace.arithmetic._classes import Arithmetic, with_operators
from datalab_kernel.workspace.arithmetic._plain import without_operators

__all__ = ["Arithmetic", "with_operators", "without_operators"]
