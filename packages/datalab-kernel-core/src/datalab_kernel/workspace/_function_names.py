"""The names of all functions, read from Sigima's files and ours: importing keeps Tab waiting.

A test compares them with the functions that there are.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["function_names"]

_DEFINED = re.compile(
    r"^@(?:computation|own)_function\b(?:(?!^def ).)*?^def (\w+)", re.MULTILINE | re.DOTALL
)
_DATALABS = (
    "all_denoise",
    "all_edges",
    "all_morphology",
    "all_stability",
    "all_threshold",
    "markers_to_signal",
    "roi_extraction",
)
"""What DataLab adds to Sigima's."""


@cache
def function_names() -> tuple[str, ...]:
    """Return the names of all functions in alphabetical order.

    Examples
    --------
    >>> "moving_average" in function_names()
    True
    """
    found = _in_files()
    if not found:  # Sigima is there without its source
        from datalab_kernel.compute import all_functions

        found = {info.name for info in all_functions()}
    return tuple(sorted({*found, *_DATALABS}))


def _in_files() -> set[str]:
    spec = find_spec("sigima")
    folders = spec.submodule_search_locations if spec is not None else None
    found = _defined_in(Path(folder, "proc") for folder in folders or ())
    return found | _defined_in([Path(__file__).parents[1] / "compute" / "own"]) if found else found


def _defined_in(folders: Iterable[Path]) -> set[str]:
    files = (file for folder in folders for file in folder.rglob("*.py"))
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {found[1] for text in texts for found in _DEFINED.finditer(text)}
