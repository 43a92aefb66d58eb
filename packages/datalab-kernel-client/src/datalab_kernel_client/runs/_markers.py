"""Cells that show a reader of the output where it failed, as papermill's do.

They have papermill's tag, so that both tools remove what the other one left.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from nbformat.v4 import new_markdown_cell

if TYPE_CHECKING:
    import nbformat

__all__ = ["mark_failure", "remove_markers"]

_TAG = "papermill-error-cell-tag"
_ANCHOR = "datalab-kernel-failed-cell"


def remove_markers(notebook: nbformat.NotebookNode) -> None:
    """Remove what :func:`mark_failure` or papermill put into a notebook."""
    notebook.cells = [cell for cell in notebook.cells if _TAG not in cell.metadata.get("tags", ())]


def mark_failure(notebook: nbformat.NotebookNode, index: int, *, what: str) -> None:
    """Put a line at the top that leads to the cell at `index`, and one before that cell."""
    said = html.escape(what, quote=False)
    here = f'<strong id="{_ANCHOR}" style="color:#b00020">The cell below {said}.</strong>'
    top = f'<a href="#{_ANCHOR}" style="color:#b00020">This run stopped at a cell that {said}.</a>'
    metadata = {"tags": [_TAG]}
    notebook.cells.insert(index, new_markdown_cell(here, metadata=dict(metadata)))
    notebook.cells.insert(0, new_markdown_cell(top, metadata=dict(metadata)))
