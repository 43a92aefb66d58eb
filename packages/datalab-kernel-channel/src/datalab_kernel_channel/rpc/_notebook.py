"""The cell that runs, and whether somebody looks at it in a browser."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

from datalab_kernel_channel.rpc._broadcast import is_part_of_page

__all__ = ["RunningCell", "display", "running_cell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCell:
    """The cell that runs.

    Parameters
    ----------
    cell_id
        The cell's identity in its notebook, where the front end says it.
    message_id
        The identity of this run.
    is_headless
        Whether the notebook runs without a browser: its front end names no cell, and no Jupyter
        server has started the kernel for a notebook.
    """

    cell_id: str | None
    message_id: str | None
    is_headless: bool


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _request() -> dict[str, Any]:
    kernel = getattr(_shell(), "kernel", None)
    asked = getattr(kernel, "get_parent", None)
    request = asked() if asked is not None else None
    return request if isinstance(request, dict) else {}


def running_cell() -> RunningCell:
    """Return the cell that runs, as far as its request tells."""
    request = _request()
    header = request.get("header") or {}
    metadata = request.get("metadata") or {}
    cell_id = metadata.get("cellId")
    return RunningCell(
        cell_id=cell_id if isinstance(cell_id, str) else None,
        message_id=header.get("msg_id"),
        is_headless=not (cell_id or "JPY_SESSION_NAME" in os.environ or is_part_of_page()),
    )


def display(value: Any) -> bool:
    """Show something under the running cell; return False where there is no IPython."""
    if _shell() is None:
        return False
    from IPython.display import display as show

    show(value)
    return True
