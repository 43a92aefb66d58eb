"""One line of text under the cell that runs, where there is one; scripts show nothing."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["show_remark"]


def show_remark(text: str) -> None:
    """Show a line in the notebook or terminal of IPython; nothing is imported for it.

    Examples
    --------
    >>> show_remark("fft was computed of the selection: 'sine'.")  # not in IPython: nothing
    """
    module: Any = sys.modules.get("IPython")
    shell: Any = module.get_ipython() if module is not None else None
    if shell is not None:
        shell.display_pub.publish(data={"text/plain": text})
