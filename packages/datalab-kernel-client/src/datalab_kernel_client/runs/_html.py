"""A notebook as a web page, by nbconvert, which is asked for only then."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from datalab_kernel_client.runs._errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_html", "write_html"]


def check_html(path: Path) -> None:
    """See, before anything is run, that a page can be made.

    Raises
    ------
    NotebookError
        nbconvert isn't installed, or the folder doesn't exist.
    """
    if find_spec("nbconvert") is None:
        raise NotebookError(
            "A web page was asked for (--html), but nbconvert isn't installed."
            " Get it with `python -m pip install nbconvert`.",
            path=str(path),
        )
    if not path.parent.is_dir():
        raise NotebookError(
            f"The web page {path} was asked for, but its folder doesn't exist. Make it first.",
            path=str(path),
        )


def write_html(notebook: Path, page: Path) -> None:
    """Write a notebook as one web page."""
    from nbconvert.exporters import HTMLExporter

    body, _ = HTMLExporter().from_filename(str(notebook))
    page.write_text(body, encoding="utf-8")
