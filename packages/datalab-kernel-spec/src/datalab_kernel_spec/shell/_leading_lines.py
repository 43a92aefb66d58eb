"""Lines of a cell that is debugged are counted as the front end shows them.

IPython takes empty lines at a cell's beginning away, so a breakpoint would lie elsewhere.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["keep_leading_lines_while_debugged"]


def keep_leading_lines_while_debugged(shell: Any) -> None:
    """Leave empty lines at the beginning where they are while a debugger is attached."""
    from IPython.core.inputtransformer2 import leading_empty_lines

    def without_leading_lines(lines: list[str]) -> list[str]:
        return lines if _is_debugged() else leading_empty_lines(lines)

    cleanups = shell.input_transformer_manager.cleanup_transforms
    cleanups[:] = [without_leading_lines if one is leading_empty_lines else one for one in cleanups]


def _is_debugged() -> bool:
    debugpy = sys.modules.get("debugpy")
    return debugpy is not None and bool(debugpy.is_client_connected())
